/* SPDX-License-Identifier: Apache-2.0 */
/* The second line of defence: even a member whose text was accepted can't be made outside the tree, whatever is in the
 * tree. */
#include "keys/archive/member.h"
#include "keys/store/file.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/small_disk.h"
#include "keys/tests/lib/unpacking.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <cmocka.h>

struct case_at {
	struct archive_entry *e;
	struct es_member m;
};

static void case_free(struct case_at *c)
{
	archive_entry_free(c->e);
}

/* A member as es_member_check would pass it on if it had accepted the path. */
static struct case_at member(enum es_member_kind kind, const char *path)
{
	struct case_at c = { .e = archive_entry_new() };

	assert_non_null(c.e);
	archive_entry_copy_symlink(c.e, "target");
	c.m = (struct es_member){ .entry = c.e, .kind = kind, .place = ES_PLACE_WITHIN, .mode = 0600 };
	snprintf(c.m.path, sizeof c.m.path, "%s", path);
	return c;
}

#define MEMBER ES_SCOPED(case_free) struct case_at

/* Tries to make each kind there; all must be refused. */
static void nothing_is_made_at(int fd, const char *path)
{
	MEMBER folder = member(ES_MEMBER_FOLDER, path);
	MEMBER symlink = member(ES_MEMBER_SYMLINK, path);
	MEMBER whiteout = member(ES_MEMBER_WHITEOUT, path);
	MEMBER file = member(ES_MEMBER_FILE, path);
	uint64_t lost = 0;

	assert_int_equal(es_member_make_folder(fd, &folder.m), ES_UNSAFE);
	assert_int_equal(es_member_make_other(fd, &symlink.m, &lost), ES_UNSAFE);
	assert_int_equal(es_member_make_other(fd, &whiteout.m, &lost), ES_UNSAFE);
	assert_int_equal(es_member_make_file(fd, &file.m, NULL, &lost), ES_UNSAFE);
}

static void nothing_is_made_through_a_name_that_leads_out(void **state)
{
	ES_FD fd = fresh_tree(state);

	assert_int_equal(
	    oracle_shell(state, "mkdir outside && ln -s ../outside tree/rel && ln -s \"$PWD/outside\" tree/abs && "
				"ln -s /proc/self/root tree/magic && ln -s . tree/self && mkdir tree/d"),
	    0);
	nothing_is_made_at(fd, "../x");
	nothing_is_made_at(fd, "d/../../x");
	nothing_is_made_at(fd, "rel/x");
	nothing_is_made_at(fd, "abs/x");
	nothing_is_made_at(fd, "magic/x");
	nothing_is_made_at(fd, "self/x"); /* leads nowhere harmful, but isn't a folder of ours */
	assert_int_equal(
	    oracle_shell(state, "test -z \"$(ls outside)\" && test ! -e x && test ! -e /x && test ! -e tree/x"), 0);
}

static void an_existing_name_is_never_replaced(void **state)
{
	ES_FD fd = fresh_tree(state);

	assert_int_equal(oracle_shell(state,
				      "echo kept >outside; ln -s ../outside tree/link; ln -s ../new tree/dangling; "
				      "echo kept >tree/file; mkdir tree/folder"),
			 0);
	nothing_is_made_at(fd, "link");
	nothing_is_made_at(fd, "dangling");
	nothing_is_made_at(fd, "file");
	nothing_is_made_at(fd, "folder");
	assert_int_equal(oracle_shell(state, "test ! -e new && grep -q kept outside && grep -q kept tree/file"), 0);
}

static void nothing_is_made_below_a_file_or_a_missing_folder(void **state)
{
	ES_FD fd = fresh_tree(state);

	assert_int_equal(oracle_shell(state, "echo >tree/file"), 0);
	nothing_is_made_at(fd, "file/x");
	nothing_is_made_at(fd, "nothing/x");
}

static void leading_folders_are_not_made_through_a_symlink(void **state)
{
	ES_FD fd = fresh_tree(state);
	MEMBER top = member(ES_MEMBER_FOLDER, "way/on/top");

	assert_int_equal(oracle_shell(state, "mkdir outside && ln -s ../outside tree/way"), 0);
	top.m.place = ES_PLACE_TOP;
	assert_int_equal(es_member_make_folder(fd, &top.m), ES_UNSAFE);
	assert_int_equal(oracle_shell(state, "test -z \"$(ls outside)\""), 0);
}

static void a_folder_is_finished_only_where_it_is(void **state)
{
	ES_FD fd = fresh_tree(state);
	MEMBER link = member(ES_MEMBER_FOLDER, "link");
	uint64_t lost = 0;

	assert_int_equal(oracle_shell(state, "mkdir -m 0751 outside && ln -s ../outside tree/link"), 0);
	assert_int_equal(es_member_finish_folder(fd, &link.m, &lost), ES_UNSAFE);
	assert_int_equal(oracle_shell(state, "test $(stat -c %%a outside) = 751"), 0);
}

