/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/archive.h"
#include "keys/store/file.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/small_disk.h"

#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <cmocka.h>

static struct es_manifest manifest_of(const char *const *paths, unsigned count)
{
	struct es_manifest m = { .generation = 7, .path_count = count };

	strcpy(m.host, "0190b8f4-0000-4000-8000-00000000aaaa");
	strcpy(m.time, "2026-11-21T18:14:32Z");
	for (unsigned i = 0; i < count; i++)
		strcpy(m.paths[i], paths[i]);
	return m;
}

static const char *const etc[] = { "/etc" };

static int open_in(void **state, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* Packs in/ of the test's folder, and leaves the archive there as "out". */
static enum es_reason pack(void **state, struct es_buf *ret, struct es_pack_report *report)
{
	struct es_manifest m = manifest_of(etc, 1);
	ES_FD fd = open_in(state, "in");
	enum es_reason r = es_archive_pack(fd, &m, ret, report);

	if (r == ES_OK)
		oracle_write(state, "out", es_buf_span(ret));
	return r;
}

/* A tree with one of everything that is kept. */
static void make_tree(void **state)
{
	char path[256];

	assert_int_equal(
	    oracle_shell(state,
			 "mkdir -p in/etc/ssh in/etc/opaque in/etc/empty && cd in/etc && echo host >hostname && "
			 "echo key >ssh/key && : >zero && ln -s ../usr/x link && ln -s 'a b\xc3\xbc' dangling && "
			 "mknod gone c 0 0 && echo u >'\xc3\xbcmlaut u\xcc\x88' && echo r >\"$(printf 'raw\\377')\" && "
			 "echo twice >name1 && ln name1 name2 && truncate -s 20000 sparse && "
			 "chmod 0600 ssh/key && chmod 2750 ssh && chmod 1777 empty && chown 5:2097153 ssh/key && "
			 "chown -h 7:8 link && touch -hd @1000.123456789 hostname link && "
			 "touch -d @2000.000000001 ssh"),
	    0);
	snprintf(path, sizeof path, "%s/in/etc/opaque", (const char *)*state);
	assert_int_equal(setxattr(path, "trusted.overlay.opaque", "y", 1, 0), 0);
	assert_int_equal(setxattr(path, "trusted.overlay.impure", "y", 1, 0), 0);
	snprintf(path, sizeof path, "%s/in/etc/hostname", (const char *)*state);
	assert_int_equal(setxattr(path, "trusted.binary", "\0\n=\xff", 4, 0), 0);
	assert_int_equal(setxattr(path, "security.note", "n", 1, 0), 0);
	assert_int_equal(setxattr(path, "system.posix_acl_access",
				  "\2\0\0\0\1\0\6\0\377\377\377\377\2\0\6\0\1\0\0\0\4\0\0\0\377\377\377\377"
				  "\20\0\6\0\377\377\377\377\40\0\0\0\377\377\377\377",
				  44, 0),
			 0);
}

/* Everything that both tar and our own unpacking must restore. */
#define LOOK                                                                                                           \
	"find etc -printf '%%P|%%y|%%m|%%U:%%G|%%l|%%T@|' \\( -type f -exec md5sum {} \\; -o -printf '\\n' \\) | "     \
	"sed 's/  .*//' | LC_ALL=C sort"

static void gnu_tar_reads_everything(void **state)
{
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;
	char path[256], value[64];

	make_tree(state);
	assert_int_equal(pack(state, &packed, &report), ES_OK);
	assert_int_equal(report.skipped, 0);
	assert_int_equal(report.stripped, 0);
	assert_int_equal(oracle_shell(state, "zstd -tq out && mkdir by-tar && tar --zstd --numeric-owner --xattrs "
					     "--xattrs-include='*' --same-permissions -C by-tar -xf out && "
					     "head -c 30 by-tar/manifest.json | grep -q etcseal-archive && "
					     "rm by-tar/manifest.json && test \"$(ls by-tar)\" = tree && "
					     "(cd in && " LOOK ") >want && (cd by-tar/tree && " LOOK ") >got && "
					     "grep -q hostname want && diff want got >&2"),
			 0);
	snprintf(path, sizeof path, "%s/by-tar/tree/etc/hostname", (const char *)*state);
	assert_int_equal(getxattr(path, "trusted.binary", value, sizeof value), 4);
	assert_memory_equal(value, "\0\n=\xff", 4);
	assert_int_equal(getxattr(path, "system.posix_acl_access", value, sizeof value), 44);
	snprintf(path, sizeof path, "%s/by-tar/tree/etc/opaque", (const char *)*state);
	assert_int_equal(getxattr(path, "trusted.overlay.opaque", value, sizeof value), 1);
	assert_int_equal(getxattr(path, "trusted.overlay.impure", value, sizeof value), -1);
}

static void the_tree_comes_back_as_it_was(void **state)
{
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;
	struct es_unpack_report back;
	struct es_manifest m;
	char path[256], value[64];

	make_tree(state);
	assert_int_equal(pack(state, &packed, &report), ES_OK);
	assert_int_equal(oracle_shell(state, "mkdir by-us"), 0);
	ES_FD fd = open_in(state, "by-us");
	assert_int_equal(es_archive_unpack(es_buf_span(&packed), fd, &m, &back), ES_OK);
	assert_int_equal(m.generation, 7);
	assert_string_equal(m.paths[0], "/etc");
	assert_int_equal(back.entries, report.entries);
	assert_int_equal(back.bytes, report.bytes);
	assert_int_equal(back.lost, 0);
	/* The unpacked tree's hash is that of the packed one, although the xattrs were set in another order. */
	assert_true(m.has_tree);
	assert_true(es_digest_equal(&m.tree, &report.tree));
	assert_int_equal(es_archive_hash(fd, &m, &report), ES_OK);
	assert_true(es_digest_equal(&m.tree, &report.tree));
	assert_int_equal(
	    oracle_shell(state, "(cd in && " LOOK ") >want && (cd by-us && " LOOK ") >got && diff want got >&2"), 0);
	snprintf(path, sizeof path, "%s/by-us/etc/hostname", (const char *)*state);
	assert_int_equal(getxattr(path, "trusted.binary", value, sizeof value), 4);
	assert_memory_equal(value, "\0\n=\xff", 4);
	assert_int_equal(getxattr(path, "security.note", value, sizeof value), 1);
	assert_int_equal(getxattr(path, "system.posix_acl_access", value, sizeof value), 44);
	snprintf(path, sizeof path, "%s/by-us/etc/opaque", (const char *)*state);
	assert_int_equal(getxattr(path, "trusted.overlay.opaque", value, sizeof value), 1);
}

static void the_same_tree_gives_the_same_bytes_in_every_locale(void **state)
{
	ES_BUF one = { NULL, 0 };
	ES_BUF two = { NULL, 0 };
	struct es_pack_report report;

	make_tree(state);
	assert_int_equal(pack(state, &one, &report), ES_OK);
	/* with the names in another order in their folders */
	assert_int_equal(oracle_shell(state,
				      "cp -a in copy && rm -rf in && mkdir in && cd copy/etc && mkdir ../../in/etc && "
				      "ls -A | sort -r | while read -r n; do cp -a \"$n\" ../../in/etc/; done && "
				      "touch -r . ../../in/etc"),
			 0);
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	assert_int_equal(pack(state, &two, &report), ES_OK);
	setlocale(LC_ALL, "C");
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
}

static void files_that_are_not_kept_are_named(void **state)
{
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;
	char path[256];

	assert_int_equal(oracle_shell(state, "mkdir -p in/etc/d && cd in/etc && mkfifo fifo && mknod null c 1 3 && "
					     "mknod disk b 8 0 && echo >suid && chmod 4755 suid && echo >sgid && "
					     "chmod 2755 sgid && echo >cap && chmod 6755 d"),
			 0);
	snprintf(path, sizeof path, "%s/in/etc/cap", (const char *)*state);
	assert_int_equal(setxattr(path, "security.capability", "\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0), 0);
	assert_int_equal(pack(state, &packed, &report), ES_OK);
	assert_int_equal(report.skipped, 3);
	assert_string_equal(report.skipped_name[0], "/etc/disk");
	assert_string_equal(report.skipped_name[1], "/etc/fifo");
	assert_string_equal(report.skipped_name[2], "/etc/null");
	assert_int_equal(report.stripped, 4);
	assert_string_equal(report.stripped_name[0], "/etc/cap");
	assert_string_equal(report.stripped_name[1], "/etc/d");
	assert_string_equal(report.stripped_name[2], "/etc/sgid");
	assert_string_equal(report.stripped_name[3], "/etc/suid");
	assert_int_equal(oracle_shell(state, "tar --zstd -tvf out | grep tree | sed 's/ .*tree/ tree/' >got && "
					     "diff - got >&2 <<'END'\n"
					     "drwxr-xr-x tree/etc/\n"
					     "-rw-r--r-- tree/etc/cap\n"
					     "drwxr-sr-x tree/etc/d/\n"
					     "-rwxr-xr-x tree/etc/sgid\n"
					     "-rwxr-xr-x tree/etc/suid\n"
					     "END\n"),
			 0);
}

static void a_wrong_hash_is_corrected(void **state)
{
	struct es_manifest m = manifest_of(etc, 1), got;
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;

	make_tree(state);
	m.has_tree = true;
	ES_FD fd = open_in(state, "in");
	assert_int_equal(es_archive_pack(fd, &m, &packed, &report), ES_OK);
	assert_int_equal(es_archive_manifest(es_buf_span(&packed), &got), ES_OK);
	assert_true(got.has_tree);
	assert_false(es_digest_equal(&got.tree, &m.tree));
	assert_true(es_digest_equal(&got.tree, &report.tree));
}

static void a_covered_file_comes_back(void **state)
{
	static const char *const paths[] = { "/var/lib/app/id", "/etc" };
	struct es_manifest m = manifest_of(paths, 2), got;
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;
	struct es_unpack_report back;

	assert_int_equal(oracle_shell(state, "mkdir -p in/etc in/var/lib/app by-us && echo x >in/etc/x && "
					     "echo id >in/var/lib/app/id && echo >in/var/lib/app/other && "
					     "chmod 0640 in/var/lib/app/id && chown 5:6 in/var/lib/app/id"),
			 0);
	ES_FD in = open_in(state, "in");
	ES_FD out = open_in(state, "by-us");
	assert_int_equal(es_archive_pack(in, &m, &packed, &report), ES_OK);
	assert_int_equal(es_archive_unpack(es_buf_span(&packed), out, &got, &back), ES_OK);
	assert_int_equal(oracle_shell(state, "cd by-us && test \"$(cat var/lib/app/id)\" = id && "
					     "test \"$(stat -c %%a:%%u:%%g var/lib/app/id)\" = 640:5:6 && "
					     "test ! -e var/lib/app/other"),
			 0);
}

static void a_file_over_its_cap_is_left_out_and_named(void **state)
{
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "mkdir -p in/etc && truncate -s 67108865 in/etc/large && "
					     "truncate -s 67108864 in/etc/fits"),
			 0);
	assert_int_equal(pack(state, &packed, &report), ES_OK);
	assert_int_equal(report.skipped, 1);
	assert_string_equal(report.skipped_name[0], "/etc/large");
	assert_int_equal(report.bytes, ES_FILE_MAX);
}

static void only_the_first_few_left_out_files_are_named(void **state)
{
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "mkdir -p in/etc && cd in/etc && mkfifo $(seq 100 120)"), 0);
	assert_int_equal(pack(state, &packed, &report), ES_OK);
	assert_int_equal(report.skipped, 21);
	assert_string_equal(report.skipped_name[ES_SKIPPED_NAMED - 1], "/etc/107");
}

