/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal set` at a terminal: the question before the seal is given up. The rest is in test-command.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/pty.h"
#include "tools/dispatch.h"

#include <string.h>

static struct command command = { .dispatch = es_dispatch };
static struct captured c;
static struct pty p;

static void start(struct machine *m)
{
	char key[ES_RECOVERY_TEXT_LEN + 1];
	struct es_boot_record record;

	machine_start(m, true);
	assert_int_equal(machine_boot(m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(m, false, key), ES_OK);
}

static void assert_mode(struct machine *m, const char *mode)
{
	command_run(&command, m, "get", 0, NULL, &c);
	assert_says(c.out, mode);
}

static void the_seal_stays_unless_its_end_is_confirmed(void **state)
{
	static const char *const answers[] = { "\n", "y\n", "yes\n", "kdf or so\n", "\x04" };
	struct machine m;

	(void)state;
	start(&m);
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		command_prepare(&command, &m, "set --mode=kdf");
		pty_start(&p, command_at_terminal, &command);
		pty_expect(&p, "NOT a seal");
		pty_expect(&p, "Type kdf to continue: ");
		pty_type(&p, answers[i]);
		pty_expect(&p, "nothing was changed");
		assert_int_equal(pty_end(&p), 1);
		assert_mode(&m, "Mode: TPM");
	}
	machine_stop(&m);
}

static void confirmed_it_ends(void **state)
{
	struct machine m;

	(void)state;
	start(&m);
	command_prepare(&command, &m, "set --mode=kdf");
	pty_start(&p, command_at_terminal, &command);
	pty_expect(&p, "Type kdf to continue: ");
	pty_type(&p, "kdf\n");
	pty_expect(&p, "the seal to the TPM is given up");
	assert_int_equal(pty_end(&p), 0);
	assert_mode(&m, "Mode: KDF");
	/* There is nothing left to be asked about. */
	command_run(&command, &m, "set --mode=kdf", 0, NULL, &c);
	machine_stop(&m);
}

static void a_machine_is_not_asked(void **state)
{
	struct machine m;

	(void)state;
	start(&m);
	command_prepare(&command, &m, "set --mode=kdf --json");
	pty_start(&p, command_at_terminal, &command);
	pty_expect(&p, "\"id\": \"usage\"");
	assert_int_equal(pty_end(&p), 2);
	assert_mode(&m, "Mode: TPM");
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seal_stays_unless_its_end_is_confirmed),
		cmocka_unit_test(confirmed_it_ends),
		cmocka_unit_test(a_machine_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
