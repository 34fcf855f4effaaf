/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/tests/apply_scene.h"

static void assert_overlays(void **state, unsigned count)
{
	shell_ok("test $(grep -c \"^etcseal $PWD/root\" /proc/self/mounts) = %u", count);
}

static void the_opened_tree_lies_over_every_path(void **state)
{
	const char *const paths[] = { "/etc", "/srv" };

	unlocked(state, ES_BOOT_UNLOCKED, 2, paths);
	shell_ok("mkdir run/ram/tree/etc run/ram/tree/srv && echo sealed >run/ram/tree/etc/hostname && "
		 "echo too >run/ram/tree/srv/file");
	assert_int_equal(apply(state), ES_EXIT_DONE);
	assert_overlays(state, 2);
	shell_ok("test \"$(cat root/etc/hostname)\" = sealed && test \"$(cat root/srv/file)\" = too");
}

static void an_unconfigured_host_gets_an_empty_tree(void **state)
{
	const char *const paths[] = { "/etc" };

	unlocked(state, ES_BOOT_UNCONFIGURED, 1, paths);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("test \"$(cat root/etc/hostname)\" = image && echo new >root/etc/hostname && "
		 "test \"$(cat run/ram/tree/etc/hostname)\" = new");
}

static void a_locked_host_gets_nothing(void **state)
{
	const char *const paths[] = { "/etc" };

	unlocked(state, ES_BOOT_LOCKED, 1, paths);
	assert_int_equal(apply(state), ES_EXIT_LOCKED);
	assert_overlays(state, 0);
}

static void without_unlock_there_is_nothing_to_apply(void **state)
{
	assert_int_equal(apply(state), ES_EXIT_FAILED);
	shell_ok("mkdir run && echo '{' >run/boot.json");
	assert_int_equal(apply(state), ES_EXIT_FAILED);
	assert_overlays(state, 0);
}

static void one_path_that_fails_leaves_none_covered(void **state)
{
	const char *const paths[] = { "/etc", "/file/x", "/srv" };

	shell_ok("echo x >root/file");
	unlocked(state, ES_BOOT_UNLOCKED, 3, paths);
	assert_int_equal(apply(state), ES_EXIT_FAILED);
	assert_overlays(state, 0);
	shell_ok("test \"$(cat root/etc/hostname)\" = image");
}

/* A package was purged, or an image has no such folder any more: the host starts, with what was saved. */
static void a_missing_folder_is_made_again_and_shows_what_was_saved(void **state)
{
	const char *const paths[] = { "/etc", "/var/lib/app/private", "/new/one" };

	unlocked(state, ES_BOOT_UNLOCKED, 3, paths);
	shell_ok("mkdir -p run/ram/tree/var/lib/app/private && chmod 700 run/ram/tree/var/lib/app/private && "
		 "echo saved >run/ram/tree/var/lib/app/private/key");
	assert_int_equal(apply(state), ES_EXIT_DONE);
	assert_overlays(state, 3);
	shell_ok("test \"$(cat root/var/lib/app/private/key)\" = saved && "
		 "test \"$(stat -c %%a root/var/lib/app/private)\" = 700 && umount root/var/lib/app/private && "
		 "test -z \"$(ls root/var/lib/app/private)\"");
}

static void a_missing_file_is_made_again(void **state)
{
	const char *const paths[] = { "/etc", "/srv/id" };

	unlocked(state, ES_BOOT_UNLOCKED, 2, paths);
	shell_ok("mkdir -p run/ram/tree/srv && echo saved >run/ram/tree/srv/id && chmod 640 run/ram/tree/srv/id");
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("test \"$(cat root/srv/id)\" = saved && test \"$(stat -c %%a root/srv/id)\" = 640 && "
		 "umount root/srv/id && test ! -s root/srv/id");
}

static void a_root_that_was_read_only_is_so_again(void **state)
{
	const char *const paths[] = { "/etc", "/var/lib/app" };

	shell_ok(
	    "mkdir r && mount -t tmpfs none r && mkdir r/etc && mount -o remount,ro r && rm -r root && ln -s r root");
	unlocked(state, ES_BOOT_UNLOCKED, 2, paths);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("echo x >root/var/lib/app/x && ! touch r/x 2>/dev/null && test -d r/var/lib");
}

