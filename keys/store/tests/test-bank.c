/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/bank.h"
#include "keys/store/file.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/sample_info.h"
#include "keys/tests/lib/small_disk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define OLD_ARCHIVE "old archive"
#define NEW_ARCHIVE "the new archive"
#define OLD_LOG     "old log"
#define NEW_LOG     "newer log"

static void put(int fd, const char *path, struct es_span bytes)
{
	assert_int_equal(es_file_write(fd, path, bytes), ES_OK);
}

static void put_bank(int fd, unsigned number, uint64_t generation, const char *archive, const char *log)
{
	ES_BUF info = sample_info_file(ES_MODE_TPM, generation, es_text_span(archive), es_text_span(log));
	char path[64];

	snprintf(path, sizeof path, "bank%u", number);
	mkdirat(fd, path, 0700);
	snprintf(path, sizeof path, "bank%u/encryption.info", number);
	put(fd, path, es_buf_span(&info));
	snprintf(path, sizeof path, "bank%u/config.cms", number);
	put(fd, path, es_text_span(archive));
	snprintf(path, sizeof path, "bank%u/measured.log", number);
	put(fd, path, es_text_span(log));
}

static void is_damaged(int fd, enum es_reason why, const char *detail)
{
	ES_BANK bank = { 0 };

	assert_int_equal(es_bank_read(fd, 0, &bank), ES_OK);
	if (bank.state != ES_BANK_DAMAGED || bank.damage != why || strcmp(bank.detail, detail) != 0)
		fail_msg("state %d, %d \"%s\" and not %d \"%s\"", bank.state, bank.damage, bank.detail, why, detail);
}

static void a_whole_bank_is_read(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_BANK bank = { 0 };

	put_bank(fd, 1, 7, OLD_ARCHIVE, "");
	assert_int_equal(es_bank_read(fd, 1, &bank), ES_OK);
	assert_int_equal(bank.state, ES_BANK_WHOLE);
	assert_int_equal(bank.info->generation, 7);
	assert_int_equal(bank.archive.len, strlen(OLD_ARCHIVE));
	assert_int_equal(bank.log.len, 0);
	assert_string_equal(bank.detail, "");
}

static void a_missing_or_empty_folder_is_an_absent_bank(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_BANK bank = { 0 };

	assert_int_equal(es_bank_read(fd, 0, &bank), ES_OK);
	assert_int_equal(bank.state, ES_BANK_ABSENT);
	assert_int_equal(mkdirat(fd, "bank0", 0700), 0);
	assert_int_equal(es_bank_read(fd, 0, &bank), ES_OK);
	assert_int_equal(bank.state, ES_BANK_ABSENT);
	assert_int_equal(es_bank_read(fd, 2, &bank), ES_ARGUMENT);
	assert_int_equal(es_bank_read(-1, 0, &bank), ES_IO);
}

static void each_missing_file_is_named(void **state)
{
	ES_FD fd = small_disk_open(state);

	put_bank(fd, 0, 7, OLD_ARCHIVE, OLD_LOG);
	assert_int_equal(es_file_remove(fd, "bank0/measured.log"), ES_OK);
	is_damaged(fd, ES_MISSING, "measured.log: missing");
	assert_int_equal(es_file_remove(fd, "bank0/config.cms"), ES_OK);
	is_damaged(fd, ES_MISSING, "config.cms: missing");
	assert_int_equal(es_file_remove(fd, "bank0/encryption.info"), ES_OK);
	put(fd, "bank0/config.cms", es_text_span(OLD_ARCHIVE));
	is_damaged(fd, ES_MISSING, "encryption.info: missing");
}

static void the_remains_of_an_interrupted_first_commit_are_damage(void **state)
{
	ES_FD fd = small_disk_open(state);

	assert_int_equal(mkdirat(fd, "bank0", 0700), 0);
	put(fd, "bank0/config.cms.new", es_text_span("half"));
	is_damaged(fd, ES_MISSING, "encryption.info: missing");
}

