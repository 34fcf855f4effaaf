/* SPDX-License-Identifier: Apache-2.0 */
/* File flags and hard links, on a real overlay over a tmpfs, as on a host. chattr sets them, lsattr shows them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/archive/archive.h"
#include "keys/archive/flags.h"
#include "keys/store/file.h"
#include "keys/tests/lib/oracle.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static const struct es_manifest manifest = {
	.host = "6a1c9a58-2a15-4c07-8a2b-0d0f3e6b9a11",
	.time = "2026-11-21T18:14:32Z",
	.path_count = 2,
	.paths = { "/etc", "/srv/file" },
};

static int start(void **state)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    oracle_folder_make(state) < 0 || mount("tmpfs", *state, "tmpfs", 0, NULL) < 0)
		return -1;
	return oracle_shell(state,
			    "mkdir -p lower tree/etc tree/srv again work work2 etc; echo of the image >lower/image; "
			    "mount -t overlay o -o lowerdir=lower,upperdir=tree/etc,workdir=work etc");
}

static int end(void **state)
{
	(void)oracle_shell(state, "umount etc");
	while (umount2(*state, MNT_DETACH) == 0)
		;
	return oracle_folder_remove(state);
}

static int open_folder(void **state, const char *name)
{
	char path[300];

	snprintf(path, sizeof path, "%s/%s", (char *)*state, name);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Packs the tree, and unpacks it into "again", over which "etc" is then mounted. */
static struct es_pack_report carry_over(void **state)
{
	ES_FD tree = open_folder(state, "tree"), again = open_folder(state, "again");
	struct es_pack_report report;
	struct es_unpack_report unpacked;
	struct es_manifest read;
	ES_PLAIN_BUF packed = { NULL, 0 };

	assert_int_equal(es_archive_pack(tree, &manifest, &packed, &report), ES_OK);
	assert_int_equal(es_archive_unpack(es_buf_span(&packed), again, &read, &unpacked), ES_OK);
	assert_int_equal(unpacked.lost, 0);
	assert_true(read.has_tree);
	assert_int_equal(oracle_shell(state, "umount etc && mount -t overlay o -o "
					     "lowerdir=lower,upperdir=again/etc,workdir=work2 etc"),
			 0);
	return report;
}

static void F9_flags_come_back_after_a_boot(void **state)
{
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state,
				      "set -e; cd etc; for f in i a ia d A none; do echo $f >$f; done; mkdir dir; "
				      "echo x >dir/x; chattr +i i dir/x; chattr +a a; chattr +ia ia; chattr +d d; "
				      "chattr +A A; chattr +i dir image; lsattr -R . | sort >../before"),
			 0);
	report = carry_over(state);
	assert_int_equal(report.stripped, 0);
	assert_int_equal(oracle_shell(state, "cd etc && lsattr -R . | sort >../after && cmp ../before ../after"), 0);
	assert_int_equal(oracle_shell(state,
				      "grep -q -e '----i.* ./image' after && grep -q -e '----ia.* ./ia' after && "
				      "! rm -f etc/i && ! (echo y >etc/i) && echo y >>etc/a && ! (echo y >etc/a)"),
			 0);
	/* In the tree itself no flag keeps us from changing it. */
	assert_int_equal(oracle_shell(state, "umount etc; rm -rf again/etc && ! test -e again/etc && "
					     "mkdir again/etc && mount -t overlay o -o "
					     "lowerdir=lower,upperdir=again/etc,workdir=work etc"),
			 0);
}

static struct es_digest hash(void **state)
{
	ES_FD tree = open_folder(state, "tree");
	struct es_pack_report report;

	assert_int_equal(es_archive_hash(tree, &manifest, &report), ES_OK);
	return report.tree;
}

