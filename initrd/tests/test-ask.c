/* SPDX-License-Identifier: Apache-2.0 */
/* The question at the console, on a real pseudo-terminal: what is shown, and that nothing typed ever is. */
#include "initrd/ask.h"

#include "initrd/fd.h"
#include "keys/tests/lib/pty.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

static const char sample[] = "478269-039194-473926-430939-686855-231401-642208-184477-"
			     "602511-225586-551660-586542-338394-092578-687140-267425";
static const char plain[] = "478269039194473926430939686855231401642208184477"
			    "602511225586551660586542338394092578687140267425";
static const char id[] = "{ABCDEFAB-CDEF-ABCD-EFAB-CDEFABCDEFAB}";

enum { WRONG_DIGITS = 50, LEFT_DIGITS = 51 };

/* In the child. */
static int ask(const char *path, void *arg)
{
	char digits[ES_PROMPT_ROOM];
	ES_CONSOLE console;
	enum es_answer answer;

	es_console_open(&console, path);
	es_ask_explain(&console, id);
	memset(digits, 'x', sizeof digits);
	answer = es_ask_key(&console, *(const int *)arg, digits);
	if (answer == ES_ANSWER_KEY && memcmp(digits, plain, ES_PROMPT_DIGITS) != 0)
		return WRONG_DIGITS;
	for (unsigned i = answer == ES_ANSWER_KEY ? ES_PROMPT_DIGITS : 0; i < sizeof digits; i++)
		if (digits[i] != 0)
			return LEFT_DIGITS;
	return (int)answer;
}

static void start(struct pty *p)
{
	static int forever = -1;

	pty_start(p, ask, &forever);
	pty_expect(p, id);
	pty_expect(p, "groups  1 to  4: ");
}

/* Every test's end: the terminal is as it was, and no digit was shown. */
static void assert_ends(struct pty *p, enum es_answer expected)
{
	struct termios t;

	assert_int_equal(pty_end(p), expected);
	assert_false(pty_showed_digits(p));
	if (p->slave < 0)
		return;
	t = pty_settings(p);
	assert_true((t.c_lflag & ECHO) != 0);
	assert_true((t.c_lflag & ICANON) != 0);
	assert_true((t.c_lflag & ISIG) != 0);
	assert_true((t.c_iflag & ICRNL) != 0);
	assert_true((t.c_oflag & OPOST) != 0);
	pty_hang_up(p);
}

static void a_pasted_key_is_shown_as_stars_and_taken(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	assert_true((pty_settings(&p).c_lflag & ECHO) == 0);
	pty_type(&p, sample);
	pty_expect(&p, "******-******-******-******\r\n"
		       "  groups  5 to  8: ******-******-******-******\r\n"
		       "  groups  9 to 12: ******-******-******-******\r\n"
		       "  groups 13 to 16: ******-******-******-******\r\n"
		       "  All 16 groups are well-formed: press Enter.");
	pty_type(&p, "\r");
	assert_ends(&p, ES_ANSWER_KEY);
}

static void a_wrong_group_is_said_at_once_and_asked_again(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	pty_type(&p, "478269-039194-473927");
	pty_expect(&p, "******-******-******\r\n  Group 3 is mistyped: type it again.\r\n"
		       "  groups  1 to  4: ******-******-");
	pty_type(&p, sample + 14);
	pty_expect(&p, "press Enter");
	pty_type(&p, "\r");
	assert_ends(&p, ES_ANSWER_KEY);
}