static void each_defect_is_named(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_BUF info = { NULL, 0 };

	put_bank(fd, 0, 7, OLD_ARCHIVE, OLD_LOG);
	put(fd, "bank0/config.cms", es_text_span(OLD_ARCHIVE "!"));
	is_damaged(fd, ES_FORMAT, "config.cms: 12 bytes, encryption.info says 11");
	put(fd, "bank0/config.cms", es_text_span("old archivE"));
	is_damaged(fd, ES_FORMAT, "config.cms: its SHA-256 differs from the one in encryption.info");
	put(fd, "bank0/config.cms", es_text_span(OLD_ARCHIVE));
	put(fd, "bank0/measured.log", es_text_span(""));
	is_damaged(fd, ES_FORMAT, "measured.log: its SHA-256 differs from the one in encryption.info");
	put(fd, "bank0/measured.log", es_text_span(OLD_LOG));
	assert_int_equal(es_file_read(fd, "bank0/encryption.info", ES_INFO_MAX, &info), ES_OK);
	put(fd, "bank0/encryption.info", (struct es_span){ info.data, info.len - 1 });
	is_damaged(fd, ES_FORMAT, "encryption.info: cut short: no newline at its end");
	put(fd, "bank0/encryption.info", (struct es_span){ info.data, 0 });
	is_damaged(fd, ES_FORMAT, "encryption.info: empty");
}

static void a_file_over_its_cap_is_reported_and_not_read(void **state)
{
	ES_FD fd = small_disk_open(state);

	put_bank(fd, 0, 7, OLD_ARCHIVE, OLD_LOG);
	assert_int_equal(oracle_shell(state, "truncate -s 1G bank0/measured.log"), 0);
	is_damaged(fd, ES_TOO_LARGE, "measured.log: over 262144 bytes");
	assert_int_equal(oracle_shell(state, "truncate -s 100M bank0/config.cms"), 0);
	is_damaged(fd, ES_TOO_LARGE, "config.cms: over 67108864 bytes");
	assert_int_equal(oracle_shell(state, "truncate -s 65537 bank0/encryption.info"), 0);
	is_damaged(fd, ES_TOO_LARGE, "encryption.info: over 65536 bytes");
}

static void anything_but_a_file_or_folder_is_damage(void **state)
{
	ES_FD fd = small_disk_open(state);

	put_bank(fd, 0, 7, OLD_ARCHIVE, OLD_LOG);
	assert_int_equal(oracle_shell(state, "mv bank0/config.cms x && ln -s ../x bank0/config.cms"), 0);
	is_damaged(fd, ES_FORMAT, "config.cms: not a regular file");
	assert_int_equal(oracle_shell(state, "mv bank0 bank1 && ln -s bank1 bank0"), 0);
	is_damaged(fd, ES_FORMAT, "bank0: not a folder");
	assert_int_equal(oracle_shell(state, "rm bank0 && echo >bank0"), 0);
	is_damaged(fd, ES_FORMAT, "bank0: not a folder");
}

