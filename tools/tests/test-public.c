/* SPDX-License-Identifier: Apache-2.0 */
/* What is published for other users: written, read again, and refused where it isn't one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/public.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct es_public healthy = {
	.time = 1795958935,
	.configured = true,
	.opened = true,
	.mode = ES_MODE_TPM,
	.generation = 12,
	.watched = true,
	.next_known = true,
	.next_opens = true,
};

static void the_worst_condition_is_the_level(void **state)
{
	struct es_public p = healthy;

	(void)state;
	assert_int_equal(es_public_level(&p), ES_LEVEL_NOTE);
	p.has[ES_CONDITION_ROOT] = true;
	assert_int_equal(es_public_level(&p), ES_LEVEL_NOTE);
	p.has[ES_CONDITION_BANK_MISSING] = true;
	assert_int_equal(es_public_level(&p), ES_LEVEL_WARNING);
	p.has[ES_CONDITION_NEXT_LOCKED] = p.has[ES_CONDITION_UNSAVED] = true;
	assert_int_equal(es_public_level(&p), ES_LEVEL_CRITICAL);
	assert_int_equal(es_public_count(&p, ES_LEVEL_CRITICAL), 2);
	assert_int_equal(es_public_count(&p, ES_LEVEL_WARNING), 1);
	p.configured = false;
	assert_int_equal(es_public_level(&p), ES_LEVEL_UNKNOWN);
}

static void ids_are_unique_and_words_are_sentences(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ES_CONDITION_COUNT; i++) {
		const struct es_condition_words *w = es_condition_words(i);

		assert_int_equal(strspn(w->id, "abcdefghijklmnopqrstuvwxyz-"), strlen(w->id));
		assert_true(strpbrk(w->words, "|\n") == NULL && w->words[strlen(w->words) - 1] != '.');
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(es_condition_words(k)->id, w->id);
	}
}

static void the_manual_lists_every_condition(void **state)
{
	char *page = calloc(1, 1 << 17), row[400];
	FILE *f = fopen("tools/etcseal.8", "r");

	(void)state;
	assert_non_null(page);
	assert_non_null(f);
	assert_true(fread(page, 1, (1 << 17) - 1, f) > 0);
	fclose(f);
	for (unsigned i = 0; i < ES_CONDITION_COUNT; i++) {
		const struct es_condition_words *w = es_condition_words(i);
		char id[80];
		size_t n = 0;

		for (const char *c = w->id; *c != '\0'; c++) {
			if (*c == '-')
				id[n++] = '\\';
			id[n++] = *c;
		}
		id[n] = '\0';
		snprintf(row, sizeof row, "\n%s\t%s\tT{\n%s\nT}\n", id,
			 w->level == ES_LEVEL_NOTE ? "note" : es_level_names[w->level], w->words);
		if (strstr(page, row) == NULL)
			fail_msg("etcseal.8 has no row %s", row);
	}
	free(page);
}

static void parsed_or_refused(struct es_span text)
{
	struct es_public p;
	enum es_reason r = es_public_parse(text, &p);

	assert_true(r == ES_OK || r == ES_FORMAT);
}

static void what_is_written_is_read_again(void **state)
{
	struct es_public p = healthy, again;
	ES_BUF text = { NULL, 0 };

	(void)state;
	p.has[ES_CONDITION_BANK_MISSING] = p.has[ES_CONDITION_ELSEWHERE] = true;
	p.next_opens = false;
	assert_int_equal(es_public_write(&p, &text), ES_OK);
	assert_int_equal(es_public_parse(es_buf_span(&text), &again), ES_OK);
	assert_memory_equal(&again, &p, sizeof p);
	for (size_t len = 0; len < text.len; len++)
		parsed_or_refused((struct es_span){ text.data, len });
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 0x20;
		parsed_or_refused(es_buf_span(&text));
		text.data[i] ^= 0x20;
	}
}

static void refused(const char *text)
{
	struct es_public p;

	assert_int_equal(es_public_parse((struct es_span){ (const uint8_t *)text, strlen(text) }, &p), ES_FORMAT);
}

#define HEAD "etcseal-public 1\ntime 5\nconfigured yes\nopened yes\nmode tpm\ngeneration 1\nunsaved no\nwatched yes\n"

static void what_is_not_one_is_refused(void **state)
{
	struct es_public p;
	static const char whole[] = HEAD "next-boot unknown\n";

	(void)state;
	assert_int_equal(es_public_parse((struct es_span){ (const uint8_t *)whole, strlen(whole) }, &p), ES_OK);
	assert_false(p.next_known);
	refused("");
	refused("etcseal-public 2\n");
	refused(HEAD);
	refused(HEAD "next-boot maybe\n");
	refused(HEAD "next-boot yes\ncondition no-such\n");
	refused(HEAD "next-boot yes\nsomething else\n");
	refused(HEAD "next-boot yes");
	refused("etcseal-public 1\ntime -5\n");
	refused("etcseal-public 1\ntime 99999999999999999999999\n");
}

static void others_can_read_it(void **state)
{
	char dir[] = "/tmp/etcseal-public-XXXXXX", path[64];
	struct es_public again;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(es_public_load(dir, &again), ES_MISSING);
	assert_int_equal(es_public_save(dir, &healthy), ES_OK);
	assert_int_equal(es_public_save(dir, &healthy), ES_OK);
	snprintf(path, sizeof path, "%s/" ES_PUBLIC_STATUS, dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	if (geteuid() == 0) {
		assert_int_equal(es_public_load(dir, &again), ES_OK);
		assert_memory_equal(&again, &healthy, sizeof healthy);
		assert_int_equal(chown(path, 65534, 65534), 0);
	}
	assert_int_equal(es_public_load(dir, &again), ES_UNSAFE);
	unlink(path);
	snprintf(path, sizeof path, "%s/" ES_PUBLIC_METRICS, dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_condition_is_the_level),
		cmocka_unit_test(ids_are_unique_and_words_are_sentences),
		cmocka_unit_test(the_manual_lists_every_condition),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(what_is_not_one_is_refused),
		cmocka_unit_test(others_can_read_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
