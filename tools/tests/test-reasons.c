/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of reasons against the program: each is returned somewhere, the manual page has them all, and nothing of
 * somebody else's is told of in the words for etcseal's own files. `test-reasons --write` writes the manual page again
 * (`make man`).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/reason.h"
#include "keys/tests/lib/command.h"
#include "tools/dispatch.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE "tools/etcseal-reasons.7"

enum { TEXT = 1 << 20 };

static struct captured c;
static struct command command = { .dispatch = es_dispatch };

enum { COLUMNS = 80 };

static size_t put_word(FILE *out, const char *word, size_t len)
{
	size_t column = 0;

	if (*word == '.' || *word == '\'')
		column += (size_t)fprintf(out, "\\&");
	for (size_t i = 0; i < len; i++)
		column += (size_t)fprintf(out, word[i] == '-' ? "\\%c" : "%c", word[i]);
	return column;
}

/* Text that troff takes as it is, then `end`: a sentence begins a line, and no line is longer than 80 bytes. */
static void put_text(FILE *out, const char *text, const char *end)
{
	size_t column = 0;
	bool sentence = false;

	while (*text != '\0') {
		size_t len = strcspn(text, " "), width = len;

		for (size_t i = 0; i < len; i++)
			width += text[i] == '-';
		if (column > 0 && (sentence || column + 1 + width + strlen(end) > COLUMNS)) {
			fputc('\n', out);
			column = 0;
		} else if (column > 0) {
			fputc(' ', out);
			column++;
		}
		column += put_word(out, text, len);
		sentence = text[len - 1] == '.';
		text += len + (text[len] == ' ');
	}
	fprintf(out, "%s\n", end);
}

static void write_page(FILE *out)
{
	static const char *const exits[] = { "Failed",        "Usage",   "Not configured",    "Locked",
					     "Tampered with", "The TPM", "Wrong recovery key" };

	fputs(".\\\" SPDX-License-Identifier: Apache-2.0\n"
	      ".\\\" Written by `make man` from keys/core/reasons.def: don't edit.\n"
	      ".TH ETCSEAL-REASONS 7 \"2026-11-21\" \"etcseal\" \"Miscellaneous\"\n.SH NAME\n"
	      "etcseal-reasons \\- why etcseal refuses, and what to do\n.SH DESCRIPTION\n"
	      "Every refusal has a reason.\nPrograms get its identifier: with\n.BR \\-\\-json ,\nin the journal "
	      "(ETCSEAL_REASON), and in boot.json.\nPeople get its words, further details, and advice.\n"
	      "Identifiers and exit codes don't change between releases.\n",
	      out);
	for (int code = ES_EXIT_FAILED; code <= ES_EXIT_WRONG_RECOVERY_KEY; code++) {
		fprintf(out, ".SS %s (exit code %d)\n", exits[code - 1], code);
		for (int r = 1; r < ES_REASON_COUNT; r++) {
			const struct es_words *w = es_reason_words((enum es_reason)r);
			char what[256];

			if ((int)w->exit != code)
				continue;
			fputs(".TP\n.B ", out);
			put_text(out, w->id, "");
			snprintf(what, sizeof what, "%s", w->what);
			what[0] = (char)toupper((unsigned char)what[0]);
			put_text(out, what, ".");
			put_text(out, w->next, "");
		}
	}
	fputs(".SH SEE ALSO\n.BR etcseal (8),\n.BR etcseal\\-boot (8)\n", out);
}

static char *read_whole(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = malloc(TEXT);
	size_t n;

	assert_non_null(text);
	if (f == NULL)
		fail_msg("%s isn't there", path);
	n = fread(text, 1, TEXT - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void the_manual_page_is_the_table(void **state)
{
	char *made = NULL, *stored = read_whole(PAGE);
	size_t len = 0;
	FILE *out = open_memstream(&made, &len);

	(void)state;
	write_page(out);
	fclose(out);
	if (strcmp(made, stored) != 0)
		fail_msg("%s isn't what keys/core/reasons.def says: run `make man`", PAGE);
	free(made);
	free(stored);
}

static const char *const names[] = {
#define ES_REASON(name, id, exit, what, next) #name,
#include "keys/core/reasons.def"
#undef ES_REASON
};

/* The text of the product's sources, but for the table itself. */
static char *sources(const char *what)
{
	char line[512], *text;

	snprintf(
	    line, sizeof line,
	    "find keys efi initrd tools -name '*.c' ! -path '*/tests/*' | sort | xargs %s >/tmp/etcseal-sources.%d",
	    what, (int)getpid());
	(void)!system(line);
	snprintf(line, sizeof line, "/tmp/etcseal-sources.%d", (int)getpid());
	text = read_whole(line);
	unlink(line);
	return text;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + n, word))
		if ((at[n] < 'A' || at[n] > 'Z') && (at[n] < '0' || at[n] > '9') && at[n] != '_')
			return true;
	return false;
}

