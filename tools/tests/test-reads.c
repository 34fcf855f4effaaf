/* SPDX-License-Identifier: Apache-2.0 */
/* How often a save reads the banks, as strace(1) counts it: they can be large, and each read hashes all of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/oracle.h"
#include "tools/dispatch.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char trace[PATH_MAX];
static struct captured c;

/* The program itself, under strace. */
static enum es_exit traced(int argc, char *const *argv)
{
	const char *words[COMMAND_WORDS_MAX + 8] = { "strace", "-f", "-o", trace, "-e", "trace=openat" };
	char program[PATH_MAX];
	int n = 6;

	oracle_build_folder(program);
	words[n++] = strcat(program, "/etcseal");
	for (int i = 1; i < argc; i++)
		words[n++] = argv[i];
	execvp("strace", (char *const *)words);
	return 127;
}

static void run(dispatch_fn *dispatch, const struct machine *m, const char *words)
{
	struct command command = { .dispatch = dispatch };

	command_run(&command, m, words, 0, NULL, &c);
}

struct opened {
	unsigned read[2], written[2]; /* archives of bank0 and bank1 before anything was written; after */
	unsigned writes;
};

/* The bank's folder is opened, then the archive in it. */
static struct opened opened(void)
{
	struct opened o = { .writes = 0 };
	char line[1024];
	FILE *f = fopen(trace, "r");
	int bank = -1;

	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		if (strstr(line, "\"bank0\"") != NULL)
			bank = 0;
		if (strstr(line, "\"bank1\"") != NULL)
			bank = 1;
		/* It is written under another name, and opened again to be synced. */
		o.writes += strstr(line, "\"config.cms.new\", O_WRONLY") != NULL;
		if (strstr(line, "\"config.cms\"") == NULL)
			continue;
		assert_in_range(bank, 0, 1);
		if (o.writes == 0)
			o.read[bank]++;
		else
			o.written[bank]++;
	}
	fclose(f);
	return o;
}

static void a_save_reads_each_bank_once_before_and_once_after_writing(void **state)
{
	struct es_boot_record record;
	struct machine m;
	struct opened o;

	(void)state;
	machine_start(&m, true);
	snprintf(trace, sizeof trace, "%s/trace", m.folder);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	machine_write(&m, "etc/etcseal-test", "x\n");
	run(es_dispatch, &m, "init");
	machine_write(&m, "etc/etcseal-test", "y\n");
	run(traced, &m, "backup");
	assert_says(c.out, "saved generation ");
	o = opened();
	assert_int_equal(o.writes, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(o.read[i], 1);
		assert_int_equal(o.written[i], 1);
	}
	run(traced, &m, "backup");
	assert_says(c.out, "nothing changed since generation ");
	o = opened();
	assert_int_equal(o.writes, 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(o.read[i], 1);
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_save_reads_each_bank_once_before_and_once_after_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
