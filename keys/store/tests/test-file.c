/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/file.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/small_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static void reads_refused(int fd, const char *name, size_t cap, enum es_reason reason)
{
	struct es_buf b = { NULL, 0 };

	assert_int_equal(es_file_read(fd, name, cap, &b), reason);
	assert_null(b.data);
}

static void a_written_file_is_read_back(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_BUF b = { NULL, 0 };
	struct stat st;

	assert_int_equal(es_file_write(fd, "f", es_text_span("first")), ES_OK);
	assert_int_equal(es_file_write(fd, "f", es_text_span("second")), ES_OK);
	assert_int_equal(es_file_read(fd, "f", 6, &b), ES_OK);
	assert_int_equal(b.len, 6);
	assert_memory_equal(b.data, "second", 6);
	assert_int_equal(fstatat(fd, "f", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(oracle_shell(state, "test \"$(ls -A)\" = \"f\nstderr\""), 0);
	assert_int_equal(es_folder_sync(fd), ES_OK);
}

/* A pipe delivers its data in pieces, and its length is unknown. */
static void a_pipe_is_read_to_its_end_or_its_cap(void **state)
{
	for (size_t cap = 9999; cap <= 10001; cap++)
		for (size_t expected = 0; expected <= 9000; expected += 4500) {
			ES_SCOPED(es_fd_closep) int in = -1;
			ES_BUF b = { NULL, 0 };
			enum es_reason r;
			int ends[2];

			(void)state;
			assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
			in = ends[0];
			for (unsigned i = 0; i < 10000; i++)
				assert_int_equal(write(ends[1], i % 7 == 0 ? "x" : "y", 1), 1);
			close(ends[1]);
			r = es_fd_read(in, expected, cap, &b);
			assert_int_equal(r, cap < 10000 ? ES_TOO_LARGE : ES_OK);
			assert_int_equal(b.len, r == ES_OK ? 10000 : 0);
			if (r == ES_OK)
				assert_true(b.data[9996] == 'x' && b.data[9999] == 'y');
		}
}

static void an_empty_file_is_read(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_BUF b = { NULL, 0 };

	assert_int_equal(es_file_write(fd, "f", (struct es_span){ NULL, 0 }), ES_OK);
	assert_int_equal(es_file_read(fd, "f", 0, &b), ES_OK);
	assert_int_equal(b.len, 0);
}

static void a_file_over_the_cap_is_too_large(void **state)
{
	ES_FD fd = small_disk_open(state);

	assert_int_equal(es_file_write(fd, "f", es_text_span("123456")), ES_OK);
	reads_refused(fd, "f", 5, ES_TOO_LARGE);
	/* no memory is allocated for the size that a sparse file claims */
	assert_int_equal(oracle_shell(state, "truncate -s 1T g"), 0);
	reads_refused(fd, "g", 1 << 20, ES_TOO_LARGE);
}

static void a_file_without_a_size_is_read_and_capped(void **state)
{
	ES_BUF b = { NULL, 0 };

	(void)state;
	assert_int_equal(es_file_read(AT_FDCWD, "/proc/self/status", 64 << 10, &b), ES_OK);
	assert_true(b.len > 100);
	assert_memory_equal(b.data, "Name:", 5);
	reads_refused(AT_FDCWD, "/proc/self/status", 100, ES_TOO_LARGE);
	es_buf_free(&b);
	/* more than one step of growth */
	assert_int_equal(es_file_read(AT_FDCWD, "/proc/kallsyms", 64 << 20, &b), ES_OK);
	assert_true(b.len > 64 << 10);
}

static void only_regular_files_are_read(void **state)
{
	ES_FD fd = small_disk_open(state);

	reads_refused(fd, "nothing", 9, ES_MISSING);
	assert_int_equal(es_file_write(fd, "f", es_text_span("x")), ES_OK);
	assert_int_equal(symlinkat("f", fd, "link"), 0);
	reads_refused(fd, "link", 9, ES_FORMAT);
	assert_int_equal(mkfifoat(fd, "fifo", 0600), 0);
	reads_refused(fd, "fifo", 9, ES_FORMAT); /* without waiting for a writer */
	assert_int_equal(mkdirat(fd, "folder", 0700), 0);
	reads_refused(fd, "folder", 9, ES_FORMAT);
	assert_int_equal(mknodat(fd, "socket", S_IFSOCK | 0600, 0), 0);
	reads_refused(fd, "socket", 9, ES_FORMAT);
	reads_refused(AT_FDCWD, "/dev/zero", 9, ES_FORMAT);
	reads_refused(fd, "f/f", 9, ES_IO);
}

static void the_leftover_of_an_interrupted_write_does_no_harm(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_BUF b = { NULL, 0 };

	assert_int_equal(oracle_shell(state, "echo half >f.new; ln -s /etc/passwd g.new"), 0);
	assert_int_equal(es_file_write(fd, "f", es_text_span("whole")), ES_OK);
	assert_int_equal(es_file_write(fd, "g", es_text_span("whole")), ES_OK);
	assert_int_equal(es_file_read(fd, "g", 9, &b), ES_OK);
	assert_memory_equal(b.data, "whole", 5);
	assert_int_equal(oracle_shell(state, "test ! -e f.new && test ! -L g.new && test ! -L g"), 0);
}

static void a_full_disk_keeps_the_old_file_and_nothing_of_the_new(void **state)
{
	static const uint8_t big[64 << 10];
	ES_FD fd = small_disk_open(state);
	ES_BUF b = { NULL, 0 };

	assert_int_equal(es_file_write(fd, "f", es_text_span("old")), ES_OK);
	small_disk_fill(state, "filler", 16 << 10);
	assert_int_equal(es_file_write(fd, "f", (struct es_span){ big, sizeof big }), ES_NO_SPACE);
	assert_int_equal(es_file_read(fd, "f", 9, &b), ES_OK);
	assert_memory_equal(b.data, "old", 3);
	assert_int_equal(faccessat(fd, "f.new", F_OK, 0), -1);
	assert_int_equal(es_file_write(fd, "f", es_text_span("new")), ES_OK);
}

static void a_read_only_disk_is_reported(void **state)
{
	ES_FD fd = small_disk_open(state);

	small_disk_writable(state, 0);
	assert_int_equal(es_file_write(fd, "f", es_text_span("x")), ES_READ_ONLY);
	small_disk_writable(state, 1);
	assert_int_equal(es_file_write(fd, "f", es_text_span("x")), ES_OK);
}

static void an_empty_or_too_long_name_is_refused(void **state)
{
	ES_FD fd = small_disk_open(state);
	char name[ES_FILE_NAME_MAX + 2];

	memset(name, 'n', sizeof name);
	name[ES_FILE_NAME_MAX + 1] = '\0';
	assert_int_equal(es_file_write(fd, name, es_text_span("x")), ES_ARGUMENT);
	assert_int_equal(es_file_write(fd, "", es_text_span("x")), ES_ARGUMENT);
	name[ES_FILE_NAME_MAX] = '\0';
	assert_int_equal(es_file_write(fd, name, es_text_span("x")), ES_OK);
}

static void removing_a_missing_file_succeeds(void **state)
{
	ES_FD fd = small_disk_open(state);

	assert_int_equal(es_file_write(fd, "f", es_text_span("x")), ES_OK);
	assert_int_equal(es_file_remove(fd, "f"), ES_OK);
	assert_int_equal(es_file_remove(fd, "f"), ES_OK);
	assert_int_equal(es_file_discard(fd, "f"), ES_OK);
	reads_refused(fd, "f", 9, ES_MISSING);
	/* what a broken file system may turn a file into */
	assert_int_equal(mkdirat(fd, "f", 0700), 0);
	assert_int_equal(es_file_remove(fd, "f"), ES_OK);
}

static void each_errno_has_its_reason(void **state)
{
	(void)state;
	assert_int_equal(es_reason_from_errno(ENOSPC), ES_NO_SPACE);
	assert_int_equal(es_reason_from_errno(EDQUOT), ES_NO_SPACE);
	assert_int_equal(es_reason_from_errno(EROFS), ES_READ_ONLY);
	assert_int_equal(es_reason_from_errno(EACCES), ES_PERMISSION);
	assert_int_equal(es_reason_from_errno(EPERM), ES_PERMISSION);
	assert_int_equal(es_reason_from_errno(ENOENT), ES_MISSING);
	assert_int_equal(es_reason_from_errno(ENOMEM), ES_MEMORY);
	assert_int_equal(es_reason_from_errno(EIO), ES_IO);
	assert_int_equal(es_reason_from_errno(0), ES_IO);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, small_disk_make, small_disk_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(a_written_file_is_read_back),
		ON_DISK(an_empty_file_is_read),
		cmocka_unit_test(a_pipe_is_read_to_its_end_or_its_cap),
		ON_DISK(a_file_over_the_cap_is_too_large),
		cmocka_unit_test(a_file_without_a_size_is_read_and_capped),
		ON_DISK(only_regular_files_are_read),
		ON_DISK(the_leftover_of_an_interrupted_write_does_no_harm),
		ON_DISK(a_full_disk_keeps_the_old_file_and_nothing_of_the_new),
		ON_DISK(a_read_only_disk_is_reported),
		ON_DISK(an_empty_or_too_long_name_is_refused),
		ON_DISK(removing_a_missing_file_succeeds),
		cmocka_unit_test(each_errno_has_its_reason),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