static void F9_a_flag_is_a_change_and_its_removal_too(void **state)
{
	struct es_digest before, with;

	assert_int_equal(oracle_shell(state, "echo x >etc/f"), 0);
	before = hash(state);
	assert_int_equal(oracle_shell(state, "chattr +i etc/f"), 0);
	with = hash(state);
	assert_memory_not_equal(&before, &with, sizeof with);
	assert_int_equal(oracle_shell(state, "chattr -i etc/f"), 0);
	with = hash(state);
	assert_memory_equal(&before, &with, sizeof with);
	assert_int_equal(oracle_shell(state, "chattr +d etc/f"), 0);
	with = hash(state);
	assert_memory_not_equal(&before, &with, sizeof with);
	assert_int_equal(oracle_shell(state, "chattr -d etc/f"), 0);
}

/* It isn't below an overlay: a flag on it would keep us from changing it. */
static void F9_a_protected_file_that_is_covered_itself_is_named(void **state)
{
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "echo x >tree/srv/file && chattr +iA tree/srv/file"), 0);
	report = carry_over(state);
	assert_int_equal(report.stripped, 1);
	assert_string_equal(report.stripped_name[0], "/srv/file");
	assert_int_equal(oracle_shell(state, "chattr -i tree/srv/file; lsattr again/srv/file | grep -q -e '-A-' && "
					     "! lsattr again/srv/file | grep -q i-"),
			 0);
}

static void F9_hard_links_are_named_and_kept_as_files(void **state)
{
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "echo one >etc/a && ln etc/a etc/b && echo alone >etc/c && mkdir etc/d && "
					     "rm etc/image"), /* a whiteout, whose inode the kernel shares */
			 0);
	report = carry_over(state);
	assert_int_equal(report.linked, 2);
	assert_string_equal(report.linked_name[0], "/etc/a");
	assert_string_equal(report.linked_name[1], "/etc/b");
	assert_int_equal(oracle_shell(state, "grep -q one etc/a && grep -q one etc/b && ! test -e etc/image"), 0);
}

/* tar reads an archive with flags as one without, and so does 0.1.0. */
static void stock_tar_reads_an_archive_with_flags(void **state)
{
	ES_FD tree = open_folder(state, "tree");
	struct es_pack_report report;
	ES_PLAIN_BUF packed = { NULL, 0 };

	assert_int_equal(oracle_shell(state, "echo x >etc/f && chattr +i etc/f"), 0);
	assert_int_equal(es_archive_pack(tree, &manifest, &packed, &report), ES_OK);
	oracle_write(state, "tar.zst", es_buf_span(&packed));
	assert_int_equal(oracle_shell(state,
				      "chattr -i etc/f; mkdir out && tar --zstd --xattrs --xattrs-include='*' --acls "
				      "-C out -xpf tar.zst && grep -q x out/tree/etc/f && "
				      "zstd -dc tar.zst | grep -aq 'SCHILY.fflags=schg'"),
			 0);
}

static void only_flags_that_a_tree_can_have_are_restored(void **state)
{
	struct archive_entry *e = archive_entry_new();

	(void)state;
	assert_null(es_flags_text(e));
	assert_non_null(archive_entry_copy_fflags_text(e, "opaque,nonsense"));
	assert_false(es_flags_drop_protection(e));
	archive_entry_copy_fflags_text(e, "schg,nodump");
	assert_true(es_flags_drop_protection(e));
	assert_string_equal(es_flags_text(e), "nodump");
	archive_entry_free(e);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(F9_flags_come_back_after_a_boot, start, end),
		cmocka_unit_test_setup_teardown(F9_a_flag_is_a_change_and_its_removal_too, start, end),
		cmocka_unit_test_setup_teardown(F9_a_protected_file_that_is_covered_itself_is_named, start, end),
		cmocka_unit_test_setup_teardown(F9_hard_links_are_named_and_kept_as_files, start, end),
		cmocka_unit_test_setup_teardown(stock_tar_reads_an_archive_with_flags, start, end),
		cmocka_unit_test(only_flags_that_a_tree_can_have_are_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
