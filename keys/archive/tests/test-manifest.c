/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/stream.h"

#include "keys/tests/lib/tar_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char GOOD[] = "{ \"format\": \"etcseal-archive\", \"version\": 1, \"generation\": 7, \"host\": "
			   "\"0190b8f4-0000-4000-8000-00000000aaaa\", \"time\": \"2026-11-21T18:14:32Z\", \"paths\": "
			   "[ \"/etc\", \"/opt/app\" ] }";

static void a_written_manifest_is_read_back(void **state)
{
	struct es_manifest want = { .generation = 42, .path_count = ES_PATHS_MAX }, got;
	ES_BUF text = { NULL, 0 };

	(void)state;
	strcpy(want.host, "0190b8f4-0000-4000-8000-00000000aaaa");
	strcpy(want.time, "2026-11-21T18:14:32Z");
	for (unsigned i = 0; i < ES_PATHS_MAX; i++)
		snprintf(want.paths[i], sizeof want.paths[i], "/srv/%u/\xc3\xbc \"x\"", i);
	assert_int_equal(es_manifest_write(&want, &text), ES_OK);
	assert_int_equal(es_manifest_parse(es_buf_span(&text), &got), ES_OK);
	assert_int_equal(got.generation, 42);
	assert_string_equal(got.host, want.host);
	assert_string_equal(got.time, want.time);
	assert_int_equal(got.path_count, ES_PATHS_MAX);
	assert_false(got.has_tree);
	assert_string_equal(got.paths[31], want.paths[31]);
	es_buf_free(&text);
	want.has_tree = true;
	memset(want.tree.bytes, 0xa5, sizeof want.tree.bytes);
	assert_int_equal(es_manifest_write(&want, &text), ES_OK);
	assert_int_equal(es_manifest_parse(es_buf_span(&text), &got), ES_OK);
	assert_true(got.has_tree);
	assert_memory_equal(got.tree.bytes, want.tree.bytes, sizeof want.tree.bytes);
}

static void an_unreadable_manifest_is_not_written(void **state)
{
	static const char *const bad_path[] = { "etc", "/etc/x", "/etc", "/etc\xff" };
	struct es_buf text = { NULL, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad_path / sizeof bad_path[0]; i++) {
		struct es_manifest m = { .generation = 1, .path_count = 2, .paths = { "/etc" } };

		strcpy(m.host, "0190b8f4-0000-4000-8000-00000000aaaa");
		strcpy(m.time, "2026-11-21T18:14:32Z");
		strcpy(m.paths[1], bad_path[i]);
		assert_int_equal(es_manifest_write(&m, &text), ES_ARGUMENT);
		m.path_count = 1;
		m.host[0] = 'x';
		assert_int_equal(es_manifest_write(&m, &text), ES_ARGUMENT);
		m.path_count = 0;
		assert_int_equal(es_manifest_write(&m, &text), ES_ARGUMENT);
	}
	assert_null(text.data);
}

static void each_defect_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum es_reason reason;
	} bad[] = {
		{ "etcseal-archive", "tar", ES_FORMAT },
		{ "\"version\": 1", "\"version\": 3", ES_VERSION },
		{ "\"generation\": 7", "\"generation\": -7", ES_FORMAT },
		{ "aaaa\"", "aaaaa\"", ES_FORMAT },
		{ "32Z", "32", ES_FORMAT },
		{ "[ \"/etc\", \"/opt/app\" ]", "[]", ES_FORMAT },
		{ "[ \"/etc\", \"/opt/app\" ]", "\"/etc\"", ES_FORMAT },
		{ "\"/opt/app\"", "\"/etc\"", ES_FORMAT },
		{ "\"/opt/app\"", "\"/etc/ssh\"", ES_FORMAT },
		{ "\"/opt/app\"", "\"/\"", ES_FORMAT },
		{ "\"/opt/app\"", "\"/opt/../etc\"", ES_FORMAT },
		{ "\"/opt/app\"", "\"/opt\\u0000/app\"", ES_FORMAT },
		{ "\"/opt/app\"", "null", ES_FORMAT },
		{ "\"/opt/app\"", "[]", ES_FORMAT },
		{ "\"paths\"", "\"generation\": 8, \"paths\"", ES_FORMAT },
		{ "\"paths\"", "\"tree_sha256\": \"00\", \"paths\"", ES_FORMAT },
		{ "\"paths\"", "\"tree_sha256\": null, \"paths\"", ES_FORMAT },
	};
	char text[1024];
	struct es_manifest got;

	(void)state;
	assert_int_equal(es_manifest_parse(es_text_span(GOOD), &got), ES_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *at = strstr(GOOD, bad[i].from);
		enum es_reason r;

		assert_non_null(at);
		snprintf(text, sizeof text, "%.*s%s%s", (int)(at - GOOD), GOOD, bad[i].to, at + strlen(bad[i].from));
		r = es_manifest_parse(es_text_span(text), &got);
		if (r != bad[i].reason)
			fail_msg("%s: %d", text, r);
	}
}

