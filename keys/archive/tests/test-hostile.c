/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed but hostile archives, one defect each. */
#include "keys/archive/archive.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/small_disk.h"
#include "keys/tests/lib/unpacking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void file_refused(void **state, const char *name)
{
	member_refused(state, &(struct tar_member){ .name = name, .type = '0', .data = es_text_span("x") }, ES_UNSAFE);
}

static void no_name_leads_out_of_the_tree(void **state)
{
	static const char *const names[] = {
		"tree/../x",   "tree/etc/../../x", "tree/etc/..",   "/etc/x",      "//etc/x", "../x",
		"x",           "tree/etc/./x",     "./tree/etc/x",  "tree//etc/x", "tree",    "treeetc/x",
		"tree/etc//x", "manifest.json",    "tree/etc/../x", "tree2/etc/x",

		"etc/x",       "tree/etc/x/.",     "tree/./etc/x",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		file_refused(state, names[i]);
	assert_int_equal(oracle_shell(state, "test ! -e x"), 0);
}

static void nothing_is_outside_the_covered_paths(void **state)
{
	file_refused(state, "tree/x");
	file_refused(state, "tree/usr/x");
	file_refused(state, "tree/etcetera");
	member_refused(state, &(struct tar_member){ .name = "tree/usr/", .type = '5' }, ES_UNSAFE);
}

static void a_covered_path_is_a_folder_or_a_file_and_only_folders_lead_to_it(void **state)
{
	static const char types[] = "023"; /* a file, a symlink, a device */

	for (const char *type = types; *type != '\0'; type++) {
		TAR_IMAGE top = { 0 };
		TAR_IMAGE way = { 0 };

		tar_manifest(&top, "[\"/opt/app\"]");
		tar_add(&top, &(struct tar_member){ .name = "tree/opt/app", .type = *type, .link = "/" });
		tar_end(&top);
		if (*type != '0')
			refused(state, &top, ES_UNSAFE, "tree/opt/app");
		tar_manifest(&way, "[\"/opt/app\"]");
		tar_add(&way, &(struct tar_member){ .name = "tree/opt", .type = *type, .link = "/" });
		tar_end(&way);
		refused(state, &way, ES_UNSAFE, "tree/opt");
	}
}

static void only_files_folders_symlinks_and_whiteouts_are_made(void **state)
{
	const struct tar_member bad[] = {
		{ .name = "tree/etc/link", .type = '1', .link = "tree/etc/f" },
		{ .name = "tree/etc/link-with-data", .type = '1', .link = "tree/etc/f", .data = es_text_span("x") },
		{ .name = "tree/etc/fifo", .type = '6' },
		{ .name = "tree/etc/null", .type = '3', .major = 1, .minor = 3 },
		{ .name = "tree/etc/zero-minor", .type = '3', .major = 0, .minor = 1 },
		{ .name = "tree/etc/disk", .type = '4', .major = 8, .minor = 0 },
		{ .name = "tree/etc/disk", .type = '4' },
		{ .name = "tree/etc/empty-link", .type = '2', .link = "" },
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		member_refused(state, &bad[i], ES_UNSAFE);
}

static void no_setuid_no_setgid_and_no_capability(void **state)
{
	const struct tar_member bad[] = {
		{ .name = "tree/etc/f", .type = '0', .mode = 04755 },
		{ .name = "tree/etc/f", .type = '0', .mode = 02755 },
		{ .name = "tree/etc/f", .type = '0', .mode = 06755 },
		{ .name = "tree/etc/w", .type = '3', .mode = 04755 },
		{ .name = "tree/etc/d/", .type = '5', .mode = 04755 },
	};
	TAR_IMAGE t = { 0 };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		member_refused(state, &bad[i], ES_UNSAFE);
	begin(&t);
	tar_pax(&t, "SCHILY.xattr.security.capability", es_text_span("\1"));
	tar_file(&t, "tree/etc/f", "");
	tar_end(&t);
	refused(state, &t, ES_UNSAFE, "tree/etc/f");
}

static void no_member_appears_twice(void **state)
{
	static const char kinds[] = "0235";

	for (const char *a = kinds; *a != '\0'; a++)
		for (const char *b = kinds; *b != '\0'; b++) {
			TAR_IMAGE t = { 0 };

			begin(&t);
			tar_add(&t, &(struct tar_member){ .name = "tree/etc/x", .type = *a, .link = "/tmp" });
			tar_add(&t, &(struct tar_member){ .name = "tree/etc/x", .type = *b, .link = "/tmp" });
			tar_end(&t);
			refused(state, &t, ES_UNSAFE, "tree/etc/x");
		}
}

static void no_member_goes_through_a_symlink(void **state)
{
	TAR_IMAGE t = { 0 };
	char target[256];

	assert_int_equal(oracle_shell(state, "mkdir -p outside"), 0);
	snprintf(target, sizeof target, "../../outside");
	begin(&t);
	tar_add(&t, &(struct tar_member){ .name = "tree/etc/way", .type = '2', .link = target });
	tar_file(&t, "tree/etc/way/x", "written outside");
	tar_end(&t);
	refused(state, &t, ES_UNSAFE, "tree/etc/way/x");
	assert_int_equal(oracle_shell(state, "test ! -e outside/x"), 0);
}

static void a_folder_comes_before_its_contents(void **state)
{
	TAR_IMAGE t = { 0 };

	begin(&t);
	tar_file(&t, "tree/etc/d/x", "");
	tar_folder(&t, "tree/etc/d/");
	tar_end(&t);
	refused(state, &t, ES_UNSAFE, "tree/etc/d/x");
}

static void overlayfs_private_xattrs_are_refused(void **state)
{
	static const char
	    *const names[] = { "origin", "redirect", "metacopy", "impure", "nlink",
			       "upper",  "protattr", "whiteout", "opaque" /* as overlayfs notes them on a file */ };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		TAR_IMAGE t = { 0 };
		char key[128];

		begin(&t);
		snprintf(key, sizeof key, "SCHILY.xattr.trusted.overlay.%s", names[i]);
		tar_pax(&t, key, es_text_span("/elsewhere"));
		tar_file(&t, "tree/etc/f", "");
		tar_end(&t);
		refused(state, &t, ES_UNSAFE, "tree/etc/f");
	}
}

static void an_acl_in_tars_own_form_is_refused(void **state)
{
	TAR_IMAGE t = { 0 };

	begin(&t);
	tar_pax(&t, "SCHILY.acl.access", es_text_span("user::rw-,user:daemon:r--:1,group::---,mask::r--,other::---"));
	tar_file(&t, "tree/etc/f", "");
	tar_end(&t);
	refused(state, &t, ES_UNSAFE, "tree/etc/f");
}

static void caps_hold_for_false_sizes(void **state)
{
	member_refused(state,
		       &(struct tar_member){ .name = "tree/etc/f", .type = '0', .says_size = 1, .size = 2ull << 30 },
		       ES_TOO_LARGE);
	/* claims more than there is: the next header is read as data, then the archive ends */
	member_refused(state,
		       &(struct tar_member){ .name = "tree/etc/f", .type = '0', .says_size = 1, .size = 1 << 20 },
		       ES_FORMAT);
}

static void owners_that_mean_leave_it_are_refused(void **state)
{
	static const char *const keys[] = { "uid", "gid" };
	static const char *const values[] = { "4294967295", "4294967296", "-1" };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < 3; i++) {
			TAR_IMAGE t = { 0 };

			begin(&t);
			tar_pax(&t, keys[k], es_text_span(values[i]));
			tar_file(&t, "tree/etc/f", "");
			tar_end(&t);
			refused(state, &t, ES_FORMAT, "tree/etc/f");
		}
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, small_disk_make, small_disk_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(no_name_leads_out_of_the_tree),
		ON_DISK(nothing_is_outside_the_covered_paths),
		ON_DISK(a_covered_path_is_a_folder_or_a_file_and_only_folders_lead_to_it),
		ON_DISK(only_files_folders_symlinks_and_whiteouts_are_made),
		ON_DISK(no_setuid_no_setgid_and_no_capability),
		ON_DISK(no_member_appears_twice),
		ON_DISK(no_member_goes_through_a_symlink),
		ON_DISK(a_folder_comes_before_its_contents),
		ON_DISK(overlayfs_private_xattrs_are_refused),
		ON_DISK(an_acl_in_tars_own_form_is_refused),
		ON_DISK(caps_hold_for_false_sizes),
		ON_DISK(owners_that_mean_leave_it_are_refused),
	};

	return cmocka_run_group_tests_name("archive_hostile", tests, NULL, NULL);
}
