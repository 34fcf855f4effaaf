/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/hash.h"

#include "keys/archive/entry_from.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <archive_entry.h>
#include <cmocka.h>

static struct archive_entry *usual(void)
{
	struct archive_entry *e = archive_entry_new();

	assert_non_null(e);
	archive_entry_copy_pathname(e, "tree/etc/x");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0640);
	archive_entry_set_uid(e, 1);
	archive_entry_set_gid(e, 2);
	archive_entry_set_mtime(e, 1000, 5);
	archive_entry_xattr_add_entry(e, "user.a", "1", 1);
	archive_entry_xattr_add_entry(e, "user.b", "2", 1);
	return e;
}

static struct es_digest hash_of(struct archive_entry *e, const char *data)
{
	struct es_digest d;

	assert_int_equal(es_tree_hash_start(&d), ES_OK);
	assert_int_equal(es_tree_hash_add(&d, e, (struct es_span){ (const uint8_t *)data, strlen(data) }), ES_OK);
	return d;
}

static void change(struct archive_entry *e, int what)
{
	switch (what) {
	case 0:
		archive_entry_copy_pathname(e, "tree/etc/y");
		break;
	case 1:
		archive_entry_set_perm(e, 0641);
		break;
	case 2:
		archive_entry_set_uid(e, 3);
		break;
	case 3:
		archive_entry_set_gid(e, 3);
		break;
	case 4:
		archive_entry_set_mtime(e, 1001, 5);
		break;
	case 5:
		archive_entry_set_mtime(e, 1000, 6);
		break;
	case 6:
		archive_entry_xattr_add_entry(e, "user.c", "", 0);
		break;
	case 7:
		archive_entry_xattr_clear(e);
		archive_entry_xattr_add_entry(e, "user.a", "2", 1);
		archive_entry_xattr_add_entry(e, "user.b", "1", 1);
		break;
	case 8:
		archive_entry_set_filetype(e, AE_IFDIR);
		break;
	default:
		archive_entry_set_filetype(e, AE_IFLNK);
		archive_entry_copy_symlink(e, "to");
	}
}

static void everything_kept_affects_the_hash(void **state)
{
	ES_ENTRY same = usual();
	struct es_digest all[12];
	unsigned n = 0;

	(void)state;
	all[n++] = hash_of(same, "data");
	all[n++] = hash_of(same, "dato");
	for (int what = 0; what < 10; what++) {
		ES_ENTRY e = usual();

		change(e, what);
		all[n++] = hash_of(e, "data");
	}
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < i; k++)
			if (es_digest_equal(&all[i], &all[k]))
				fail_msg("%u and %u are told apart by nothing", k, i);
}

static void anything_not_kept_does_not_affect_the_hash(void **state)
{
	ES_ENTRY plain = usual();
	ES_ENTRY e = usual();
	struct es_digest a = hash_of(plain, "data"), b;

	(void)state;
	archive_entry_set_atime(e, 9, 9);
	archive_entry_set_ctime(e, 9, 9);
	archive_entry_set_nlink(e, 4);
	archive_entry_xattr_clear(e);
	archive_entry_xattr_add_entry(e, "user.b", "2", 1);
	archive_entry_xattr_add_entry(e, "user.a", "1", 1);
	b = hash_of(e, "data");
	assert_true(es_digest_equal(&a, &b));
}

static void the_order_and_number_of_members_affect_the_hash(void **state)
{
	ES_ENTRY x = usual();
	ES_ENTRY y = usual();
	struct es_digest xy, yx;
	const struct es_span none = { NULL, 0 };

	(void)state;
	archive_entry_copy_pathname(y, "tree/etc/y");
	xy = hash_of(x, "");
	yx = hash_of(y, "");
	assert_int_equal(es_tree_hash_add(&xy, y, none), ES_OK);
	assert_int_equal(es_tree_hash_add(&yx, x, none), ES_OK);
	assert_false(es_digest_equal(&xy, &yx));
	yx = xy;
	assert_int_equal(es_tree_hash_add(&xy, y, none), ES_OK);
	assert_false(es_digest_equal(&xy, &yx));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_kept_affects_the_hash),
		cmocka_unit_test(anything_not_kept_does_not_affect_the_hash),
		cmocka_unit_test(the_order_and_number_of_members_affect_the_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
