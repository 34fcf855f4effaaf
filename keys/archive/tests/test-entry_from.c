/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/entry_from.h"
#include "keys/store/file.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/small_disk.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { BOUND_S = 60 }; /* on a busy machine the other thread may not run for a long time */

static void a_file_is_read_with_its_attributes(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_FOUND f = { .fd = -1 };

	assert_int_equal(oracle_shell(state, "printf text >f && chmod 0641 f && chown 3:4 f && touch -d @7.5 f"), 0);
	assert_int_equal(es_entry_from(fd, "f", 4, &f), ES_OK);
	assert_int_equal(f.data.len, 4);
	assert_memory_equal(f.data.data, "text", 4);
	assert_int_equal(archive_entry_size(f.entry), 4);
	assert_int_equal(archive_entry_perm(f.entry), 0641);
	assert_int_equal(archive_entry_uid(f.entry), 3);
	assert_int_equal(archive_entry_gid(f.entry), 4);
	assert_int_equal(archive_entry_mtime(f.entry), 7);
	assert_int_equal(archive_entry_mtime_nsec(f.entry), 500000000);
	assert_false(f.is_folder);
	assert_false(f.stripped);
}

static void a_removed_file_is_missing(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_FOUND f = { .fd = -1 };

	assert_int_equal(es_entry_from(fd, "nothing", 9, &f), ES_MISSING);
	assert_null(f.entry);
}

static void a_file_over_the_cap_is_too_large(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_FOUND f = { .fd = -1 };

	assert_int_equal(oracle_shell(state, "printf text >f"), 0);
	assert_int_equal(es_entry_from(fd, "f", 3, &f), ES_TOO_LARGE);
	assert_null(f.entry);
	assert_null(f.data.data);
}

static void a_folder_stays_open_for_its_contents(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_FOUND f = { .fd = -1 };
	struct stat st;

	assert_int_equal(oracle_shell(state, "mkdir -p d/e"), 0);
	assert_int_equal(es_entry_from(fd, "d", 9, &f), ES_OK);
	assert_true(f.is_folder);
	assert_int_equal(fstatat(f.fd, "e", &st, 0), 0);
}

static void other_kinds_are_left_out(void **state)
{
	static const char *const names[] = { "fifo", "socket", "null", "disk" };
	ES_FD fd = small_disk_open(state);

	assert_int_equal(mkfifoat(fd, "fifo", 0600), 0);
	assert_int_equal(mknodat(fd, "socket", S_IFSOCK | 0600, 0), 0);
	assert_int_equal(oracle_shell(state, "mknod null c 1 3 && mknod disk b 0 0"), 0);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ES_FOUND f = { .fd = -1 };

		assert_int_equal(es_entry_from(fd, names[i], 9, &f), ES_OK);
		assert_null(f.entry);
	}
}

static void a_whiteout_and_a_symlink_are_kept(void **state)
{
	ES_FD fd = small_disk_open(state);
	ES_FOUND gone = { .fd = -1 };
	ES_FOUND link = { .fd = -1 };

	assert_int_equal(oracle_shell(state, "mknod gone c 0 0 && ln -s ../to link"), 0);
	assert_int_equal(es_entry_from(fd, "gone", 9, &gone), ES_OK);
	assert_int_equal(archive_entry_filetype(gone.entry), AE_IFCHR);
	assert_int_equal(archive_entry_rdevmajor(gone.entry), 0);
	assert_int_equal(archive_entry_rdevminor(gone.entry), 0);
	assert_int_equal(es_entry_from(fd, "link", 9, &link), ES_OK);
	assert_int_equal(archive_entry_filetype(link.entry), AE_IFLNK);
	assert_string_equal(archive_entry_symlink(link.entry), "../to");
	assert_int_equal(archive_entry_size(link.entry), 0);
}

/* Grows, shrinks and rewrites a file, and swaps it for a symlink, until it is told to stop. */
struct restless {
	int fd;
	atomic_bool stop;
};

static void *be_restless(void *arg)
{
	struct restless *r = arg;
	char block[40000];

	memset(block, 'x', sizeof block);
	while (!atomic_load(&r->stop)) {
		int f = openat(r->fd, "f", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (f >= 0) {
			(void)!write(f, block, sizeof block);
			(void)!ftruncate(f, 100);
			close(f);
		}
		unlinkat(r->fd, "f", 0);
		(void)!symlinkat("/etc/passwd", r->fd, "f");
		unlinkat(r->fd, "f", 0);
	}
	return NULL;
}

static void a_file_that_changes_meanwhile_has_the_stated_size(void **state)
{
	struct restless other = { .fd = small_disk_open(state) };
	ES_FD fd = small_disk_open(state);
	time_t bound = time(NULL) + BOUND_S;
	pthread_t thread;
	unsigned files = 0, links = 0;

	assert_int_equal(pthread_create(&thread, NULL, be_restless, &other), 0);
	for (int i = 0; (i < 2000 || files < 5 || links < 5) && time(NULL) < bound; i++) {
		ES_FOUND f = { .fd = -1 };
		enum es_reason r = es_entry_from(fd, "f", 40000, &f);

		assert_true(r == ES_OK || r == ES_MISSING);
		if (r != ES_OK)
			continue;
		if (archive_entry_filetype(f.entry) == AE_IFREG) {
			files++;
			assert_int_equal(archive_entry_size(f.entry), f.data.len);
			for (size_t k = 0; k < f.data.len; k++)
				assert_int_equal(f.data.data[k], 'x');
		} else {
			links++;
			assert_int_equal(archive_entry_filetype(f.entry), AE_IFLNK);
			assert_int_equal(f.data.len, 0);
		}
	}
	atomic_store(&other.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(other.fd);
	assert_true(files > 0 && links > 0);
}

/* Replaces a file with a symlink and back, atomically. */
static void *alternate(void *arg)
{
	struct restless *r = arg;

	while (!atomic_load(&r->stop))
		(void)!renameat2(r->fd, "f", r->fd, "link", RENAME_EXCHANGE);
	return NULL;
}

static void a_symlink_that_takes_a_files_place_is_not_followed(void **state)
{
	struct restless other = { .fd = small_disk_open(state) };
	ES_FD fd = small_disk_open(state);
	time_t bound = time(NULL) + BOUND_S;
	pthread_t thread;
	unsigned caught = 0;

	assert_int_equal(oracle_shell(state, "echo secret >secret && : >f && ln -s secret link"), 0);
	assert_int_equal(pthread_create(&thread, NULL, alternate, &other), 0);
	while (caught < 20 && time(NULL) < bound) {
		ES_FOUND f = { .fd = -1 };

		/* a file when it was examined and a symlink when it was opened, or the other way round */
		caught += es_entry_from(fd, "f", 9, &f) == ES_MISSING;
		assert_int_equal(f.data.len, 0);
	}
	atomic_store(&other.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(other.fd);
	assert_int_equal(caught, 20);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, small_disk_make, small_disk_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(a_file_is_read_with_its_attributes),
		ON_DISK(a_removed_file_is_missing),
		ON_DISK(a_file_over_the_cap_is_too_large),
		ON_DISK(a_folder_stays_open_for_its_contents),
		ON_DISK(other_kinds_are_left_out),
		ON_DISK(a_whiteout_and_a_symlink_are_kept),
		ON_DISK(a_file_that_changes_meanwhile_has_the_stated_size),
		ON_DISK(a_symlink_that_takes_a_files_place_is_not_followed),
	};

	return cmocka_run_group_tests_name("archive_entry_from", tests, NULL, NULL);
}
