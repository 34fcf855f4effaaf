/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/capture.h"
#include "keys/tests/lib/pty.h"
#include "tools/recovery_key.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GIVEN_UP = 40, NO_TERMINAL, OTHER };

static const char id[] = "{2DDD5424-7F3F-406A-8DA8-D62630F6C8BC}";

/* Prints what was typed: a test's own key. */
static int ask_and_print(const char *path, void *arg)
{
	ES_TERMINAL terminal = ES_TERMINAL_CLOSED;
	ES_SECRET text = NULL;
	enum es_reason r;
	size_t len = 0;
	int fd;

	(void)arg;
	setsid();
	fd = open(path, O_RDWR); /* becomes the controlling terminal */
	if (fd < 0 || dup2(fd, 1) < 0)
		return OTHER;
	r = es_terminal_open(&terminal);
	if (r == ES_OK)
		r = es_recovery_ask(&terminal, id, &text, &len);
	if (r != ES_OK)
		return r == ES_ARGUMENT ? GIVEN_UP : OTHER;
	dprintf(1, "got <%.*s>", (int)len, (const char *)es_secret_bytes(text));
	return 0;
}

static bool echoes(const struct pty *p)
{
	return (pty_settings(p).c_lflag & ECHO) != 0;
}

static struct pty p;

static void what_is_typed_is_not_shown(void **state)
{
	char *typed;

	(void)state;
	pty_start(&p, ask_and_print, NULL);
	pty_expect(&p, "{2DDD5424-7F3F-406A-8DA8-D62630F6C8BC}");
	pty_expect(&p, "not shown): ");
	assert_false(echoes(&p));
	pty_type(&p, "478269-039194\n");
	pty_expect(&p, "got <478269-039194");
	typed = strstr(p.out, "478269");
	assert_int_equal(pty_end(&p), 0);
	assert_non_null(typed);
	assert_true(typed > strstr(p.out, "got <")); /* by ask_and_print only */
	assert_true(echoes(&p));
}

static void a_key_that_is_pasted_in_lines_is_one_answer(void **state)
{
	(void)state;
	pty_start(&p, ask_and_print, NULL);
	pty_expect(&p, "not shown): ");
	pty_type(&p, "478269-039194-473926-430939\n686855-231401-642208-184477\n602511-225586-551660-586542\n"
		     "338394-092578-687140-267425\n");
	pty_expect(&p, "got <478269-039194");
	pty_expect(&p, "687140-267425");
	assert_int_equal(pty_end(&p), 0);
}

static void nothing_typed_and_end_of_file_give_up(void **state)
{
	(void)state;
	for (const char *typed = "\n\x04"; *typed != '\0'; typed++) {
		const char one[] = { *typed, '\0' };

		pty_start(&p, ask_and_print, NULL);
		pty_expect(&p, "not shown): ");
		pty_type(&p, one);
		assert_int_equal(pty_end(&p), GIVEN_UP);
		assert_true(echoes(&p));
	}
}

static void a_signal_ends_it_with_the_terminal_put_back(void **state)
{
	(void)state;
	pty_start(&p, ask_and_print, NULL);
	pty_expect(&p, "not shown): ");
	pty_type(&p, "478269\x03"); /* Ctrl-C */
	assert_int_equal(pty_end(&p), 128 + SIGINT);
	assert_true(echoes(&p));
	assert_null(strstr(p.out, "478269"));
	pty_start(&p, ask_and_print, NULL);
	pty_expect(&p, "not shown): ");
	assert_int_equal(kill(p.child, SIGTERM), 0);
	assert_int_equal(pty_end(&p), 128 + SIGTERM);
	assert_true(echoes(&p));
}

static int ask_without_terminal(void *arg)
{
	ES_TERMINAL terminal = ES_TERMINAL_CLOSED;

	(void)arg;
	setsid();
	return es_terminal_open(&terminal) == ES_MISSING ? NO_TERMINAL : OTHER;
}

static void without_a_terminal_nobody_is_asked(void **state)
{
	struct captured c;

	(void)state;
	capture(ask_without_terminal, NULL, NULL, &c);
	assert_int_equal(c.status, NO_TERMINAL);
}

struct file {
	const char *path;
	enum es_reason reason;
	size_t len;
};

static int read_file(void *arg)
{
	const struct file *f = arg;
	ES_SECRET text = NULL;
	size_t len = 0;
	struct es_path_fault fault;
	enum es_reason r = es_recovery_from_file(f->path, &text, &len, &fault);

	return r == f->reason && (r != ES_OK || len == f->len) && (text != NULL) == (r == ES_OK) ? 0 : (int)r + 100;
}

static void files_are_read_under_a_cap(void **state)
{
	static const struct {
		size_t size;
		mode_t mode;
		enum es_reason reason;
		bool warns;
	} rows[] = {
		{ 0, 0600, ES_OK, false },
		{ 112, 0600, ES_OK, false },
		{ ES_KEY_FILE_MAX, 0400, ES_OK, false },
		{ ES_KEY_FILE_MAX + 1, 0600, ES_RECOVERY_FILE, false },
		{ 1 << 20, 0600, ES_RECOVERY_FILE, false },
		{ 10, 0640, ES_OK, true },
		{ 10, 0604, ES_OK, true },
	};
	char path[] = "/tmp/test-recovery-key-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct file f = { path, rows[i].reason, rows[i].size };
		struct captured c;

		assert_int_equal(ftruncate(fd, (off_t)rows[i].size), 0);
		assert_int_equal(fchmod(fd, rows[i].mode), 0);
		capture(read_file, &f, NULL, &c);
		assert_int_equal(c.status, 0);
		assert_int_equal(strstr(c.err, "can be read by others") != NULL, rows[i].warns);
	}
	close(fd);
	unlink(path);
}

static void standard_input_and_strange_files(void **state)
{
	static const struct file rows[] = { { "/there/is/none", ES_MISSING, 0 },
					    { "/tmp", ES_IO, 0 },
					    { "/dev/zero", ES_RECOVERY_FILE, 0 },
					    { "/dev/null", ES_OK, 0 } };
	struct captured c;

	(void)state;
	capture(read_file, &(struct file){ "-", ES_OK, 7 }, &(struct capture_ends){ .input = "478269\n" }, &c);
	assert_int_equal(c.status, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct file f = rows[i];

		capture(read_file, &f, NULL, &c);
		assert_int_equal(c.status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_is_not_shown),
		cmocka_unit_test(a_key_that_is_pasted_in_lines_is_one_answer),
		cmocka_unit_test(nothing_typed_and_end_of_file_give_up),
		cmocka_unit_test(a_signal_ends_it_with_the_terminal_put_back),
		cmocka_unit_test(without_a_terminal_nobody_is_asked),
		cmocka_unit_test(files_are_read_under_a_cap),
		cmocka_unit_test(standard_input_and_strange_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