static void F2_a_key_is_taken_from_a_paste_with_something_around_it(void **state)
{
	static const char *const rows[][2] = {
		{ "{00000000-0000-0000-0000-000000000000}  ", "\n" },
		{ "encryptionRecoveryKey=", " quiet" },
		{ "\xe2\x80\x9c", "\xe2\x80\x9d," },
		{ "Recovery key of host 12: ", ". Keep it!\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[256];
		struct pty p;

		start(&p);
		snprintf(text, sizeof text, "%s%s%s", rows[i][0], sample, rows[i][1]);
		pty_type(&p, text);
		pty_expect(&p, "well-formed: press Enter");
		pty_type(&p, "\r");
		assert_ends(&p, ES_ANSWER_KEY);
	}
}

static void what_follows_a_wrong_group_in_a_paste_is_dropped(void **state)
{
	char text[sizeof sample];
	struct pty p;

	(void)state;
	memcpy(text, sample, sizeof text);
	text[7 * 7 + 2]++;
	start(&p);
	pty_type(&p, text);
	pty_expect(&p, "Group 8 is mistyped: type it again.\r\n  groups  5 to  8: ******-******-******-");
	pty_type(&p, sample + 7 * 7);
	pty_expect(&p, "press Enter");
	assert_null(strstr(p.out, "Group 9"));
	pty_type(&p, "\r");
	assert_ends(&p, ES_ANSWER_KEY);
}

static void a_short_group_tells_how_many_digits_it_has(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	pty_type(&p, "478269-0391-");
	pty_expect(&p, "Group 2 has 4 of its 6 digits: type group 2 again.");
	pty_expect(&p, "******-");
	pty_type(&p, "o");
	pty_expect(&p, "A recovery key has digits only: type group 2 again.");
	pty_type(&p, "\004");
	assert_ends(&p, ES_ANSWER_GAVE_UP);
}

static void backspace_takes_stars_back_across_groups_and_rows(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	pty_type(&p, "478269-0\b");
	pty_expect(&p, "******-*\b \b");
	pty_type(&p, "\b");
	pty_expect(&p, "\b\b  \b\b");
	pty_type(&p, "9039194473926430939");
	pty_expect(&p, "\r\n  groups  5 to  8: ");
	pty_type(&p, "\b");
	pty_expect(&p, "\r\n  groups  1 to  4: ******-******-******-*****");
	pty_type(&p, plain + 23);
	pty_expect(&p, "press Enter");
	pty_type(&p, "\b");
	pty_expect(&p, "\r\n  groups 13 to 16: ******-******-******-*****");
	pty_type(&p, "5\r");
	assert_ends(&p, ES_ANSWER_KEY);
}

static void control_u_starts_anew(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	pty_type(&p, "478269-039194-473926-430939-686855-\025");
	pty_expect(&p, "groups  5 to  8: ");
	pty_expect(&p, "groups  1 to  4: ");
	pty_type(&p, sample);
	pty_type(&p, "\r");
	assert_ends(&p, ES_ANSWER_KEY);
}

static void an_empty_line_gives_up(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	pty_type(&p, "\r");
	assert_ends(&p, ES_ANSWER_GAVE_UP);
}

/* Its digits must not be left for the next reader of the terminal either. */
static void giving_up_midway_wipes_and_drops_the_rest(void **state)
{
	struct pty p;
	int left = -1;

	(void)state;
	start(&p);
	pty_type(&p, "478269-039\004194-473926\r");
	assert_int_equal(pty_end(&p), ES_ANSWER_GAVE_UP);
	assert_int_equal(ioctl(p.slave, FIONREAD, &left), 0);
	assert_int_equal(left, 0);
	assert_false(pty_showed_digits(&p));
	pty_hang_up(&p);
}

static void control_c_is_no_signal(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	pty_type(&p, "478269\003");
	assert_ends(&p, ES_ANSWER_GAVE_UP);
}

static void a_signal_ends_the_question_and_puts_the_terminal_back(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

	(void)state;
	for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct pty p;

		start(&p);
		pty_type(&p, "478269-039");
		pty_expect(&p, "******-***");
		assert_int_equal(kill(p.child, signals[i]), 0);
		assert_ends(&p, ES_ANSWER_SIGNAL);
	}
}

static void nobody_there_ends_the_question_where_a_bound_was_asked_for(void **state)
{
	struct pty p;
	int soon = 50;

	(void)state;
	pty_start(&p, ask, &soon);
	assert_ends(&p, ES_ANSWER_TIMEOUT);
}

static void a_hang_up_ends_the_question(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	pty_type(&p, "478269-039");
	pty_hang_up(&p);
	assert_ends(&p, ES_ANSWER_GONE);
}

static int ask_a_file(const char *path, void *arg)
{
	(void)path;
	return ask("/dev/null", arg);
}

static void what_is_no_terminal_is_not_asked(void **state)
{
	struct pty p;
	int forever = -1;

	(void)state;
	pty_start(&p, ask_a_file, &forever);
	assert_ends(&p, ES_ANSWER_GONE);
}

static int ask_after_typing(const char *path, void *arg)
{
	ES_FD fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct pollfd early = { .fd = fd, .events = POLLIN };

	if (poll(&early, 1, PTY_BOUND_MS) != 1)
		return LEFT_DIGITS;
	return ask(path, arg);
}

static void what_was_typed_before_the_question_is_no_answer(void **state)
{
	struct pty p;
	int forever = -1;

	(void)state;
	pty_start(&p, ask_after_typing, &forever);
	pty_type(&p, "\n");
	pty_expect(&p, "groups  1 to  4: ");
	pty_type(&p, sample);
	pty_expect(&p, "press Enter");
	pty_type(&p, "\r");
	assert_ends(&p, ES_ANSWER_KEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pasted_key_is_shown_as_stars_and_taken),
		cmocka_unit_test(a_wrong_group_is_said_at_once_and_asked_again),
		cmocka_unit_test(F2_a_key_is_taken_from_a_paste_with_something_around_it),
		cmocka_unit_test(what_follows_a_wrong_group_in_a_paste_is_dropped),
		cmocka_unit_test(a_short_group_tells_how_many_digits_it_has),
		cmocka_unit_test(backspace_takes_stars_back_across_groups_and_rows),
		cmocka_unit_test(control_u_starts_anew),
		cmocka_unit_test(an_empty_line_gives_up),
		cmocka_unit_test(giving_up_midway_wipes_and_drops_the_rest),
		cmocka_unit_test(control_c_is_no_signal),
		cmocka_unit_test(a_signal_ends_the_question_and_puts_the_terminal_back),
		cmocka_unit_test(nobody_there_ends_the_question_where_a_bound_was_asked_for),
		cmocka_unit_test(a_hang_up_ends_the_question),
		cmocka_unit_test(what_is_no_terminal_is_not_asked),
		cmocka_unit_test(what_was_typed_before_the_question_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
