/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/report.h"
#include "keys/tests/lib/pty.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Everything that say shows ends in these pipes. */
struct heard {
	struct es_say say;
	int err[2], kmsg[2];
	char text[4096];
};

static int setup(void **state)
{
	struct heard *h = calloc(1, sizeof *h);

	assert_int_equal(pipe2(h->err, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(pipe2(h->kmsg, O_CLOEXEC | O_NONBLOCK), 0);
	h->say = (struct es_say){ .err = h->err[1], .kmsg = h->kmsg[1], .console = -1 };
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	struct heard *h = *state;

	for (unsigned i = 0; i < 2; i++) {
		close(h->err[i]);
		close(h->kmsg[i]);
	}
	free(h);
	return 0;
}

static const char *heard(struct heard *h, int fd)
{
	ssize_t n = read(fd, h->text, sizeof h->text - 1);

	h->text[n > 0 ? n : 0] = '\0';
	return h->text;
}

static void a_line_goes_to_standard_error_and_the_log(void **state)
{
	struct heard *h = *state;

	es_say(&h->say, ES_SAY_WARNING, "bank%d is damaged", 1);
	assert_string_equal(heard(h, h->err[0]), "etcseal: bank1 is damaged\n");
	assert_string_equal(heard(h, h->kmsg[0]), "<4>etcseal: bank1 is damaged\n");
}

static void what_every_boot_says_goes_to_the_log_only(void **state)
{
	struct heard *h = *state;

	es_say_log(&h->say, "as %s", "always");
	assert_string_equal(heard(h, h->err[0]), "");
	assert_string_equal(heard(h, h->kmsg[0]), "<6>etcseal: as always\n");
}

/* The kernel shows its lines on the console on its own. */
static void no_line_stands_twice_on_a_talkative_console(void **state)
{
	struct heard *h = *state;

	h->say.console_level = 7;
	es_say(&h->say, ES_SAY_INFO, "once");
	assert_string_equal(heard(h, h->kmsg[0]), "<7>etcseal: once\n");
	h->say.console_level = 4;
	es_say(&h->say, ES_SAY_INFO, "quiet");
	assert_string_equal(heard(h, h->kmsg[0]), "<6>etcseal: quiet\n");
}

/* Names come from the disk; a terminal must not obey them, nor a line begin in the middle of one. */
static void what_is_not_printable_is_not_shown(void **state)
{
	struct heard *h = *state;

	es_say(&h->say, ES_SAY_ERROR, "%s", "a\033[2Jb\nc\rd\xc3\xa4\x7f");
	assert_string_equal(heard(h, h->err[0]), "etcseal: a?[2Jb?c?d???\n");
	assert_string_equal(heard(h, h->kmsg[0]), "<3>etcseal: a?[2Jb?c?d???\n");
}

static void an_endless_line_is_cut(void **state)
{
	struct heard *h = *state;
	char text[5000];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	es_say(&h->say, ES_SAY_ERROR, "%s", text);
	assert_int_equal(strlen(heard(h, h->err[0])), strlen("etcseal: \n") + ES_SAY_MAX - 1);
	assert_int_equal(strlen(heard(h, h->kmsg[0])), strlen("<3>etcseal: \n") + ES_SAY_MAX - 1);
}

static int say_at(const char *path, void *arg)
{
	int console = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct es_say say;

	if (*(const int *)arg)
		dup2(console, STDERR_FILENO);
	es_say_open(&say, console);
	es_say(&say, ES_SAY_INFO, "[one]");
	es_say_close(&say);
	return 0;
}

static void a_console_that_is_standard_error_hears_it_once(void **state)
{
	struct pty p;
	const char *first;

	(void)state;
	for (int same = 0; same < 2; same++) {
		pty_start(&p, say_at, &same);
		pty_expect(&p, "etcseal: [one]");
		assert_int_equal(pty_end(&p), 0);
		first = strstr(p.out, "[one]");
		assert_null(strstr(first + 1, "[one]"));
		pty_hang_up(&p);
	}
}

static void a_refusal_says_what_why_and_what_to_do(void **state)
{
	struct heard *h = *state;

	es_report_refusal(&h->say, "locked", ES_LOCKED_PCR, "PCR 11 (the boot image) differs");
	heard(h, h->err[0]);
	assert_non_null(strstr(h->text, "etcseal: locked: this boot isn't the one"));
	assert_non_null(strstr(h->text, "\netcseal: PCR 11 (the boot image) differs\n"));
	assert_non_null(strstr(h->text, "recovery key"));
}

static void a_code_fault_names_its_group(void **state)
{
	struct heard *h = *state;

	for (int fault = ES_GROUP_NOT_DIGITS; fault <= ES_GROUP_NONE; fault++) {
		const struct es_code_fault f = { .fault = (enum es_group_fault)fault, .group = 7 };

		es_report_code_fault(&h->say, &f);
		heard(h, h->err[0]);
		assert_non_null(strstr(h->text, "group 7 of the recovery key in the boot options is wrong: "));
		assert_null(strstr(h->text, "no details are known"));
	}
}

static void an_opening_says_by_whom_and_in_spite_of_what(void **state)
{
	struct heard *h = *state;
	struct es_boot_record record = { .opened_by = ES_OPENED_BY_TPM, .generation = 7, .tpm_commands = 9 };

	es_report_opened(&h->say, &record, 1234);
	assert_string_equal(heard(h, h->err[0]), "etcseal: opened by the TPM, generation 7, 1.2 s, 9 TPM commands\n");
	record.opened_by = ES_OPENED_BY_RECOVERY;
	strcpy(record.refusal, "pcr-mismatch");
	es_report_opened(&h->say, &record, 1234);
	assert_non_null(strstr(heard(h, h->err[0]), "despite: pcr-mismatch\n"));
	record.opened_by = ES_OPENED_BY_KDF;
	es_report_opened(&h->say, &record, 1234);
	assert_non_null(strstr(heard(h, h->err[0]), "mode kdf: it hides the configuration from"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(a_line_goes_to_standard_error_and_the_log),
		TEST(what_every_boot_says_goes_to_the_log_only),
		TEST(no_line_stands_twice_on_a_talkative_console),
		TEST(what_is_not_printable_is_not_shown),
		TEST(an_endless_line_is_cut),
		TEST(a_console_that_is_standard_error_hears_it_once),
		TEST(a_refusal_says_what_why_and_what_to_do),
		TEST(a_code_fault_names_its_group),
		TEST(an_opening_says_by_whom_and_in_spite_of_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