static void uncovered_and_missing_paths_are_left_out(void **state)
{
	static const char *const paths[] = { "/etc/ssh", "/srv/none", "/opt/a/conf" };
	struct es_manifest m = manifest_of(paths, 3);
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state,
				      "mkdir -p in/etc/ssh in/etc/ssh2 in/opt/a/conf in/opt/b && echo >in/etc/ssh/x && "
				      "echo >in/etc/y && echo >in/opt/a/z"),
			 0);
	ES_FD fd = open_in(state, "in");
	assert_int_equal(es_archive_pack(fd, &m, &packed, &report), ES_OK);
	oracle_write(state, "out", es_buf_span(&packed));
	assert_int_equal(oracle_shell(state, "test \"$(tar --zstd -tf out | tr '\\n' ' ')\" = "
					     "'manifest.json tree/etc/ssh/ tree/etc/ssh/x tree/opt/a/conf/ '"),
			 0);
}

static void a_covered_path_must_be_a_folder_or_a_file(void **state)
{
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "mkdir -p in && ln -s / in/etc"), 0);
	assert_int_equal(pack(state, &packed, &report), ES_COVERED_KIND);
	assert_int_equal(oracle_shell(state, "rm in/etc && mkfifo in/etc"), 0);
	assert_int_equal(pack(state, &packed, &report), ES_COVERED_KIND);
	static const char *const deep[] = { "/way/etc" };
	struct es_manifest m = manifest_of(deep, 1);
	ES_FD fd = open_in(state, "in");
	assert_int_equal(oracle_shell(state, "ln -s / in/way"), 0);
	assert_int_equal(es_archive_pack(fd, &m, &packed, &report), ES_COVERED_KIND);
	assert_string_equal(report.refused, "/way/etc");
	assert_null(packed.data);
}

