/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/boot_record.h"

#include "keys/tests/lib/sample_boot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct es_boot_record through_the_file(const struct es_boot_record *record)
{
	ES_BUF file = { NULL, 0 };
	struct es_boot_record got;

	assert_int_equal(es_boot_record_write(record, &file), ES_OK);
	assert_int_equal(es_boot_record_parse(es_buf_span(&file), &got), ES_OK);
	return got;
}

static void every_field_is_read_back(void **state)
{
	struct es_boot_record want = sample_boot(), got = through_the_file(&want);

	(void)state;
	assert_int_equal(got.state, want.state);
	assert_int_equal(got.opened_by, want.opened_by);
	assert_true(got.stub);
	assert_int_equal(got.handover.outside, want.handover.outside);
	assert_string_equal(got.handover.device_uuid, SAMPLE_PARTITION);
	assert_string_equal(got.refusal, want.refusal);
	assert_string_equal(got.refusal_detail, want.refusal_detail);
	assert_true(got.recovery_at_console);
	assert_int_equal(got.bank, 1);
	assert_int_equal(got.generation, 42);
	assert_true(got.tpm);
	assert_true(got.fenced);
	assert_true(got.fence_vouched);
	assert_int_equal(got.freshness, ES_FRESHNESS_OLD);
	assert_true(got.has_counter);
	assert_int_equal(got.counter, 47);
	assert_int_equal(got.consent, ES_CONSENT_OLD);
	assert_int_equal(got.before_fence.present, want.before_fence.present);
	assert_int_equal(es_pcr_differ(&got.before_fence, &want.before_fence, want.before_fence.present), 0);
	assert_int_equal(got.unlock_ms, 812);
	assert_int_equal(got.tpm_commands, 17);
	assert_int_equal(got.image_generation, want.image_generation);
	assert_int_equal(got.path_count, 2);
	assert_string_equal(got.paths[1], "/opt/app/conf");
}

static void a_host_without_stub_tpm_or_bank_is_read_back(void **state)
{
	struct es_boot_record want = { .state = ES_BOOT_UNCONFIGURED, .bank = -1 };
	struct es_boot_record got = through_the_file(&want);

	(void)state;
	assert_int_equal(got.state, ES_BOOT_UNCONFIGURED);
	assert_int_equal(got.opened_by, ES_OPENED_BY_NONE);
	assert_false(got.stub);
	assert_int_equal(got.bank, -1);
	assert_int_equal(got.before_fence.present, 0);
	assert_int_equal(got.path_count, 0);
	assert_string_equal(got.refusal, "");
}

static void text_from_a_tpm_or_a_log_cannot_move_the_cursor(void **state)
{
	struct es_boot_record want = sample_boot(), got;

	(void)state;
	strcpy(want.refusal_detail, "a\x1b[2Jb\xff\n\"c\"");
	got = through_the_file(&want);
	assert_string_equal(got.refusal_detail, "a?[2Jb??\"c\"");
}

static void a_full_detail_and_every_path_fit(void **state)
{
	struct es_boot_record want = sample_boot(), got;

	(void)state;
	memset(want.refusal_detail, '"', sizeof want.refusal_detail - 1);
	want.path_count = ES_PATHS_MAX;
	for (unsigned i = 0; i < ES_PATHS_MAX; i++) {
		memset(want.paths[i], 'p', ES_PATH_TEXT - 1);
		want.paths[i][0] = '/';
	}
	got = through_the_file(&want);
	assert_string_equal(got.refusal_detail, want.refusal_detail);
	assert_int_equal(got.path_count, ES_PATHS_MAX);
	assert_string_equal(got.paths[31], want.paths[31]);
}

static void an_unreadable_record_is_not_written(void **state)
{
	struct es_boot_record record = sample_boot();
	struct es_buf file = { NULL, 0 };

	(void)state;
	strcpy(record.handover.device_uuid, "\"},");
	assert_int_equal(es_boot_record_write(&record, &file), ES_ARGUMENT);
	record = sample_boot();
	strcpy(record.paths[0], "etc");
	assert_int_equal(es_boot_record_write(&record, &file), ES_ARGUMENT);
	record = sample_boot();
	record.state = ES_BOOT_STATES;
	assert_int_equal(es_boot_record_write(&record, &file), ES_ARGUMENT);
	record = sample_boot();
	record.bank = 2;
	assert_int_equal(es_boot_record_write(&record, &file), ES_ARGUMENT);
	record = sample_boot();
	record.path_count = ES_PATHS_MAX + 1;
	assert_int_equal(es_boot_record_write(&record, &file), ES_ARGUMENT);
	assert_null(file.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read_back),
		cmocka_unit_test(a_host_without_stub_tpm_or_bank_is_read_back),
		cmocka_unit_test(text_from_a_tpm_or_a_log_cannot_move_the_cursor),
		cmocka_unit_test(a_full_detail_and_every_path_fit),
		cmocka_unit_test(an_unreadable_record_is_not_written),
	};

	return cmocka_run_group_tests_name("boot_record_write", tests, NULL, NULL);
}
