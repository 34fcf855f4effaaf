/* SPDX-License-Identifier: Apache-2.0 */
/* Real overlays in a mount namespace of the test's own. The shell is the second reader of what they show. */
#include "initrd/overlay.h"

#include "initrd/fd.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

/* root/ is the host's file system, ram/tree the opened configuration. */
static int setup(void **state)
{
	if (mounts_folder_make(state) != 0)
		return -1;
	return oracle_shell(state, "mkdir -p root/etc/sub ram/tree ram/work outside &&"
				   "echo image >root/etc/hostname && echo deep >root/etc/sub/deep");
}

static enum es_reason cover(void **state, const char *path, struct es_mount_notes *notes)
{
	ES_FD root = open_in(state, "root");
	ES_FD tree = open_in(state, "ram/tree");
	ES_FD work = open_in(state, "ram/work");
	const struct es_overlay_request request = { .root = root, .tree = tree, .work = work, .path = path };
	struct es_overlay overlay = ES_OVERLAY_NONE;
	enum es_reason r = es_overlay_make(&request, &overlay, notes);

	if (r == ES_OK)
		r = es_overlay_attach(&overlay);
	es_overlay_close(&overlay);
	return r;
}

static void assert_covers(void **state, const char *path)
{
	struct es_mount_notes notes;
	enum es_reason r = cover(state, path, &notes);

	if (r != ES_OK)
		fail_msg("%s: %s", path, notes.why);
}