static void thirty_three_paths_are_too_many(void **state)
{
	char text[1024];
	size_t n = (size_t)snprintf(text, sizeof text, "%.*s[ \"/p0\"", (int)(strstr(GOOD, "[ ") - GOOD), GOOD);
	struct es_manifest got;

	(void)state;
	for (int i = 1; i <= ES_PATHS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, ", \"/p%d\"", i);
	snprintf(text + n, sizeof text - n, " ] }");
	assert_int_equal(es_manifest_parse(es_text_span(text), &got), ES_TOO_LARGE);
}

static void the_manifest_can_be_read_alone(void **state)
{
	TAR_IMAGE t = { 0 };
	struct es_manifest got;

	(void)state;
	tar_manifest(&t, "[\"/etc\"]");
	tar_file(&t, "tree/../../etc/passwd", "not looked at yet");
	tar_end(&t);
	ES_BUF packed = tar_packed(&t);
	assert_int_equal(es_archive_manifest(es_buf_span(&packed), &got), ES_OK);
	assert_int_equal(got.generation, 7);
	assert_string_equal(got.paths[0], "/etc");
}

static void manifest_refused(const struct tar_image *t, enum es_reason reason)
{
	ES_BUF packed = tar_packed(t);
	struct es_manifest got;

	assert_int_equal(es_archive_manifest(es_buf_span(&packed), &got), reason);
}

static void an_archive_must_start_with_its_manifest(void **state)
{
	TAR_IMAGE without = { 0 };
	TAR_IMAGE other = { 0 };
	TAR_IMAGE link = { 0 };
	TAR_IMAGE empty = { 0 };
	TAR_IMAGE large = { 0 };
	ES_BUF spaces = { NULL, 0 };

	(void)state;
	tar_folder(&without, "tree/etc/");
	tar_manifest(&without, "[\"/etc\"]");
	tar_end(&without);
	manifest_refused(&without, ES_FORMAT);
	tar_file(&other, "manifest", GOOD);
	tar_end(&other);
	manifest_refused(&other, ES_FORMAT);
	tar_add(&link, &(struct tar_member){ .name = "manifest.json", .type = '2', .link = "/etc/passwd" });
	tar_end(&link);
	manifest_refused(&link, ES_FORMAT);
	tar_end(&empty);
	manifest_refused(&empty, ES_FORMAT);
	assert_int_equal(es_buf_new(128 << 10, &spaces), ES_OK);
	memset(spaces.data, ' ', spaces.len);
	tar_add(&large, &(struct tar_member){ .name = "manifest.json", .type = '0', .data = es_buf_span(&spaces) });
	tar_end(&large);
	manifest_refused(&large, ES_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_written_manifest_is_read_back),
		cmocka_unit_test(an_unreadable_manifest_is_not_written),
		cmocka_unit_test(each_defect_is_refused),
		cmocka_unit_test(thirty_three_paths_are_too_many),
		cmocka_unit_test(the_manifest_can_be_read_alone),
		cmocka_unit_test(an_archive_must_start_with_its_manifest),
	};

	return cmocka_run_group_tests_name("archive_manifest", tests, NULL, NULL);
}
