/* SPDX-License-Identifier: Apache-2.0 */
/* Judging what the archive says about a member, without a file system. test-hostile.c tests the same with tars. */
#include "keys/archive/member.h"

#include <archive_entry.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct es_manifest manifest = { .path_count = 2, .paths = { "/etc", "/opt/app" } };

static void entry_free(struct archive_entry **e)
{
	archive_entry_free(*e);
}

static struct archive_entry *entry(const char *name, unsigned type)
{
	struct archive_entry *e = archive_entry_new();

	assert_non_null(e);
	archive_entry_copy_pathname(e, name);
	archive_entry_set_filetype(e, type);
	archive_entry_set_perm(e, 0640);
	archive_entry_set_size(e, 9);
	archive_entry_set_uid(e, 1);
	archive_entry_set_gid(e, 2);
	archive_entry_set_mtime(e, -5, 999999999);
	return e;
}

#define ENTRY ES_SCOPED(entry_free) struct archive_entry *

static void a_file_passes_with_all_its_attributes(void **state)
{
	ENTRY e = entry("tree/etc/x", AE_IFREG);
	struct es_member m;

	(void)state;
	assert_int_equal(es_member_check(e, &manifest, &m), ES_OK);
	assert_int_equal(m.kind, ES_MEMBER_FILE);
	assert_int_equal(m.place, ES_PLACE_WITHIN);
	assert_string_equal(m.path, "etc/x");
	assert_int_equal(m.size, 9);
	assert_int_equal(m.mode, 0640);
	assert_int_equal(m.uid, 1);
	assert_int_equal(m.gid, 2);
	assert_int_equal(m.mtime.tv_sec, -5);
	assert_int_equal(m.mtime.tv_nsec, 999999999);
}

static void a_folder_may_end_in_a_slash(void **state)
{
	static const char *const names[] = { "tree/opt/app/", "tree/opt/app" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		ENTRY e = entry(names[i], AE_IFDIR);
		struct es_member m;

		assert_int_equal(es_member_check(e, &manifest, &m), ES_OK);
		assert_string_equal(m.path, "opt/app");
		assert_int_equal(m.place, ES_PLACE_TOP);
		assert_int_equal(m.size, 0); /* whatever it claims */
	}
	ENTRY twice = entry("tree/opt/app//", AE_IFDIR);
	struct es_member m;

	assert_int_equal(es_member_check(twice, &manifest, &m), ES_UNSAFE);
}

static void the_tree_itself_is_a_folder(void **state)
{
	ENTRY folder = entry("tree/", AE_IFDIR);
	ENTRY link = entry("tree", AE_IFLNK);
	struct es_member m;

	(void)state;
	assert_int_equal(es_member_check(folder, &manifest, &m), ES_OK);
	assert_string_equal(m.path, "");
	archive_entry_copy_symlink(link, "/");
	assert_int_equal(es_member_check(link, &manifest, &m), ES_UNSAFE);
}

static void a_covered_path_may_be_a_file_and_what_leads_to_one_may_not(void **state)
{
	ENTRY top = entry("tree/opt/app", AE_IFREG);
	ENTRY way = entry("tree/opt", AE_IFREG);
	ENTRY link = entry("tree/opt/app", AE_IFLNK);
	struct es_member m;

	(void)state;
	assert_int_equal(es_member_check(top, &manifest, &m), ES_OK);
	assert_int_equal(m.place, ES_PLACE_TOP);
	assert_int_equal(es_member_check(way, &manifest, &m), ES_UNSAFE);
	archive_entry_copy_symlink(link, "/");
	assert_int_equal(es_member_check(link, &manifest, &m), ES_UNSAFE);
}

