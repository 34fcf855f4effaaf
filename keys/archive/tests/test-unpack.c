/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/archive.h"
#include "keys/store/file.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/small_disk.h"
#include "keys/tests/lib/unpacking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void a_sound_archive_is_unpacked(void **state)
{
	TAR_IMAGE t = { 0 };

	begin(&t);
	tar_add(&t, &(struct tar_member){ .name = "tree/etc/f",
					  .type = '0',
					  .mode = 0640,
					  .uid = 5,
					  .gid = 6,
					  .mtime = 1000,
					  .data = es_text_span("text") });
	tar_add(&t, &(struct tar_member){ .name = "tree/etc/l", .type = '2', .link = "../../f", .uid = 7 });
	tar_add(&t, &(struct tar_member){ .name = "tree/etc/w", .type = '3' });
	tar_add(&t, &(struct tar_member){ .name = "tree/etc/d/", .type = '5', .mode = 02750, .gid = 8, .mtime = 2000 });
	tar_file(&t, "tree/etc/d/f", "");
	tar_end(&t);
	unpacked(state, &t);
	assert_int_equal(
	    oracle_shell(state, "cd tree && stat -c '%%n %%F %%a %%u:%%g %%Y' etc etc/* etc/d/f >../got && "
				"test \"$(readlink etc/l)\" = ../../f && test \"$(cat etc/f)\" = text && cd .. && "
				"diff - got >&2 <<'END'\n"
				"etc directory 755 0:0 0\n"
				"etc/d directory 2750 0:8 2000\n"
				"etc/f regular file 640 5:6 1000\n"
				"etc/l symbolic link 777 7:0 0\n"
				"etc/w character special file 644 0:0 0\n"
				"etc/d/f regular empty file 644 0:0 0\n"
				"END\n"),
	    0);
}

/* What GNU tar makes of an empty sparse file of 1 TiB: some hundred bytes. */
static void a_sparse_file_counts_with_its_full_size(void **state)
{
	ES_FD fd = fresh_tree(state);
	struct es_manifest m;
	struct es_unpack_report report;
	TAR_IMAGE t = { 0 };

	assert_int_equal(oracle_shell(state, "mkdir -p in/tree/etc && truncate -s 1T in/tree/etc/f && "
					     "tar -C in --format=pax --sparse -cf out tree"),
			 0);
	ES_BUF out = oracle_read(state, "out");
	tar_manifest(&t, "[\"/etc\"]");
	tar_raw(&t, out.data, out.len);
	ES_BUF packed = tar_packed(&t);
	assert_int_equal(es_archive_unpack(es_buf_span(&packed), fd, &m, &report), ES_TOO_LARGE);
	assert_string_equal(report.refused, "tree/etc/f");
}

static void large_owners_are_kept(void **state)
{
	TAR_IMAGE t = { 0 };

	begin(&t);
	tar_pax(&t, "uid", es_text_span("4294967294"));
	tar_pax(&t, "gid", es_text_span("2097153"));
	tar_file(&t, "tree/etc/f", "");
	tar_end(&t);
	unpacked(state, &t);
	assert_int_equal(oracle_shell(state, "test \"$(stat -c %%u:%%g tree/etc/f)\" = 4294967294:2097153"), 0);
}

static void a_name_with_a_nul_ends_there(void **state)
{
	TAR_IMAGE t = { 0 };

	begin(&t);
	tar_pax(&t, "path", (struct es_span){ (const uint8_t *)"tree/etc/a\0/../../../x", 22 });
	tar_file(&t, "tree/etc/pax", "");
	tar_end(&t);
	unpacked(state, &t);
	assert_int_equal(oracle_shell(state, "test -e tree/etc/a && test ! -e x"), 0);
}

static void the_name_in_a_message_is_printable(void **state)
{
	TAR_IMAGE t = { 0 };

	begin(&t);
	tar_pax(&t, "hdrcharset", es_text_span("BINARY"));
	tar_pax(&t, "path", es_text_span("tree/\x1b[2J\xff/../x"));
	tar_file(&t, "tree/etc/pax", "");
	tar_end(&t);
	refused(state, &t, ES_UNSAFE, "tree/?[2J?/../x");
}