static void the_newest_whole_bank_opens_and_the_other_is_written_next(void **state)
{
	static const struct {
		enum es_bank_state state[2];
		uint64_t generation[2], revision[2];
		int newest;
		unsigned oldest;
	} cases[] = {
		{ { ES_BANK_ABSENT, ES_BANK_ABSENT }, { 0, 0 }, { 0, 0 }, -1, 0 },
		{ { ES_BANK_WHOLE, ES_BANK_ABSENT }, { 1, 0 }, { 0, 0 }, 0, 1 },
		{ { ES_BANK_ABSENT, ES_BANK_WHOLE }, { 0, 1 }, { 0, 0 }, 1, 0 },
		{ { ES_BANK_WHOLE, ES_BANK_WHOLE }, { 1, 2 }, { 0, 0 }, 1, 0 },
		{ { ES_BANK_WHOLE, ES_BANK_WHOLE }, { 3, 2 }, { 0, 0 }, 0, 1 },
		{ { ES_BANK_WHOLE, ES_BANK_WHOLE }, { 2, 2 }, { 0, 0 }, 0, 1 },
		{ { ES_BANK_WHOLE, ES_BANK_WHOLE }, { 2, 2 }, { 0, 1 }, 1, 0 },
		{ { ES_BANK_WHOLE, ES_BANK_WHOLE }, { 2, 2 }, { 3, 2 }, 0, 1 },
		{ { ES_BANK_WHOLE, ES_BANK_WHOLE }, { 2, 3 }, { 9, 0 }, 1, 0 },
		{ { ES_BANK_WHOLE, ES_BANK_WHOLE }, { 3, 2 }, { 0, 9 }, 0, 1 },
		{ { ES_BANK_DAMAGED, ES_BANK_WHOLE }, { 0, 2 }, { 0, 0 }, 1, 0 },
		{ { ES_BANK_WHOLE, ES_BANK_DAMAGED }, { 2, 0 }, { 0, 0 }, 0, 1 },
		{ { ES_BANK_DAMAGED, ES_BANK_ABSENT }, { 0, 0 }, { 0, 0 }, -1, 1 },
		{ { ES_BANK_DAMAGED, ES_BANK_DAMAGED }, { 0, 0 }, { 0, 0 }, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct es_bank banks[ES_BANK_COUNT] = { 0 };
		struct es_info infos[ES_BANK_COUNT] = { 0 };

		for (int k = 0; k < ES_BANK_COUNT; k++) {
			infos[k].generation = cases[i].generation[k];
			infos[k].revision = cases[i].revision[k];
			banks[k].state = cases[i].state[k];
			banks[k].info = banks[k].state == ES_BANK_WHOLE ? &infos[k] : NULL;
		}
		assert_int_equal(es_bank_newest(banks), cases[i].newest);
		assert_int_equal(es_bank_oldest(banks), cases[i].oldest);
	}
}

/* Every mixture of missing, old and new files in the bank that was being written: it is whole only if all are old or
 * all are new, and otherwise the other bank opens. */
static void no_mixture_of_old_and_new_passes_for_a_bank(void **state)
{
	static const char *const names[] = { "encryption.info", "config.cms", "measured.log" };
	ES_FD fd = small_disk_open(state);
	ES_BUF old_info = sample_info_file(ES_MODE_TPM, 6, es_text_span(OLD_ARCHIVE), es_text_span(OLD_LOG));
	ES_BUF new_info = sample_info_file(ES_MODE_TPM, 8, es_text_span(NEW_ARCHIVE), es_text_span(NEW_LOG));
	const struct es_span parts[2][3] = {
		{ es_buf_span(&old_info), es_text_span(OLD_ARCHIVE), es_text_span(OLD_LOG) },
		{ es_buf_span(&new_info), es_text_span(NEW_ARCHIVE), es_text_span(NEW_LOG) },
	};
	unsigned whole = 0;

	put_bank(fd, 1, 7, OLD_ARCHIVE, OLD_LOG);
	assert_int_equal(mkdirat(fd, "bank0", 0700), 0);
	for (unsigned mix = 0; mix < 27; mix++) {
		const unsigned kind[3] = { mix % 3, mix / 3 % 3, mix / 9 }; /* 0 old, 1 new, 2 missing */
		struct es_bank banks[ES_BANK_COUNT] = { 0 };

		for (int i = 0; i < 3; i++) {
			char path[64];

			snprintf(path, sizeof path, "bank0/%s", names[i]);
			assert_int_equal(es_file_remove(fd, path), ES_OK);
			if (kind[i] < 2)
				put(fd, path, parts[kind[i]][i]);
		}
		for (unsigned b = 0; b < ES_BANK_COUNT; b++)
			assert_int_equal(es_bank_read(fd, b, &banks[b]), ES_OK);
		if (mix == 0 || mix == 13)
			whole += banks[0].state == ES_BANK_WHOLE;
		else
			assert_int_not_equal(banks[0].state, ES_BANK_WHOLE);
		assert_int_equal(es_bank_newest(banks), mix == 13 ? 0 : 1);
		assert_int_equal(es_bank_oldest(banks), mix == 13 ? 1 : 0);
		es_bank_free(&banks[0]);
		es_bank_free(&banks[1]);
	}
	assert_int_equal(whole, 2);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, small_disk_make, small_disk_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(a_whole_bank_is_read),
		ON_DISK(a_missing_or_empty_folder_is_an_absent_bank),
		ON_DISK(each_missing_file_is_named),
		ON_DISK(the_remains_of_an_interrupted_first_commit_are_damage),
		ON_DISK(each_defect_is_named),
		ON_DISK(a_file_over_its_cap_is_reported_and_not_read),
		ON_DISK(anything_but_a_file_or_folder_is_damage),
		cmocka_unit_test(the_newest_whole_bank_opens_and_the_other_is_written_next),
		ON_DISK(no_mixture_of_old_and_new_passes_for_a_bank),
	};

	return cmocka_run_group_tests_name("bank", tests, NULL, NULL);
}
