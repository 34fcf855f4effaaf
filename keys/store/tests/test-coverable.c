/* SPDX-License-Identifier: Apache-2.0 */
/* With real mounts, in a mount namespace of its own. */
#include "keys/store/coverable.h"

#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static int setup(void **state)
{
	return mounts_folder_make(state) != 0 ? -1 : oracle_shell(state, "mkdir -p root/etc root/var/backups root/usr");
}

/* What the boot helper would write now. */
static void early_list(void **state, struct es_buf *ret)
{
	ES_BUF mounts = { NULL, 0 };
	char root[256];

	snprintf(root, sizeof root, "%s/root", (const char *)*state);
	assert_int_equal(es_mounts_read(&mounts), ES_OK);
	assert_int_equal(es_mounts_beneath(es_buf_span(&mounts), root, ret), ES_OK);
}

static enum es_coverable judge(void **state, const char *path, struct es_span early, struct es_coverable_found *ret)
{
	ES_BUF mounts = { NULL, 0 };
	struct es_coverable_request request = { .path = path, .early = early };
	enum es_coverable found;
	char root[256];

	snprintf(root, sizeof root, "%s/root", (const char *)*state);
	request.root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(request.root >= 0);
	assert_int_equal(es_mounts_read(&mounts), ES_OK);
	request.mounts = es_buf_span(&mounts);
	found = es_coverable(&request, ret);
	close(request.root);
	return found;
}

static const struct es_span none = { NULL, 0 };

static void folders_and_files_of_the_root_can_be_covered(void **state)
{
	struct es_coverable_found found;

	shell_ok("echo x >root/etc/file && mkfifo root/etc/pipe");
	assert_int_equal(judge(state, "/etc", none, &found), ES_COVERABLE_YES);
	assert_int_equal(judge(state, "/etc/file", none, &found), ES_COVERABLE_YES);
	assert_int_equal(judge(state, "/etc/pipe", none, &found), ES_COVERABLE_KIND);
	assert_int_equal(judge(state, "/nowhere", none, &found), ES_COVERABLE_MISSING);
	assert_int_equal(judge(state, "/etc/file/x", none, &found), ES_COVERABLE_MISSING);
}

static void a_path_through_a_symlink_is_named_without_it(void **state)
{
	struct es_coverable_found found;

	shell_ok("mkdir -p root/srv/data/x && ln -s /srv/data root/var/data && ln -s nowhere root/var/gone");
	assert_int_equal(judge(state, "/var/data/x", none, &found), ES_COVERABLE_LINK);
	assert_string_equal(found.real, "/srv/data/x");
	assert_int_equal(judge(state, "/var/data", none, &found), ES_COVERABLE_LINK);
	assert_string_equal(found.real, "/srv/data");
	assert_int_equal(judge(state, "/var/gone", none, &found), ES_COVERABLE_MISSING);
}

/* The trap: the boot helper would cover what is below the mount, or refuse to start the host. */
static void what_is_mounted_after_the_boot_helper_is_late(void **state)
{
	struct es_coverable_found found;
	ES_BUF early = { NULL, 0 };

	early_list(state, &early);
	shell_ok("mount -t tmpfs none root/var && mkdir root/var/backups");
	assert_int_equal(judge(state, "/var/backups", es_buf_span(&early), &found), ES_COVERABLE_LATE);
	assert_string_equal(found.on.type, "tmpfs");
	assert_non_null(strstr(found.on.point, "/root/var"));
	assert_int_equal(judge(state, "/etc", es_buf_span(&early), &found), ES_COVERABLE_YES);
}

/* The administrator has written the line, and not mounted it yet. */
static void what_fstab_mounts_at_the_next_start_is_late(void **state)
{
	struct es_coverable_request request = { .path = "/var/backups" };
	struct es_coverable_found found;
	ES_BUF mounts = { NULL, 0 };
	char root[256];

	snprintf(root, sizeof root, "%s/root", (const char *)*state);
	request.root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(es_mounts_read(&mounts), ES_OK);
	request.mounts = es_buf_span(&mounts);
	assert_int_equal(es_coverable(&request, &found), ES_COVERABLE_YES);
	request.fstab = es_text_span("/dev/vda9 /var ext4 defaults 0 2\n");
	assert_int_equal(es_coverable(&request, &found), ES_COVERABLE_LATE);
	assert_string_equal(found.on.point, "/var");
	close(request.root);
}

static void what_the_initramfs_mounts_can_be_covered(void **state)
{
	struct es_coverable_found found;
	ES_BUF early = { NULL, 0 };

	shell_ok("mount -t tmpfs none root/usr && mkdir root/usr/etc");
	early_list(state, &early);
	assert_int_equal(judge(state, "/usr/etc", es_buf_span(&early), &found), ES_COVERABLE_SEPARATE);
	/* Without the helper's list nothing but the root is known to be there. */
	assert_int_equal(judge(state, "/usr/etc", none, &found), ES_COVERABLE_LATE);
	shell_ok("mount -t tmpfs none root/usr && mkdir root/usr/etc");
	assert_int_equal(judge(state, "/usr/etc", es_buf_span(&early), &found), ES_COVERABLE_LATE);
}

/* Of the same file system, but another mount. */
static void a_bind_mount_is_late_too(void **state)
{
	struct es_coverable_found found;

	shell_ok("mkdir -p root/data/backups && mount --bind root/data/backups root/var/backups");
	assert_int_equal(judge(state, "/var/backups", none, &found), ES_COVERABLE_LATE);
	assert_int_equal(judge(state, "/data/backups", none, &found), ES_COVERABLE_YES);
}

static void the_size_is_of_this_file_system_and_stops_at_the_cap(void **state)
{
	char root[256];
	int fd;

	shell_ok("head -c 1000 /dev/zero >root/var/backups/a && mkdir root/var/backups/b root/var/backups/c && "
		 "head -c 500 /dev/zero >root/var/backups/b/x && mount -t tmpfs none root/var/backups/c && "
		 "head -c 9000 /dev/zero >root/var/backups/c/x && ln -s a root/var/backups/link");
	snprintf(root, sizeof root, "%s/root", (const char *)*state);
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(es_coverable_size(fd, "/var/backups", 1 << 20), 1500);
	assert_true(es_coverable_size(fd, "/var/backups", 600) > 600);
	assert_int_equal(es_coverable_size(fd, "/var/backups/a", 1 << 20), 1000);
	assert_int_equal(es_coverable_size(fd, "/nowhere", 1 << 20), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, mounts_folder_remove)
		TEST(folders_and_files_of_the_root_can_be_covered),
		TEST(a_path_through_a_symlink_is_named_without_it),
		TEST(what_is_mounted_after_the_boot_helper_is_late),
		TEST(what_fstab_mounts_at_the_next_start_is_late),
		TEST(what_the_initramfs_mounts_can_be_covered),
		TEST(a_bind_mount_is_late_too),
		TEST(the_size_is_of_this_file_system_and_stops_at_the_cap),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