static void content_in_a_lower_layer_is_not_packed_as_zeros(void **state)
{
	static const char *const names[] = { "trusted.overlay.metacopy", "trusted.overlay.redirect" };
	struct es_buf packed = { NULL, 0 };
	struct es_pack_report report;
	char path[256];

	snprintf(path, sizeof path, "%s/in/etc/shadow", (const char *)*state);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(oracle_shell(state, "rm -rf in; mkdir -p in/etc && truncate -s 900 in/etc/shadow"), 0);
		assert_int_equal(setxattr(path, names[i], "", 0, 0), 0);
		assert_int_equal(pack(state, &packed, &report), ES_CONTENT_ELSEWHERE);
		assert_string_equal(report.refused, "/etc/shadow");
	}
	assert_null(packed.data);
}

static void an_unreadable_manifest_is_refused(void **state)
{
	static const char *const paths[] = { "/etc", "/etc/ssh" };
	struct es_manifest m = manifest_of(paths, 2);
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "mkdir in"), 0);
	ES_FD fd = open_in(state, "in");
	assert_int_equal(es_archive_pack(fd, &m, &packed, &report), ES_ARGUMENT);
}

static void a_tree_too_deep_or_too_large_is_refused(void **state)
{
	ES_BUF packed = { NULL, 0 };
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "mkdir -p in/etc/$(seq -s / 1 99)"), 0);
	assert_int_equal(pack(state, &packed, &report), ES_OK);
	es_buf_free(&packed);
	assert_int_equal(oracle_shell(state, "mkdir -p in/etc/$(seq -s / 1 100)"), 0);
	assert_int_equal(pack(state, &packed, &report), ES_TOO_LARGE);
	assert_int_equal(
	    oracle_shell(state, "rm -r in/etc && mkdir in/etc && cd in/etc && truncate -s 61M $(seq 11 27)"), 0);
	assert_int_equal(pack(state, &packed, &report), ES_TOO_LARGE);
	assert_string_equal(report.refused, "/etc/27");
	assert_null(packed.data);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, small_disk_make, small_disk_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(gnu_tar_reads_everything),
		ON_DISK(the_tree_comes_back_as_it_was),
		ON_DISK(the_same_tree_gives_the_same_bytes_in_every_locale),
		ON_DISK(files_that_are_not_kept_are_named),
		ON_DISK(a_wrong_hash_is_corrected),
		ON_DISK(a_covered_file_comes_back),
		ON_DISK(a_file_over_its_cap_is_left_out_and_named),
		ON_DISK(only_the_first_few_left_out_files_are_named),
		ON_DISK(uncovered_and_missing_paths_are_left_out),
		ON_DISK(a_covered_path_must_be_a_folder_or_a_file),
		ON_DISK(content_in_a_lower_layer_is_not_packed_as_zeros),
		ON_DISK(an_unreadable_manifest_is_refused),
		ON_DISK(a_tree_too_deep_or_too_large_is_refused),
	};

	return cmocka_run_group_tests_name("archive_pack", tests, NULL, NULL);
}
