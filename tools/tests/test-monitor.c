/* SPDX-License-Identifier: Apache-2.0 */
/* What a monitoring system is told of a host in several states. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/oracle.h"
#include "tools/dispatch.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct command command = { .dispatch = es_dispatch };
static struct captured c;

static void run(const struct machine *m, const char *words, int status)
{
	command_run(&command, m, words, status, NULL, &c);
}

static void boot_with(struct machine *m, const char *options, enum es_reason expected, const char *recovery)
{
	struct machine_boot how = machine_usual_boot;
	struct es_boot_record record;

	how.options = options;
	assert_int_equal(machine_boot(m, &how, recovery, &record), expected);
}

static void boot(struct machine *m, enum es_reason expected, const char *recovery)
{
	boot_with(m, machine_usual_boot.options, expected, recovery);
}

static void start(struct machine *m, char recovery[static ES_RECOVERY_TEXT_LEN + 1])
{
	machine_start(m, true);
	boot(m, ES_NOT_CONFIGURED, NULL);
	run(m, "monitor", 3);
	assert_says(c.out, "ETCSEAL UNKNOWN - nothing is configured |");
	machine_write(m, "etc/secret", "first\n");
	assert_int_equal(machine_init(m, false, recovery), ES_OK);
	boot(m, ES_OK, NULL);
}

/* In the test's machine nothing saves, and nobody wrote the key down. */
static void a_host_that_is_well_but_for_warnings(void **state)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct machine m;

	(void)state;
	start(&m, recovery);
	run(&m, "monitor", 1);
	assert_says(c.out, "ETCSEAL WARNING - `etcseal watch` isn't running; ");
	assert_says(c.out, "nobody has confirmed that the recovery key was written down");
	assert_says(c.out, "| generation=2 unsaved=0 watch=0 next_boot_opens=1 critical=0 warnings=");
	assert_ptr_equal(strchr(c.out, '\n'), c.out + strlen(c.out) - 1);
	run(&m, "status --json", 0);
	assert_says(c.out, "\"id\": \"not-saving\"");
	assert_says(c.out, "\"id\": \"recovery-key-unconfirmed\"");
	machine_stop(&m);
}

static void what_would_be_lost_is_critical(void **state)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct machine m;

	(void)state;
	start(&m, recovery);
	machine_write(&m, "etc/secret", "second\n");
	run(&m, "monitor", 2);
	assert_says(c.out, "ETCSEAL CRITICAL - changes aren't saved, and will be lost at the next boot; also: ");
	assert_says(c.out, " unsaved=1 ");
	run(&m, "backup", 0);
	run(&m, "monitor", 1);
	machine_stop(&m);
}

static void a_refused_boot_is_critical(void **state)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct machine m;

	(void)state;
	start(&m, recovery);
	boot_with(&m, "init=/bin/sh", ES_LOCKED_PCR, NULL);
	run(&m, "monitor", 2);
	assert_says(c.out, "the configuration wasn't opened at this boot");
	boot_with(&m, "init=/bin/sh", ES_OK, recovery);
	run(&m, "monitor", 2);
	assert_says(c.out, "the next boot won't unlock automatically");
	assert_says(c.out, " next_boot_opens=0 ");
	assert_says(c.out, "this boot was opened with the recovery key");
	run(&m, "set --mode=tpm", 0);
	run(&m, "monitor", 1);
	machine_stop(&m);
}

/* promtool isn't Debian's; the rules of the format are few. */
static void metrics_are_well_formed(void **state)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct machine m;

	start(&m, recovery);
	run(&m, "monitor --metrics", 0);
	assert_says(c.out, "\netcseal_opened 1\n");
	assert_says(c.out, "\netcseal_next_boot_opens 1\n");
	assert_says(c.out, "\netcseal_condition{id=\"not-saving\",level=\"warning\"} 1\n");
	assert_int_equal(oracle_folder_make(state), 0);
	oracle_write(state, "metrics", es_text_span(c.out));
	assert_int_equal(oracle_shell(state, "! grep -vE '^(# (HELP|TYPE) [a-z_]+ .*|[a-z_]+(\\{[a-z]+=\"[^\"]*\""
					     "(,[a-z]+=\"[^\"]*\")*\\})? [0-9]+)$' metrics"),
			 0);
	oracle_folder_remove(state);
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_that_is_well_but_for_warnings),
		cmocka_unit_test(what_would_be_lost_is_critical),
		cmocka_unit_test(a_refused_boot_is_critical),
		cmocka_unit_test(metrics_are_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