/* And leaves no mount. */
static void assert_refuses(void **state, const char *path, const char *why)
{
	struct es_mount_notes notes;

	assert_int_not_equal(cover(state, path, &notes), ES_OK);
	if (strstr(notes.why, why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", notes.why, why);
	shell_ok("! grep -q \"^etcseal $PWD\" /proc/self/mounts");
}

static void changes_go_to_the_tree_and_the_image_stays(void **state)
{
	assert_covers(state, "/etc");
	shell_ok("test \"$(cat root/etc/hostname)\" = image && echo new >root/etc/hostname && rm root/etc/sub/deep");
	shell_ok("test \"$(cat ram/tree/etc/hostname)\" = new");
	shell_ok("test \"$(stat -c %%t,%%T,%%F ram/tree/etc/sub/deep)\" = '0,0,character special file'");
	shell_ok("umount root/etc && test \"$(cat root/etc/hostname)\" = image && test -e root/etc/sub/deep");
}

static void the_tree_is_shown_over_the_image(void **state)
{
	shell_ok(
	    "mkdir -p ram/tree/etc/sub && echo sealed >ram/tree/etc/hostname && mknod ram/tree/etc/sub/deep c 0 0");
	assert_covers(state, "/etc");
	shell_ok("test \"$(cat root/etc/hostname)\" = sealed && ! test -e root/etc/sub/deep");
}

static char *in_folder(void **state, const char *name, char ret_path[static 256])
{
	snprintf(ret_path, 256, "%s/%s", (const char *)*state, name);
	return ret_path;
}

static void an_opaque_folder_hides_the_images(void **state)
{
	char path[256];

	shell_ok("mkdir -p ram/tree/etc/sub && echo mine >ram/tree/etc/sub/mine");
	assert_int_equal(setxattr(in_folder(state, "ram/tree/etc/sub", path), "trusted.overlay.opaque", "y", 1, 0), 0);
	assert_covers(state, "/etc");
	shell_ok("test \"$(ls root/etc/sub)\" = mine");
}

/* Only then is the tree whole without the image that it was changed over. */
static void no_file_in_the_tree_depends_on_the_image(void **state)
{
	char path[256], value[256];

	shell_ok("head -c 100000 /dev/zero >root/etc/big");
	assert_covers(state, "/etc");
	shell_ok("chmod 600 root/etc/big && test $(stat -c %%s ram/tree/etc/big) = 100000 && "
		 "test $(stat -c %%b ram/tree/etc/big) -gt 0");
	assert_int_equal(lgetxattr(in_folder(state, "ram/tree/etc/big", path), "trusted.overlay.metacopy", value, 256),
			 -1);
	shell_ok("mv root/etc/sub root/etc/moved && test -s ram/tree/etc/moved/deep");
	assert_int_equal(
	    lgetxattr(in_folder(state, "ram/tree/etc/moved", path), "trusted.overlay.redirect", value, 256), -1);
}

static void the_tree_gets_mode_and_owner_of_what_it_hides(void **state)
{
	shell_ok("mkdir -p root/srv/app/conf && chown 12:34 root/srv/app/conf && chmod 2750 root/srv/app/conf");
	assert_covers(state, "/srv/app/conf");
	shell_ok("test \"$(stat -c %%a,%%u,%%g root/srv/app/conf)\" = 2750,12,34");
	shell_ok("test \"$(stat -c %%a,%%u,%%g ram/tree/srv/app/conf)\" = 2750,12,34");
}

static void what_the_tree_has_keeps_its_mode(void **state)
{
	shell_ok("mkdir ram/tree/etc && chmod 711 ram/tree/etc && chown 5:6 ram/tree/etc");
	assert_covers(state, "/etc");
	shell_ok("test \"$(stat -c %%a,%%u,%%g root/etc)\" = 711,5,6");
}

static void names_with_every_special_character(void **state)
{
	shell_ok("mkdir -p 'root/a,b:c\\d e\"f' && echo x >'root/a,b:c\\d e\"f/g'");
	assert_covers(state, "/a,b:c\\d e\"f");
	shell_ok(
	    "test -e 'root/a,b:c\\d e\"f/g' && echo y >'root/a,b:c\\d e\"f/h' && test -s 'ram/tree/a,b:c\\d e\"f/h'");
}

static void scripts_of_the_tree_run(void **state)
{
	assert_covers(state, "/etc");
	shell_ok("printf '#!/bin/sh\\nexit 0\\n' >root/etc/script && chmod 755 root/etc/script && root/etc/script");
}

static void a_read_only_root_is_covered_writable_and_keeps_its_other_flags(void **state)
{
	shell_ok("mount --bind root root && mount -o remount,bind,ro,nosuid,nodev,noexec root");
	assert_covers(state, "/etc");
	shell_ok("echo new >root/etc/hostname && ! touch root/x");
	shell_ok("findmnt -n -o OPTIONS root/etc | grep -q 'rw,nosuid,nodev,noexec'");
}

static void an_absolute_link_stays_inside_the_root(void **state)
{
	shell_ok("echo mine >outside/file && ln -s \"$PWD/outside\" root/link");
	assert_refuses(state, "/link", "no such folder");
	shell_ok("mkdir -p \"root/$PWD/outside\"");
	assert_covers(state, "/link");
	shell_ok("touch \"root/$PWD/outside/new\" && test \"$(ls outside)\" = file && test -e ram/tree/link/new");
}

static void a_link_upwards_stays_inside_the_root(void **state)
{
	shell_ok("ln -s ../../../../../../outside root/etc/up");
	assert_refuses(state, "/etc/up", "no such folder");
	shell_ok("mkdir root/outside");
	assert_covers(state, "/etc/up");
	shell_ok("touch root/outside/new && test -z \"$(ls outside)\"");
}

static void a_magic_link_is_refused(void **state)
{
	shell_ok("mkdir root/proc && mount -t proc proc root/proc && ln -s /proc/self/root root/magic");
	assert_refuses(state, "/magic", "no such folder");
}

static void a_file_is_refused(void **state)
{
	assert_refuses(state, "/etc/hostname", "only a folder or a regular file can be covered");
}

static void a_missing_folder_is_refused(void **state)
{
	assert_refuses(state, "/nothing", "no such folder on the root file system");
}

static void a_link_in_the_tree_is_refused(void **state)
{
	shell_ok("ln -s ../../outside ram/tree/etc");
	assert_refuses(state, "/etc", "the tree in RAM");
	assert_refuses(state, "/etc/sub", "the tree in RAM");
	shell_ok("test -z \"$(ls outside)\"");
}

static void a_file_in_place_of_the_trees_folder_is_refused(void **state)
{
	shell_ok("touch ram/tree/etc");
	assert_refuses(state, "/etc", "the tree in RAM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, mounts_folder_remove)
		TEST(changes_go_to_the_tree_and_the_image_stays),
		TEST(the_tree_is_shown_over_the_image),
		TEST(an_opaque_folder_hides_the_images),
		TEST(no_file_in_the_tree_depends_on_the_image),
		TEST(the_tree_gets_mode_and_owner_of_what_it_hides),
		TEST(what_the_tree_has_keeps_its_mode),
		TEST(names_with_every_special_character),
		TEST(scripts_of_the_tree_run),
		TEST(a_read_only_root_is_covered_writable_and_keeps_its_other_flags),
		TEST(an_absolute_link_stays_inside_the_root),
		TEST(a_link_upwards_stays_inside_the_root),
		TEST(a_magic_link_is_refused),
		TEST(a_file_is_refused),
		TEST(a_missing_folder_is_refused),
		TEST(a_link_in_the_tree_is_refused),
		TEST(a_file_in_place_of_the_trees_folder_is_refused),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
