/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/xattr.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/small_disk.h"

#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <cmocka.h>

static void entry_free(struct archive_entry **e)
{
	archive_entry_free(*e);
}
#define ENTRY ES_SCOPED(entry_free) struct archive_entry *

static void each_name_has_its_fate(void **state)
{
	static const struct {
		const char *name;
		enum es_xattr_fate file, folder;
	} fates[] = {
		{ "user.note", ES_XATTR_KEPT, ES_XATTR_KEPT },
		{ "trusted.x", ES_XATTR_KEPT, ES_XATTR_KEPT },
		{ "security.selinux", ES_XATTR_KEPT, ES_XATTR_KEPT },
		{ "system.posix_acl_access", ES_XATTR_KEPT, ES_XATTR_KEPT },
		{ "system.posix_acl_default", ES_XATTR_KEPT, ES_XATTR_KEPT },
		{ "trusted.overlay.opaque", ES_XATTR_LEFT_OUT, ES_XATTR_KEPT },
		{ "trusted.overlay.origin", ES_XATTR_LEFT_OUT, ES_XATTR_LEFT_OUT },
		{ "trusted.overlay.redirect", ES_XATTR_ELSEWHERE, ES_XATTR_ELSEWHERE },
		{ "trusted.overlay.metacopy", ES_XATTR_ELSEWHERE, ES_XATTR_ELSEWHERE },
		{ "trusted.overlay.overlay.opaque", ES_XATTR_STRIPPED,
		  ES_XATTR_STRIPPED }, /* F9: of a nested overlay */
		{ "trusted.overlay.uuid", ES_XATTR_LEFT_OUT, ES_XATTR_LEFT_OUT },
		{ "system.nfs4_acl", ES_XATTR_LEFT_OUT, ES_XATTR_LEFT_OUT },
		{ "btrfs.compression", ES_XATTR_LEFT_OUT, ES_XATTR_LEFT_OUT },
		{ "security.capability", ES_XATTR_STRIPPED, ES_XATTR_STRIPPED },
		{ "user.a=b", ES_XATTR_STRIPPED, ES_XATTR_STRIPPED },
		{ "user.a%b", ES_XATTR_STRIPPED, ES_XATTR_STRIPPED },
		{ "user.a b", ES_XATTR_STRIPPED, ES_XATTR_STRIPPED },
		{ "user.\xc3\xbc", ES_XATTR_STRIPPED, ES_XATTR_STRIPPED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++) {
		if (es_xattr_fate(fates[i].name, false) != fates[i].file ||
		    es_xattr_fate(fates[i].name, true) != fates[i].folder)
			fail_msg("%s", fates[i].name);
	}
}

static void only_xattrs_that_are_kept_are_read(void **state)
{
	ENTRY e = archive_entry_new();
	char path[256];
	const struct es_xattr_source from = { .path = path };
	bool stripped = false;
	const char *name;
	const void *value;
	size_t len;

	snprintf(path, sizeof path, "%s/f", (const char *)*state);
	assert_int_equal(oracle_shell(state, "echo >f"), 0);
	archive_entry_set_filetype(e, AE_IFREG);
	assert_int_equal(es_xattrs_read(&from, e, &stripped), ES_OK);
	assert_int_equal(archive_entry_xattr_count(e), 0);
	assert_int_equal(setxattr(path, "trusted.binary", "\0\n=\xff", 4, 0), 0);
	assert_int_equal(setxattr(path, "trusted.empty", "", 0, 0), 0);
	assert_int_equal(setxattr(path, "trusted.overlay.origin", "x", 1, 0), 0);
	assert_int_equal(es_xattrs_read(&from, e, &stripped), ES_OK);
	assert_false(stripped);
	assert_int_equal(archive_entry_xattr_reset(e), 2);
	while (archive_entry_xattr_next(e, &name, &value, &len) == 0) {
		if (strcmp(name, "trusted.binary") == 0) {
			assert_int_equal(len, 4);
			assert_memory_equal(value, "\0\n=\xff", 4);
		} else {
			assert_string_equal(name, "trusted.empty");
			assert_int_equal(len, 0);
		}
	}
	assert_int_equal(setxattr(path, "trusted.a=b", "x", 1, 0), 0);
	assert_int_equal(es_xattrs_read(&from, e, &stripped), ES_OK);
	assert_true(stripped);
}

static void a_symlinks_own_xattrs_are_read_and_set_not_its_targets(void **state)
{
	ENTRY e = archive_entry_new();
	char file[256], link[256];
	const struct es_xattr_source from = { .path = link };
	bool stripped = false, acl_lost = false;
	uint64_t lost = 0;
	char value[8];

	snprintf(file, sizeof file, "%s/f", (const char *)*state);
	snprintf(link, sizeof link, "%s/l", (const char *)*state);
	assert_int_equal(oracle_shell(state, "echo >f; ln -s f l"), 0);
	assert_int_equal(setxattr(file, "trusted.of", "file", 4, 0), 0);
	archive_entry_set_filetype(e, AE_IFLNK);
	assert_int_equal(es_xattrs_read(&from, e, &stripped), ES_OK);
	assert_int_equal(archive_entry_xattr_count(e), 0);
	archive_entry_xattr_add_entry(e, "trusted.of", "link", 4);
	assert_int_equal(es_xattrs_set(e, link, false, &lost, &acl_lost), ES_OK);
	assert_int_equal(getxattr(file, "trusted.of", value, sizeof value), 4);
	assert_memory_equal(value, "file", 4);
	assert_int_equal(lgetxattr(link, "trusted.of", value, sizeof value), 4);
	assert_memory_equal(value, "link", 4);
}

static void xattrs_that_a_file_system_cannot_hold_are_counted(void **state)
{
	/* version 2; user::rw-, group::r--, other::--- */
	static const uint8_t acl[] = { 2, 0, 0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 4,   0,
				       4, 0, 255, 255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255 };
	ENTRY e = archive_entry_new();
	uint64_t lost = 0;
	bool acl_lost = false;

	(void)state;
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_xattr_add_entry(e, "user.x", "1", 1);
	assert_int_equal(es_xattrs_set(e, "/proc/self/comm", true, &lost, &acl_lost), ES_OK);
	assert_int_equal(lost, 1);
	assert_false(acl_lost);
	archive_entry_xattr_add_entry(e, "system.posix_acl_access", acl, sizeof acl);
	assert_int_equal(es_xattrs_set(e, "/proc/self/comm", true, &lost, &acl_lost), ES_OK);
	assert_int_equal(lost, 3);
	assert_true(acl_lost);
	assert_int_equal(es_xattrs_set(e, "/nothing/here", true, &lost, &acl_lost), ES_MISSING);
	archive_entry_xattr_clear(e);
	archive_entry_xattr_add_entry(e, "system.posix_acl_access", acl, sizeof acl - 1);
	assert_int_equal(es_xattrs_set(e, "/proc/self/comm", true, &lost, &acl_lost), ES_FORMAT);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, small_disk_make, small_disk_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_has_its_fate),
		ON_DISK(only_xattrs_that_are_kept_are_read),
		ON_DISK(a_symlinks_own_xattrs_are_read_and_set_not_its_targets),
		cmocka_unit_test(xattrs_that_a_file_system_cannot_hold_are_counted),
	};

	return cmocka_run_group_tests_name("archive_xattr", tests, NULL, NULL);
}