static void a_default_acl_is_not_inherited_by_archived_files(void **state)
{
	/* version 2; user::rwx, user:1:rwx, group::r-x, mask::rwx, other::--- (uapi posix_acl_xattr.h, little
	 * endian) */
	static const uint8_t acl[] = { 2, 0, 0,   0,   1,   0,   7,  0, 255, 255, 255, 255, 2,   0,  7,
				       0, 1, 0,   0,   0,   4,   0,  5, 0,   255, 255, 255, 255, 16, 0,
				       7, 0, 255, 255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255 };
	TAR_IMAGE t = { 0 };

	tar_manifest(&t, "[\"/etc\"]");
	tar_pax(&t, "SCHILY.xattr.system.posix_acl_default", (struct es_span){ acl, sizeof acl });
	tar_folder(&t, "tree/etc/");
	tar_file(&t, "tree/etc/plain", "");
	tar_pax(&t, "SCHILY.xattr.system.posix_acl_access", (struct es_span){ acl, sizeof acl });
	tar_add(&t, &(struct tar_member){ .name = "tree/etc/own", .type = '0', .mode = 0770 });
	tar_end(&t);
	unpacked(state, &t);
	assert_int_equal(oracle_shell(state, "test \"$(stat -c %%a tree/etc/plain tree/etc/own)\" = '644\n770' && "
					     "test -z \"$(ls -l tree/etc/plain | grep '^..........+')\" && "
					     "ls -l tree/etc/own | grep -q '^..........+'"),
			 0);
}

static void folders_get_the_times_in_the_archive(void **state)
{
	TAR_IMAGE t = { 0 };

	tar_manifest(&t, "[\"/etc\"]");
	tar_pax(&t, "mtime", es_text_span("1000.000000001"));
	tar_folder(&t, "tree/etc/");
	tar_pax(&t, "mtime", es_text_span("2000.123456789"));
	tar_folder(&t, "tree/etc/d/");
	tar_pax(&t, "mtime", es_text_span("-1.5"));
	tar_file(&t, "tree/etc/d/f", "x");
	tar_end(&t);
	unpacked(state, &t);
	assert_int_equal(
	    oracle_shell(state, "test \"$(stat -c %%.9Y tree/etc tree/etc/d)\" = '1000.000000001\n2000.123456789'"), 0);
}

static void a_file_is_as_long_as_its_header_said(void **state)
{
	static const uint64_t said[] = { 3, 5 };

	for (int i = 0; i < 2; i++) {
		ES_FD fd = fresh_tree(state);
		ES_TAR tar = NULL;
		TAR_IMAGE t = { 0 };
		MEMBER file = member(ES_MEMBER_FILE, "f");
		struct archive_entry *e;
		uint64_t lost = 0;

		tar_file(&t, "tree/f", "four");
		tar_end(&t);
		ES_BUF packed = tar_packed(&t);
		assert_int_equal(es_tar_open(es_buf_span(&packed), &tar), ES_OK);
		assert_int_equal(es_tar_next(tar, &e), ES_OK);
		file.m.size = said[i];
		assert_int_equal(es_member_make_file(fd, &file.m, tar, &lost), ES_FORMAT);
	}
}

/* Without the ACL, the group bits are its mask, and would give the group a named user's rights. */
static void a_lost_acl_clears_the_group_bits(void **state)
{
	static const uint8_t acl[] = { 2, 0, 0,   0,   1,   0,   7,  0, 255, 255, 255, 255, 2,   0,  7,
				       0, 1, 0,   0,   0,   4,   0,  0, 0,   255, 255, 255, 255, 16, 0,
				       7, 0, 255, 255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255 };
	TAR_IMAGE t = { 0 };
	ES_BUF packed = { NULL, 0 };
	struct es_manifest m;
	struct es_unpack_report report;
	char path[256];

	tar_manifest(&t, "[\"/etc\"]");
	tar_folder(&t, "tree/etc/");
	tar_pax(&t, "SCHILY.xattr.system.posix_acl_access", (struct es_span){ acl, sizeof acl });
	tar_add(&t, &(struct tar_member){ .name = "tree/etc/f", .type = '0', .mode = 0770 });
	tar_end(&t);
	packed = tar_packed(&t);
	snprintf(path, sizeof path, "%s/ramfs", (const char *)*state);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mount("etcseal-test", path, "ramfs", 0, NULL), 0);
	ES_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(es_archive_unpack(es_buf_span(&packed), fd, &m, &report), ES_OK);
	assert_int_equal(report.lost, 1);
	assert_int_equal(oracle_shell(state, "test $(stat -c %%a ramfs/etc/f) = 700"), 0);
	assert_int_equal(umount2(path, MNT_DETACH), 0);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, small_disk_make, small_disk_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(nothing_is_made_through_a_name_that_leads_out),
		ON_DISK(an_existing_name_is_never_replaced),
		ON_DISK(nothing_is_made_below_a_file_or_a_missing_folder),
		ON_DISK(leading_folders_are_not_made_through_a_symlink),
		ON_DISK(a_folder_is_finished_only_where_it_is),
		ON_DISK(a_default_acl_is_not_inherited_by_archived_files),
		ON_DISK(folders_get_the_times_in_the_archive),
		ON_DISK(a_file_is_as_long_as_its_header_said),
		ON_DISK(a_lost_acl_clears_the_group_bits),
	};

	return cmocka_run_group_tests_name("archive_make", tests, NULL, NULL);
}