static void parts_and_paths_have_a_maximal_length(void **state)
{
	char path[6000] = "tree/etc/";
	TAR_IMAGE part = { 0 };
	TAR_IMAGE whole = { 0 };
	ES_FD fd = fresh_tree(state);
	struct es_manifest m;
	struct es_unpack_report report;

	memset(path + strlen(path), 'p', 256);
	begin(&part);
	tar_pax(&part, "path", es_text_span(path));
	tar_file(&part, "tree/etc/pax", "");
	tar_end(&part);
	ES_BUF one = tar_packed(&part);
	assert_int_equal(es_archive_unpack(es_buf_span(&one), fd, &m, &report), ES_UNSAFE);
	assert_int_equal(strlen(report.refused), ES_PATH_TEXT - 1);
	for (size_t i = strlen("tree/etc/"); i < sizeof path - 1; i++)
		path[i] = i % 100 == 50 ? '/' : 'p';
	begin(&whole);
	tar_pax(&whole, "path", es_text_span(path));
	tar_file(&whole, "tree/etc/pax", "");
	tar_end(&whole);
	ES_BUF two = tar_packed(&whole);
	ES_FD fresh = fresh_tree(state);
	assert_int_equal(es_archive_unpack(es_buf_span(&two), fresh, &m, &report), ES_TOO_LARGE);
}

static void a_tree_that_is_not_empty_is_left_alone(void **state)
{
	TAR_IMAGE t = { 0 };
	ES_FD fd = fresh_tree(state);
	struct es_manifest m;
	struct es_unpack_report report;

	begin(&t);
	tar_end(&t);
	ES_BUF packed = tar_packed(&t);
	assert_int_equal(oracle_shell(state, "echo >tree/.hidden"), 0);
	assert_int_equal(es_archive_unpack(es_buf_span(&packed), fd, &m, &report), ES_ARGUMENT);
	assert_int_equal(oracle_shell(state, "rm tree/.hidden && test ! -e tree/etc"), 0);
	assert_int_equal(es_archive_unpack(es_buf_span(&packed), fd, &m, &report), ES_OK);
}

static void a_full_disk_is_reported(void **state)
{
	TAR_IMAGE t = { 0 };
	ES_BUF data = { NULL, 0 };

	assert_int_equal(es_buf_new(SMALL_DISK_BYTES + 4096, &data), ES_OK);
	begin(&t);
	tar_add(&t, &(struct tar_member){ .name = "tree/etc/f", .type = '0', .data = es_buf_span(&data) });
	tar_end(&t);
	refused(state, &t, ES_NO_SPACE, "tree/etc/f");
}

static void members_are_counted(void **state)
{
	ES_FD fd = fresh_tree(state);
	struct es_manifest m;
	struct es_unpack_report report;
	TAR_IMAGE folder = { 0 };
	TAR_IMAGE t = { 0 };

	tar_folder(&folder, "tree/"); /* may come several times: it exists already */
	tar_manifest(&t, "[\"/etc\"]");
	for (int i = 0; i < ES_ENTRIES_MAX; i++)
		tar_raw(&t, folder.tar.data, folder.len);
	tar_folder(&t, "tree/etc/");
	tar_end(&t);
	ES_BUF packed = tar_packed(&t);
	assert_int_equal(es_archive_unpack(es_buf_span(&packed), fd, &m, &report), ES_TOO_LARGE);
	assert_string_equal(report.refused, "tree/etc/");
	assert_int_equal(report.entries, ES_ENTRIES_MAX);
}

static void folders_that_lead_to_a_covered_path_are_made_or_used(void **state)
{
	TAR_IMAGE without = { 0 };
	TAR_IMAGE with = { 0 };

	tar_manifest(&without, "[\"/opt/a/conf\", \"/opt/b/conf\"]");
	tar_folder(&without, "tree/opt/a/conf/");
	tar_folder(&without, "tree/opt/b/conf/");
	tar_file(&without, "tree/opt/b/conf/x", "");
	tar_end(&without);
	unpacked(state, &without);
	assert_int_equal(oracle_shell(state, "test \"$(stat -c %%a:%%u tree/opt tree/opt/a)\" = '755:0\n755:0'"), 0);
	tar_manifest(&with, "[\"/opt/a/conf\"]");
	tar_folder(&with, "tree/");
	tar_add(&with, &(struct tar_member){ .name = "tree/opt/", .type = '5', .mode = 0711 });
	tar_folder(&with, "tree/opt/a/");
	tar_folder(&with, "tree/opt/a/conf/");
	tar_end(&with);
	unpacked(state, &with);
	assert_int_equal(oracle_shell(state, "test \"$(stat -c %%a tree/opt)\" = 711"), 0);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, small_disk_make, small_disk_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(a_sound_archive_is_unpacked),
		ON_DISK(a_sparse_file_counts_with_its_full_size),
		ON_DISK(large_owners_are_kept),
		ON_DISK(a_name_with_a_nul_ends_there),
		ON_DISK(the_name_in_a_message_is_printable),
		ON_DISK(parts_and_paths_have_a_maximal_length),
		ON_DISK(a_tree_that_is_not_empty_is_left_alone),
		ON_DISK(a_full_disk_is_reported),
		ON_DISK(members_are_counted),
		ON_DISK(folders_that_lead_to_a_covered_path_are_made_or_used),
	};

	return cmocka_run_group_tests_name("archive_unpack", tests, NULL, NULL);
}
