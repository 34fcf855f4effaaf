/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal extract` at a terminal; what goes without one is in test-command.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/testlib/command.h"
#include "keys/testlib/pty.h"
#include "tools/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct command command = { .dispatch = es_dispatch };
static struct pty p;

static void start(struct machine *m, char key[static ES_RECOVERY_TEXT_LEN + 1])
{
	struct machine_boot changed = machine_usual_boot;
	struct es_boot_record record;

	changed.image = "another kernel";
	machine_start(m, true);
	assert_int_equal(machine_boot(m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	machine_write(m, "etc/hostname", "thor\n");
	assert_int_equal(machine_init(m, false, key), ES_OK);
	assert_int_equal(machine_boot(m, &changed, NULL, &record), ES_LOCKED_PCR);
}

static void ask(struct machine *m, const char *option)
{
	char words[256];

	snprintf(words, sizeof words, "extract %s --to %s/out", option, m->folder);
	command_prepare(&command, m, words);
	pty_start(&p, command_at_terminal, &command);
	pty_expect(&p, "not shown): ");
}

static void a_host_without_the_key_asks_and_a_slip_may_be_mended(void **state)
{
	char key[ES_RECOVERY_TEXT_LEN + 1], path[256];
	struct machine m;

	(void)state;
	start(&m, key);
	ask(&m, "");
	pty_type(&p, "111111-22\n");
	pty_expect(&p, "mistyped: group 2 is not six digits");
	pty_expect(&p, "not shown): ");
	pty_type(&p, key);
	pty_type(&p, "\n");
	pty_expect(&p, "extracted generation ");
	assert_int_equal(pty_end(&p), 0);
	assert_null(strstr(p.out, "111111"));
	assert_null(strstr(p.out, key));
	snprintf(path, sizeof path, "grep -q thor %s/out/etc/hostname", m.folder);
	assert_int_equal(system(path), 0);
	machine_stop(&m);
}

static void three_slips_are_the_wrong_key(void **state)
{
	char key[ES_RECOVERY_TEXT_LEN + 1];
	struct machine m;

	(void)state;
	start(&m, key);
	ask(&m, "--ask-recovery-key");
	for (int i = 0; i < 3; i++) {
		pty_type(&p, "478269-1\n");
		pty_expect(&p, "group 2 is not six digits");
		if (i < 2)
			pty_expect(&p, "not shown): ");
	}
	assert_int_equal(pty_end(&p), 7);
	assert_null(strstr(p.out, "478269"));
	machine_stop(&m);
}

static void giving_up_is_locked(void **state)
{
	char key[ES_RECOVERY_TEXT_LEN + 1], path[256];
	struct machine m;

	(void)state;
	start(&m, key);
	ask(&m, "");
	pty_type(&p, "\n");
	pty_expect(&p, "no recovery key was typed");
	assert_int_equal(pty_end(&p), 4);
	snprintf(path, sizeof path, "%s/out", m.folder);
	assert_int_equal(access(path, F_OK), -1);
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_without_the_key_asks_and_a_slip_may_be_mended),
		cmocka_unit_test(three_slips_are_the_wrong_key),
		cmocka_unit_test(giving_up_is_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
