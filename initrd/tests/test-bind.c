/* SPDX-License-Identifier: Apache-2.0 */
/* Real mounts in a namespace of the test's own. */
#include "initrd/bind.h"

#include "initrd/fd.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static int open_in(void **state, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static int setup(void **state)
{
	if (mounts_folder_make(state) != 0)
		return -1;
	return oracle_shell(state, "mkdir -p root/srv/app ram/tree outside && echo image >root/srv/app/id && "
				   "chmod 0640 root/srv/app/id && chown 5:6 root/srv/app/id && "
				   "touch -d @1000.5 root/srv/app/id");
}

static enum es_reason cover(void **state, const char *path, struct es_mount_notes *notes)
{
	ES_FD root = open_in(state, "root");
	ES_FD tree = open_in(state, "ram/tree");
	const struct es_overlay_request request = { .root = root, .tree = tree, .path = path };
	struct es_overlay overlay = ES_OVERLAY_NONE;
	enum es_reason r = es_bind_make(&request, &overlay, notes);

	if (r == ES_OK)
		r = es_overlay_attach(&overlay);
	es_overlay_close(&overlay);
	return r;
}

static void the_first_copy_is_the_images_with_all_it_has(void **state)
{
	struct es_mount_notes notes;
	char path[256], value[4];

	snprintf(path, sizeof path, "%s/root/srv/app/id", (const char *)*state);
	assert_int_equal(setxattr(path, "trusted.note", "x", 1, 0), 0);
	assert_int_equal(cover(state, "/srv/app/id", &notes), ES_OK);
	shell_ok("test \"$(stat -c %%a,%%u:%%g,%%.9Y root/srv/app/id)\" = 640,5:6,1000.500000000 && "
		 "test \"$(cat root/srv/app/id)\" = image && echo mine >>root/srv/app/id && "
		 "test \"$(cat ram/tree/srv/app/id)\" = \"$(printf 'image\\nmine')\"");
	assert_int_equal(getxattr(path, "trusted.note", value, sizeof value), 1);
	shell_ok("umount root/srv/app/id && test \"$(cat root/srv/app/id)\" = image");
}

static void what_was_saved_is_shown(void **state)
{
	struct es_mount_notes notes;

	shell_ok("mkdir -p ram/tree/srv/app && echo sealed >ram/tree/srv/app/id");
	assert_int_equal(cover(state, "/srv/app/id", &notes), ES_OK);
	shell_ok("test \"$(cat root/srv/app/id)\" = sealed");
}

static void what_is_no_file_on_either_side_is_refused(void **state)
{
	struct es_mount_notes notes;

	assert_int_not_equal(cover(state, "/srv/none", &notes), ES_OK);
	assert_non_null(strstr(notes.why, "no such file"));
	shell_ok("mkdir -p ram/tree/srv/app/id");
	assert_int_equal(cover(state, "/srv/app/id", &notes), ES_COVERED_KIND);
	shell_ok("rmdir ram/tree/srv/app/id && ln -s ../../../../outside/id ram/tree/srv/app/id");
	assert_int_equal(cover(state, "/srv/app/id", &notes), ES_COVERED_KIND);
	shell_ok("rm -r ram/tree/srv && ln -s ../../outside ram/tree/srv");
	assert_int_equal(cover(state, "/srv/app/id", &notes), ES_COVERED_KIND);
	shell_ok("test -z \"$(ls outside)\"");
}

static void links_in_the_image_stay_in_the_image(void **state)
{
	ES_FD root = open_in(state, "root");
	struct es_mount_notes notes;

	shell_ok("ln -s /srv/app/id root/link && ln -s /etc/passwd root/away && mkdir root/etc");
	assert_true(es_bind_applies(root, "/link"));
	assert_false(es_bind_applies(root, "/away"));
	assert_false(es_bind_applies(root, "/srv"));
	assert_int_equal(cover(state, "/link", &notes), ES_OK);
	shell_ok("echo mine >root/srv/app/id && test \"$(cat ram/tree/link)\" = mine");
}

static void too_large_a_file_is_refused_and_leaves_nothing(void **state)
{
	struct es_mount_notes notes;

	shell_ok("truncate -s 65M root/srv/app/id");
	assert_int_equal(cover(state, "/srv/app/id", &notes), ES_TOO_LARGE);
	shell_ok("test ! -e ram/tree/srv/app/id");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, mounts_folder_remove)
		TEST(the_first_copy_is_the_images_with_all_it_has),   TEST(what_was_saved_is_shown),
		TEST(what_is_no_file_on_either_side_is_refused),      TEST(links_in_the_image_stay_in_the_image),
		TEST(too_large_a_file_is_refused_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
