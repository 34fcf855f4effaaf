/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/watch_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct es_watch_record sample(void)
{
	return (struct es_watch_record){
		.state = ES_WATCH_FAILING,
		.since = "2026-11-21T18:14:32Z",
		.unsaved_since = "2026-11-21T18:15:00Z",
		.generation = 7,
		.revision = 3,
		.reason = "no-space",
		.detail = "/efi/etcseal/bank0",
		.notified = true,
	};
}

static void a_written_record_is_read_back(void **state)
{
	struct es_watch_record want = sample(), got;
	ES_BUF text = { NULL, 0 };

	(void)state;
	assert_int_equal(es_watch_record_write(&want, &text), ES_OK);
	assert_int_equal(es_watch_record_parse(es_buf_span(&text), &got), ES_OK);
	assert_int_equal(got.state, ES_WATCH_FAILING);
	assert_string_equal(got.since, want.since);
	assert_string_equal(got.saved, "");
	assert_string_equal(got.unsaved_since, want.unsaved_since);
	assert_int_equal(got.generation, 7);
	assert_int_equal(got.revision, 3);
	assert_string_equal(got.reason, "no-space");
	assert_string_equal(got.detail, want.detail);
	assert_true(got.notified);
}

static void a_detail_with_any_bytes_can_be_read_back(void **state)
{
	struct es_watch_record want = sample(), got;
	ES_BUF text = { NULL, 0 };

	(void)state;
	snprintf(want.detail, sizeof want.detail, "a\nb\x1b[2J\xff");
	assert_int_equal(es_watch_record_write(&want, &text), ES_OK);
	assert_int_equal(es_watch_record_parse(es_buf_span(&text), &got), ES_OK);
	assert_null(strpbrk(got.detail, "\n\x1b\xff"));
}

static void an_unreadable_record_is_not_written(void **state)
{
	struct es_buf text = { NULL, 0 };
	struct es_watch_record bad = sample();

	(void)state;
	bad.state = ES_WATCH_STATES;
	assert_int_equal(es_watch_record_write(&bad, &text), ES_ARGUMENT);
	bad = sample();
	bad.generation = UINT64_MAX;
	assert_int_equal(es_watch_record_write(&bad, &text), ES_ARGUMENT);
	bad = sample();
	strcpy(bad.since, "yesterday");
	assert_int_equal(es_watch_record_write(&bad, &text), ES_ARGUMENT);
}

static void each_defect_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum es_reason reason;
	} bad[] = {
		{ "etcseal-watch", "watch", ES_FORMAT },
		{ "\"version\": 1", "\"version\": 2", ES_VERSION },
		{ "\"failing\"", "\"dancing\"", ES_FORMAT },
		{ "18:14:32Z", "18:14:32", ES_FORMAT },
		{ "\"revision\": 3", "\"revision\": -3", ES_FORMAT },
		{ "\"notified\": true", "\"notified\": 1", ES_FORMAT },
		{ "no-space", "no\\u0000space", ES_FORMAT },
		{ "\"reason\"", "\"reasons\"", ES_FORMAT },
	};
	struct es_watch_record want = sample(), got;
	ES_BUF good = { NULL, 0 };
	char whole[2048], text[2048];

	(void)state;
	assert_int_equal(es_watch_record_write(&want, &good), ES_OK);
	snprintf(whole, sizeof whole, "%.*s", (int)good.len, (const char *)good.data);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *at = strstr(whole, bad[i].from);

		assert_non_null(at);
		snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, bad[i].to, at + strlen(bad[i].from));
		if (es_watch_record_parse((struct es_span){ (const uint8_t *)text, strlen(text) }, &got) !=
		    bad[i].reason)
			fail_msg("%s", text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_written_record_is_read_back),
		cmocka_unit_test(a_detail_with_any_bytes_can_be_read_back),
		cmocka_unit_test(an_unreadable_record_is_not_written),
		cmocka_unit_test(each_defect_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