static void every_reason_is_returned_somewhere(void **state)
{
	char *text = sources("grep -hoE '\\bES_[A-Z0-9_]+\\b'");

	(void)state;
	for (int i = 0; i < ES_REASON_COUNT; i++)
		if (!has_word(text, names[i]))
			fail_msg("%s: nobody returns it", names[i]);
	free(text);
}

/* Where it is told of something that isn't etcseal's. */
static void F12_words_for_our_own_files_are_told_of_no_others(void **state)
{
	char *text =
	    sources("grep -nHE "
		    "'\\b(es_fail|fail_file|es_host_refuse|es_usage_error)\\(.*\\bES_(FORMAT|TOO_LARGE|VERSION|BAD_"
		    "TAG)\\b' | grep -v es_reason_of");

	(void)state;
	if (text[0] != '\0')
		fail_msg("a reason of keys/core/subject.h instead:\n%s", text);
	free(text);
}

/* All but those that can't be come by without a seal. */
static void F6_no_word_about_a_tpm_presumes_a_sealed_host(void **state)
{
	static const enum es_reason of_a_seal[] = { ES_TPM_CLEARED,   ES_TPM_OTHER,    ES_TPM_POLICY,
						    ES_SEAL_DAMAGED,  ES_FENCE_FAILED, ES_FENCE_UNVOUCHED,
						    ES_MEASURE_FAILED };
	static const char *const words[] = { "recovery key", "sealed to", "seal again", "was sealed" };

	(void)state;
	for (int r = 1; r < ES_REASON_COUNT; r++) {
		const struct es_words *w = es_reason_words((enum es_reason)r);
		bool seal = w->exit != ES_EXIT_TPM;

		for (size_t i = 0; i < sizeof of_a_seal / sizeof *of_a_seal; i++)
			seal |= r == (int)of_a_seal[i];
		for (size_t i = 0; i < sizeof words / sizeof *words && !seal; i++)
			if (strstr(w->what, words[i]) != NULL || strstr(w->next, words[i]) != NULL)
				fail_msg("%s: \"%s\"", w->id, words[i]);
	}
}

static void run(const struct machine *m, const char *words, int status)
{
	command_run(&command, m, words, status, NULL, &c);
}

static void assert_reason(const char *id)
{
	char expected[64];

	snprintf(expected, sizeof expected, "\"%s\"", id);
	if (strstr(c.out, expected) == NULL)
		fail_msg("not %s:\n%s%s", id, c.out, c.err);
}

static void put(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

/* The log that the kernel shows, by what is wrong with it: never tampering, never a file of etcseal's. */
static void F3_each_fault_of_an_event_log_has_its_own_words(void **state)
{
	static const uint8_t garbage[] = "this isn't an event log, nor does it have the length of one";
	static const uint8_t sha1_only[32] = { 0, 0, 0, 0, 8 };
	static uint8_t large[(256 << 10) + 1];
	struct es_boot_record record;
	struct machine m;

	(void)state;
	machine_start(&m, true);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	put(m.log_path, garbage, sizeof garbage);
	run(&m, "init", 0);
	if (strstr(c.err, "the firmware's event log is malformed") == NULL)
		fail_msg("init doesn't say what it lacks:\n%s", c.err);
	run(&m, "check --json", 0);
	assert_reason("event-log-unreadable");
	put(m.log_path, sha1_only, sizeof sha1_only);
	run(&m, "check --json", 0);
	assert_reason("event-log-no-sha256");
	put(m.log_path, large, sizeof large);
	run(&m, "check --json", 0);
	assert_reason("event-log-too-large");
	unlink(m.log_path);
	run(&m, "check --json", 0);
	assert_reason("event-log-missing");
	machine_stop(&m);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_manual_page_is_the_table),
		cmocka_unit_test(every_reason_is_returned_somewhere),
		cmocka_unit_test(F12_words_for_our_own_files_are_told_of_no_others),
		cmocka_unit_test(F6_no_word_about_a_tpm_presumes_a_sealed_host),
		cmocka_unit_test(F3_each_fault_of_an_event_log_has_its_own_words),
	};

	if (argc == 2 && strcmp(argv[1], "--write") == 0) {
		FILE *out = fopen(PAGE, "w");

		if (out == NULL)
			return 1;
		write_page(out);
		return fclose(out) == 0 ? 0 : 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