static void attack_with_a_link_in_a_missing_paths_place_fails(void **state)
{
	assert_false(attack_link_in_a_missing_place(state));
	assert_overlays(state, 0);
}

static void without_a_configuration_nothing_is_made(void **state)
{
	const char *const paths[] = { "/etc", "/nowhere" };

	unlocked(state, ES_BOOT_UNCONFIGURED, 2, paths);
	assert_int_equal(apply(state), ES_EXIT_FAILED);
	shell_ok("test ! -e root/nowhere");
}

static void paths_that_are_covered_for_the_first_time_are_noted(void **state)
{
	const char *const paths[] = { "/etc", "/srv" };

	unlocked(state, ES_BOOT_UNLOCKED, 2, paths);
	shell_ok("mkdir run/ram/tree/etc");
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("test \"$(cat run/first-covered)\" = /srv && umount root/etc root/srv");
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("test ! -e run/first-covered");
}

static void what_is_mounted_beneath_the_root_is_noted(void **state)
{
	const char *const paths[] = { "/etc" };

	shell_ok("mkdir root/usr && mount -t tmpfs none root/usr");
	unlocked(state, ES_BOOT_UNLOCKED, 1, paths);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("test \"$(cat run/mounts)\" = \"$(stat -c '%%Hd:%%Ld' root/usr) / /usr\"");
}

static void a_path_beneath_another_is_covered_by_that(void **state)
{
	const char *const paths[] = { "/etc/net", "/etc", "/etc", "/srv" };

	unlocked(state, ES_BOOT_UNLOCKED, 4, paths);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	assert_overlays(state, 2);
	shell_ok("echo x >root/etc/net/file && test -s run/ram/tree/etc/net/file");
}

static void a_file_is_covered_by_its_copy(void **state)
{
	const char *const paths[] = { "/etc", "/srv/app/id" };

	shell_ok("mkdir root/srv/app && echo image >root/srv/app/id && echo x >root/srv/app/other");
	unlocked(state, ES_BOOT_UNLOCKED, 2, paths);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("echo mine >root/srv/app/id && test \"$(cat run/ram/tree/srv/app/id)\" = mine && "
		 "test ! -e run/ram/tree/srv/app/other && umount root/srv/app/id && "
		 "test \"$(cat root/srv/app/id)\" = image");
}

static void a_name_that_only_begins_alike_is_covered_by_itself(void **state)
{
	const char *const paths[] = { "/etc", "/etc2" };

	shell_ok("mkdir root/etc2");
	unlocked(state, ES_BOOT_UNLOCKED, 2, paths);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	assert_overlays(state, 2);
}

static void a_root_that_is_missing_is_an_error(void **state)
{
	const char *const paths[] = { "/etc" };

	unlocked(state, ES_BOOT_UNLOCKED, 1, paths);
	shell_ok("mv root elsewhere");
	assert_int_equal(apply(state), ES_EXIT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, mounts_folder_remove)
		TEST(the_opened_tree_lies_over_every_path),
		TEST(an_unconfigured_host_gets_an_empty_tree),
		TEST(a_locked_host_gets_nothing),
		TEST(without_unlock_there_is_nothing_to_apply),
		TEST(one_path_that_fails_leaves_none_covered),
		TEST(a_missing_folder_is_made_again_and_shows_what_was_saved),
		TEST(a_missing_file_is_made_again),
		TEST(a_root_that_was_read_only_is_so_again),
		TEST(attack_with_a_link_in_a_missing_paths_place_fails),
		TEST(without_a_configuration_nothing_is_made),
		TEST(paths_that_are_covered_for_the_first_time_are_noted),
		TEST(what_is_mounted_beneath_the_root_is_noted),
		TEST(a_path_beneath_another_is_covered_by_that),
		TEST(a_file_is_covered_by_its_copy),
		TEST(a_name_that_only_begins_alike_is_covered_by_itself),
		TEST(a_root_that_is_missing_is_an_error),
	};

	return cmocka_run_group_tests_name("apply", tests, mounts_own, NULL);
}
