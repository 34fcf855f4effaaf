/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal extract` at a terminal; what goes without one is in test-command.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/pty.h"
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

static struct captured c;

/* What each is refused with; that nothing comes there: test-path.c. */
static void a_path_that_others_can_lead_elsewhere_is_refused_with_its_part(void **state)
{
	static const struct {
		const char *make, *to, *what, *next;
	} rows[] = {
		{ "ln -s real link", "link", "/link is a symlink that belongs to root", "Use the real path, " },
		{ "ln -s real link", "link/out", "/link is a symlink that belongs to root", "/real/out." },
		{ "mkdir real/a; ln -s ../real link", "link/a/b", "/link is a symlink",
		  "Next: Use a path whose folders all " },
		{ "mkdir -m 755 eve; chown 65533 eve", "eve/out", "/eve belongs to uid 65533", "belong to root." },
		{ "mkdir -m 700 eve; chown 65533 eve", "eve", "/eve belongs to uid 65533", "belong to root." },
		{ "mkdir -m 777 all", "all/out", "/all can be changed by others (mode 0777)", "chmod go-w " },
		{ "mkdir -m 777 all", "all", "/all can be changed by others (mode 0777)", "chmod go-w " },
		{ "mkdir -m 1777 all", "all", "/all can be changed by others (mode 1777)", "chmod go-w " },
		{ "mkdir -m 770 group; chgrp 65533 group", "group/out", "/group can be changed by others",
		  "chmod go-w " },
		{ ":", "none/out", "doesn't exist: ", "/none\n" },
	};
	char key[ES_RECOVERY_TEXT_LEN + 1], words[256], line[512];
	struct es_boot_record record;
	struct machine m;

	(void)state;
	start(&m, key);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int status = i + 1 == sizeof rows / sizeof *rows ? 1 : 2;

		snprintf(line, sizeof line,
			 "cd %s && umask 0 && rm -rf link eve all group real && mkdir -m 700 real && %s", m.folder,
			 rows[i].make);
		assert_int_equal(system(line), 0);
		snprintf(words, sizeof words, "extract --to %s/%s", m.folder, rows[i].to);
		command_run(&command, &m, words, status, NULL, &c);
		assert_says(c.err, rows[i].what);
		assert_says(c.err, rows[i].next);
		snprintf(line, sizeof line, "test -z \"$(find %s -name hostname ! -path '*/run/*')\"", m.folder);
		assert_int_equal(system(line), 0);
	}
	machine_stop(&m);
}

static void folders_that_nobody_else_can_change_serve(void **state)
{
	static const struct {
		const char *make, *to;
		bool warns;
	} rows[] = {
		{ "mkdir -m 700 own", "own", false },
		{ "mkdir -m 755 own", "own", true },
		{ "mkdir -m 755 own", "own/out", false },
		{ "mkdir -m 1777 own", "own/out/", false },
		{ "mkdir -m 775 own", "own/../own/./out", false },
	};
	char key[ES_RECOVERY_TEXT_LEN + 1], words[256], line[512];
	struct es_boot_record record;
	struct machine m;

	(void)state;
	start(&m, key);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(line, sizeof line, "cd %s && umask 0 && rm -rf own && %s", m.folder, rows[i].make);
		assert_int_equal(system(line), 0);
		snprintf(words, sizeof words, "extract --to %s/%s", m.folder, rows[i].to);
		command_run(&command, &m, words, 0, NULL, &c);
		assert_int_equal(strstr(c.err, "others have access to") != NULL, rows[i].warns);
		snprintf(line, sizeof line,
			 "cd %s && grep -q thor %s/etc/hostname && { test -d own/etc || "
			 "test $(stat -c %%a own/out) = 700; }",
			 m.folder, rows[i].to);
		assert_int_equal(system(line), 0);
	}
	machine_stop(&m);
}

/* As with <(…): the file that is read has no name, and nobody can change that. */
static void the_recovery_key_may_come_through_a_pipe(void **state)
{
	char key[ES_RECOVERY_TEXT_LEN + 1], words[256];
	struct machine m;

	(void)state;
	start(&m, key);
	snprintf(words, sizeof words, "extract --to %s/out --recovery-key-file /dev/stdin", m.folder);
	command_run(&command, &m, words, 0, &(struct capture_ends){ .input = key }, &c);
	assert_says(c.out, "extracted generation ");
	machine_stop(&m);
}

/* What people make a key file of, FIELD.md's among them. */
static void F2_the_recovery_key_may_be_anywhere_in_its_file(void **state)
{
	static const char *const forms[][2] = {
		{ "\xef\xbb\xbf", "\r\n" },
		{ "encryptionRecoveryKey=", "\n" },
		{ "  {00000000-0000-0000-0000-000000000000}  ", "\n" },
		{ "'", "'\n" },
		{ "\xe2\x80\x9c", "\xe2\x80\x9d,\n" },
		{ "sealed to this boot (PCR 2, 4, 11, 12), generation 1\n\n  The recovery key, shown once: 16 groups "
		  "of 6 digits.\n"
		  "  {0A3F1D22-9C41-4B70-8E15-0123456789AB}\n  ",
		  "\n\nWrite it down, 123456 times if need be, on 2024-11-28.\n" },
	};
	char key[ES_RECOVERY_TEXT_LEN + 1], words[256], text[1024];
	struct machine m;

	(void)state;
	start(&m, key);
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		snprintf(words, sizeof words, "extract --to %s/out%zu --recovery-key-file -", m.folder, i);
		snprintf(text, sizeof text, "%s%s%s", forms[i][0], key, forms[i][1]);
		command_run(&command, &m, words, 0, &(struct capture_ends){ .input = text }, &c);
		assert_says(c.out, "extracted generation ");
	}
	snprintf(
	    text, sizeof text,
	    "%s\n000000-000001-000002-000003-000004-000005-000006-000007-000008-000009-000010-000000-000001-000002-"
	    "000003-000004\n",
	    key);
	snprintf(words, sizeof words, "extract --to %s/two --recovery-key-file -", m.folder);
	command_run(&command, &m, words, 7, &(struct capture_ends){ .input = text }, &c);
	assert_says(c.err, "two different recovery keys were given");
	command_run(&command, &m, words, 7, &(struct capture_ends){ .input = "hello\n" }, &c);
	assert_says(c.err, "it has no group of six digits");
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_without_the_key_asks_and_a_slip_may_be_mended),
		cmocka_unit_test(three_slips_are_the_wrong_key),
		cmocka_unit_test(giving_up_is_locked),
		cmocka_unit_test(a_path_that_others_can_lead_elsewhere_is_refused_with_its_part),
		cmocka_unit_test(folders_that_nobody_else_can_change_serve),
		cmocka_unit_test(the_recovery_key_may_come_through_a_pipe),
		cmocka_unit_test(F2_the_recovery_key_may_be_anywhere_in_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
