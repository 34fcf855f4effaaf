/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/bank.h"
#include "keys/store/file.h"

#include "keys/tests/lib/cut.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/sample_info.h"
#include "keys/tests/lib/small_disk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* A generation's three files; the archive is `len` bytes of `fill`. */
struct sample {
	struct es_buf info, archive;
	struct es_bank_content content;
};

static void sample_free(struct sample *s)
{
	es_buf_free(&s->info);
	es_buf_free(&s->archive);
}

static struct sample sample(uint64_t generation, size_t len)
{
	struct sample s = { 0 };

	assert_int_equal(es_buf_new(len, &s.archive), ES_OK);
	memset(s.archive.data, (int)generation, len);
	s.content.archive = es_buf_span(&s.archive);
	s.content.log = es_text_span("log");
	s.info = sample_info_file(ES_MODE_TPM, generation, s.content.archive, s.content.log);
	s.content.info = es_buf_span(&s.info);
	return s;
}

#define SAMPLE ES_SCOPED(sample_free) struct sample

/* The generation in the bank; 0: absent, -1: damaged. */
static int generation(int fd, unsigned number)
{
	ES_BANK bank = { 0 };

	assert_int_equal(es_bank_read(fd, number, &bank), ES_OK);
	if (bank.state == ES_BANK_WHOLE)
		return (int)bank.info->generation;
	return bank.state == ES_BANK_ABSENT ? 0 : -1;
}

static void no_temporary_file_remains(void **state)
{
	assert_int_equal(oracle_shell(state, "test -z \"$(find . -name '*.new')\""), 0);
}