static void a_setgid_folder_passes_and_a_setgid_file_does_not(void **state)
{
	ENTRY folder = entry("tree/etc/d", AE_IFDIR);
	ENTRY file = entry("tree/etc/f", AE_IFREG);
	struct es_member m;

	(void)state;
	archive_entry_set_perm(folder, 03770);
	assert_int_equal(es_member_check(folder, &manifest, &m), ES_OK);
	assert_int_equal(m.mode, 03770);
	archive_entry_set_perm(file, 02770);
	assert_int_equal(es_member_check(file, &manifest, &m), ES_UNSAFE);
	archive_entry_set_perm(file, 01770);
	assert_int_equal(es_member_check(file, &manifest, &m), ES_OK);
}

static void a_symlinks_target_has_a_maximal_length(void **state)
{
	char target[PATH_MAX + 1];
	ENTRY e = entry("tree/etc/l", AE_IFLNK);
	struct es_member m;

	(void)state;
	assert_int_equal(es_member_check(e, &manifest, &m), ES_UNSAFE); /* no kind at all */
	memset(target, 't', sizeof target);
	target[PATH_MAX] = '\0';
	archive_entry_copy_symlink(e, target);
	assert_int_equal(es_member_check(e, &manifest, &m), ES_TOO_LARGE);
	target[PATH_MAX - 1] = '\0';
	archive_entry_copy_symlink(e, target);
	assert_int_equal(es_member_check(e, &manifest, &m), ES_OK);
}

static void a_path_has_a_maximal_depth(void **state)
{
	char name[8 + 2 * ES_DEPTH_MAX + 8] = "tree/etc";
	struct es_member m;

	(void)state;
	for (int i = 1; i < ES_DEPTH_MAX; i++)
		strcat(name, "/d");
	ENTRY deepest = entry(name, AE_IFDIR);
	assert_int_equal(es_member_check(deepest, &manifest, &m), ES_OK);
	strcat(name, "/d");
	ENTRY deeper = entry(name, AE_IFDIR);
	assert_int_equal(es_member_check(deeper, &manifest, &m), ES_TOO_LARGE);
}

static void an_entry_without_a_name_or_a_kind_is_refused(void **state)
{
	ENTRY nameless = entry("tree/etc/x", AE_IFREG);
	ENTRY kindless = entry("tree/etc/x", 0);
	ENTRY socket = entry("tree/etc/x", AE_IFSOCK);
	struct es_member m;

	(void)state;
	archive_entry_copy_pathname(nameless, NULL);
	assert_int_equal(es_member_check(nameless, &manifest, &m), ES_UNSAFE);
	assert_int_equal(es_member_check(kindless, &manifest, &m), ES_UNSAFE);
	assert_int_equal(es_member_check(socket, &manifest, &m), ES_UNSAFE);
}

static void xattrs_have_caps(void **state)
{
	static const uint8_t value[(64 << 10) + 1];
	ENTRY one = entry("tree/etc/x", AE_IFREG);
	ENTRY many = entry("tree/etc/x", AE_IFREG);
	struct es_member m;

	(void)state;
	archive_entry_xattr_add_entry(one, "user.x", value, sizeof value);
	assert_int_equal(es_member_check(one, &manifest, &m), ES_TOO_LARGE);
	for (int i = 0; i < 9; i++)
		archive_entry_xattr_add_entry(many, "user.x", value, 60 << 10);
	assert_int_equal(es_member_check(many, &manifest, &m), ES_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_passes_with_all_its_attributes),
		cmocka_unit_test(a_folder_may_end_in_a_slash),
		cmocka_unit_test(the_tree_itself_is_a_folder),
		cmocka_unit_test(a_covered_path_may_be_a_file_and_what_leads_to_one_may_not),
		cmocka_unit_test(a_setgid_folder_passes_and_a_setgid_file_does_not),
		cmocka_unit_test(a_symlinks_target_has_a_maximal_length),
		cmocka_unit_test(a_path_has_a_maximal_depth),
		cmocka_unit_test(an_entry_without_a_name_or_a_kind_is_refused),
		cmocka_unit_test(xattrs_have_caps),
	};

	return cmocka_run_group_tests_name("archive_member", tests, NULL, NULL);
}