static void a_written_bank_is_whole(void **state)
{
	ES_FD fd = small_disk_open(state);
	SAMPLE first = sample(1, 100);
	SAMPLE second = sample(2, 90);
	struct stat st;

	assert_int_equal(es_bank_write(fd, 0, &first.content), ES_OK);
	assert_int_equal(generation(fd, 0), 1);
	assert_int_equal(es_bank_write(fd, 0, &second.content), ES_OK);
	assert_int_equal(generation(fd, 0), 2);
	assert_int_equal(generation(fd, 1), 0);
	no_temporary_file_remains(state);
	assert_int_equal(fstatat(fd, "bank0", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(oracle_shell(state, "test \"$(ls bank0 | tr '\\n' ' ')\" = "
					     "'config.cms encryption.info measured.log '"),
			 0);
}

static void content_that_es_bank_read_would_refuse_is_not_written(void **state)
{
	ES_FD fd = small_disk_open(state);
	SAMPLE s = sample(1, 100);
	struct es_bank_content bad = s.content;

	assert_int_equal(es_bank_write(fd, 2, &bad), ES_ARGUMENT);
	bad.info.len = 0;
	assert_int_equal(es_bank_write(fd, 0, &bad), ES_ARGUMENT);
	bad = s.content;
	bad.archive.len = ES_ARCHIVE_MAX + 1;
	assert_int_equal(es_bank_write(fd, 0, &bad), ES_TOO_LARGE);
	bad = s.content;
	bad.log.len = ES_LOG_MAX + 1;
	assert_int_equal(es_bank_write(fd, 0, &bad), ES_TOO_LARGE);
	assert_int_equal(oracle_shell(state, "test ! -e bank0"), 0);
}

static void a_full_disk_leaves_both_banks_whole(void **state)
{
	ES_FD fd = small_disk_open(state);
	SAMPLE first = sample(1, 20 << 10);
	SAMPLE second = sample(2, 20 << 10);
	SAMPLE third = sample(3, 60 << 10); /* more than the old one plus the free space */

	assert_int_equal(es_bank_write(fd, 0, &first.content), ES_OK);
	assert_int_equal(es_bank_write(fd, 1, &second.content), ES_OK);
	small_disk_fill(state, "filler", 8 << 10);
	assert_int_equal(es_bank_write(fd, 0, &third.content), ES_NO_SPACE);
	no_temporary_file_remains(state);
	assert_int_equal(generation(fd, 0), 1);
	assert_int_equal(generation(fd, 1), 2);
}

static void without_room_for_three_the_oldest_is_removed_first(void **state)
{
	ES_FD fd = small_disk_open(state);
	SAMPLE first = sample(1, 60 << 10);
	SAMPLE second = sample(2, 60 << 10);
	SAMPLE third = sample(3, 50 << 10);

	assert_int_equal(es_bank_write(fd, 0, &first.content), ES_OK);
	assert_int_equal(es_bank_write(fd, 1, &second.content), ES_OK);
	small_disk_fill(state, "filler", 16 << 10);
	assert_int_equal(es_bank_write(fd, 0, &third.content), ES_OK);
	no_temporary_file_remains(state);
	assert_int_equal(generation(fd, 0), 3);
	assert_int_equal(generation(fd, 1), 2);
}

static void a_read_only_disk_keeps_both_banks(void **state)
{
	ES_FD fd = small_disk_open(state);
	SAMPLE first = sample(1, 100);
	SAMPLE second = sample(2, 100);

	assert_int_equal(es_bank_write(fd, 0, &first.content), ES_OK);
	small_disk_writable(state, 0);
	assert_int_equal(es_bank_write(fd, 0, &second.content), ES_READ_ONLY);
	assert_int_equal(es_bank_write(fd, 1, &second.content), ES_READ_ONLY);
	small_disk_writable(state, 1);
	assert_int_equal(generation(fd, 0), 1);
}

static void rubbish_in_the_banks_place_is_replaced(void **state)
{
	ES_FD fd = small_disk_open(state);
	SAMPLE s = sample(1, 100);

	assert_int_equal(oracle_shell(state, "echo >bank0; mkdir -p bank1/encryption.info x; ln -s x bank1/config.cms; "
					     "echo half >bank1/encryption.info.new"),
			 0);
	assert_int_equal(es_bank_write(fd, 0, &s.content), ES_OK);
	assert_int_equal(es_bank_write(fd, 1, &s.content), ES_OK);
	assert_int_equal(generation(fd, 0), 1);
	assert_int_equal(generation(fd, 1), 1);
	no_temporary_file_remains(state);
}

struct job {
	int fd;
	unsigned number;
	const struct es_bank_content *content;
};

static void write_job(void *arg)
{
	const struct job *job = arg;

	if (es_bank_write(job->fd, job->number, job->content) != ES_OK)
		_exit(1);
}

/* Cuts one commit short at every system call. After each cut: bank0 is the old one, the new one, absent or damaged;
 * bank1 is untouched; and the next commit succeeds. Returns how many cuts left bank0 old, damaged, new. */
static void cut_everywhere(int fd, const struct sample *old, const struct sample *new, unsigned ret_count[3])
{
	const struct job job = { fd, 0, &new->content };
	struct job work = job;

	for (unsigned nth = 0;; nth++) {
		int was = old != NULL ? (int)old->archive.data[0] : 0;
		int now;

		if (old != NULL)
			assert_int_equal(es_bank_write(fd, 0, &old->content), ES_OK);
		else
			assert_int_equal(es_file_remove(fd, "bank0"), ES_OK); /* made whole again below */
		if (!cut_at(nth, write_job, &work))
			break;
		now = generation(fd, 0);
		/* 0: the old files are gone, and none of the new ones is there yet */
		assert_true(now == was || now <= 0 || now == new->archive.data[0]);
		ret_count[now == was ? 0 : now <= 0 ? 1 : 2]++;
		/* because of the order of the steps, not only because of the hashes */
		if (now == -1)
			assert_int_equal(faccessat(fd, "bank0/encryption.info", F_OK, 0), -1);
		assert_int_equal(generation(fd, 1), 2);
		assert_int_equal(es_bank_write(fd, 0, &new->content), ES_OK);
		assert_int_equal(generation(fd, 0), new->archive.data[0]);
		if (old == NULL) {
			assert_int_equal(es_file_remove(fd, "bank0/encryption.info"), ES_OK);
			assert_int_equal(es_file_remove(fd, "bank0/config.cms"), ES_OK);
			assert_int_equal(es_file_remove(fd, "bank0/measured.log"), ES_OK);
		}
	}
	assert_int_equal(generation(fd, 0), new->archive.data[0]);
}

static void a_cut_at_any_system_call_costs_no_other_bank(void **state)
{
	ES_FD fd = small_disk_open(state);
	SAMPLE one = sample(1, 3000);
	SAMPLE two = sample(2, 3000);
	SAMPLE three = sample(3, 3000);
	unsigned count[3] = { 0 };

	assert_int_equal(es_bank_write(fd, 1, &two.content), ES_OK);
	cut_everywhere(fd, &one, &three, count);
	/* all three windows exist, each shorter than the one before */
	assert_true(count[0] > 10 && count[1] > 2 && count[2] > 1);
	assert_true(count[1] < count[0]);
}

static void a_cut_of_the_first_commit_ever_costs_nothing(void **state)
{
	ES_FD fd = small_disk_open(state);
	SAMPLE two = sample(2, 3000);
	SAMPLE three = sample(3, 3000);
	unsigned count[3] = { 0 };

	assert_int_equal(es_bank_write(fd, 1, &two.content), ES_OK);
	cut_everywhere(fd, NULL, &three, count);
	assert_true(count[0] > 2 && count[1] > 10 && count[2] > 1);
}

static void a_cut_after_the_oldest_was_removed_first_costs_no_other_bank(void **state)
{
	ES_FD fd = small_disk_open(state);
	SAMPLE one = sample(1, 60 << 10);
	SAMPLE two = sample(2, 60 << 10);
	SAMPLE three = sample(3, 60 << 10);
	unsigned count[3] = { 0 };

	assert_int_equal(es_bank_write(fd, 0, &one.content), ES_OK);
	assert_int_equal(es_bank_write(fd, 1, &two.content), ES_OK);
	small_disk_fill(state, "filler", 24 << 10);
	cut_everywhere(fd, &one, &three, count);
	assert_true(count[0] > 2 && count[1] > 10 && count[2] > 1);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, small_disk_make, small_disk_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(a_written_bank_is_whole),
		ON_DISK(content_that_es_bank_read_would_refuse_is_not_written),
		ON_DISK(a_full_disk_leaves_both_banks_whole),
		ON_DISK(without_room_for_three_the_oldest_is_removed_first),
		ON_DISK(a_read_only_disk_keeps_both_banks),
		ON_DISK(rubbish_in_the_banks_place_is_replaced),
		ON_DISK(a_cut_at_any_system_call_costs_no_other_bank),
		ON_DISK(a_cut_of_the_first_commit_ever_costs_nothing),
		ON_DISK(a_cut_after_the_oldest_was_removed_first_costs_no_other_bank),
	};

	return cmocka_run_group_tests_name("bank_write", tests, NULL, NULL);
}
