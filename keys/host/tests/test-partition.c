/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot partitions on arrays and mappings, in a tree that is laid out like sysfs and /dev. The test mounts file systems
 * for it and makes statfs report FAT (--wrap=statfs), since not every kernel that tests run on has FAT.
 * tests-ovmf/scenarios/boot-array.sh does the same with real arrays and mappings.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/host/block.h"
#include "keys/host/partition.h"
#include "keys/tests/lib/oracle.h"

#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define UUID "0f5c2a9e-91d3-4d0c-8a37-5be2c4d6e801"

int __real_statfs(const char *path, struct statfs *ret);
int __wrap_statfs(const char *path, struct statfs *ret);

int __wrap_statfs(const char *path, struct statfs *ret)
{
	int r = __real_statfs(path, ret);

	if (r == 0 && ret->f_type == TMPFS_MAGIC)
		ret->f_type = MSDOS_SUPER_MAGIC;
	return r;
}

/* The commands of every line: device FOLDER NUMBER, is_part FOLDER N, below FOLDER OF. */
#define SHELL                                                                                                          \
	"set -e; d=$PWD/sys/devices; "                                                                                 \
	"device() { mkdir -p $d/$1/slaves sys/dev/block; echo $2 >$d/$1/dev; ln -sfn $d/$1 sys/dev/block/$2; }; "      \
	"is_part() { echo $2 >$d/$1/partition; }; "                                                                    \
	"below() { ln -sfn $d/$2 $d/$1/slaves/${2##*/}; }; "                                                           \
	"dm() { mkdir -p $d/$1/dm; echo $2 >$d/$1/dm/name; echo $3 >$d/$1/dm/uuid; }; "

static void make(void **state, const char *line)
{
	assert_int_equal(oracle_shell(state, SHELL "%s", line), 0);
}

/* Two disks with two partitions each; the image came from the first partition of the first disk. */
static int start(void **state)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    oracle_folder_make(state) < 0)
		return -1;
	make(state, "mkdir -p efi boot/efi dev/disk/by-partuuid; device a/sda 8:0; device a/sda/sda1 8:1; is_part "
		    "a/sda/sda1 1; "
		    "device a/sda/sda2 8:2; is_part a/sda/sda2 2; device b/sdb 8:16; device b/sdb/sdb1 8:17; "
		    "is_part b/sdb/sdb1 1; device b/sdb/sdb2 8:18; is_part b/sdb/sdb2 2; mknod dev/sda1 b 8 1; "
		    "ln -s ../../sda1 dev/disk/by-partuuid/" UUID);
	return 0;
}

static int end(void **state)
{
	char path[300];

	for (unsigned i = 0; es_boot_partition_place(i) != NULL; i++) {
		snprintf(path, sizeof path, "%s%s", (char *)*state, es_boot_partition_place(i));
		while (umount2(path, MNT_DETACH) == 0)
			;
	}
	return oracle_folder_remove(state);
}

/* Mounts a file system at `place`; `line` describes the device that it is on, whose number is $n. */
static void mount_at(void **state, const char *place, const char *line)
{
	char path[300], full[1500];
	struct stat st;

	snprintf(path, sizeof path, "%s%s", (char *)*state, place);
	assert_int_equal(mount("tmpfs", path, "tmpfs", 0, NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	snprintf(full, sizeof full, "n=%u:%u; %s", major(st.st_dev), minor(st.st_dev), line);
	make(state, full);
}

static enum es_reason find(void **state, const char *uuid, struct es_boot_partition *ret)
{
	const struct es_boot_partition_request request = { .device_uuid = uuid, .root = *state };

	return es_boot_partition_find(&request, ret);
}

static void F8_an_array_shows_what_its_members_hold(void **state)
{
	/* each describes the device that is mounted, with number $n */
	static const char *const lines[] = {
		/* md RAID1 of two partitions */
		"device md/md127 $n; below md/md127 b/sdb/sdb1; below md/md127 a/sda/sda1",
		/* a linear mapping, as LVM's and kpartx's are */
		"device dm/dm-0 $n; dm dm/dm-0 esp LVM-x; below dm/dm-0 a/sda/sda1",
		/* a crypt mapping on an array */
		"device md/md1 9:1; below md/md1 a/sda/sda1; device dm/dm-1 $n; dm dm/dm-1 c CRYPT-x; below dm/dm-1 "
		"md/md1",
		/* bcache */
		"device bc/bcache0 $n; below bc/bcache0 a/sda/sda1",
		/* multipath: the mapping of the disk, and one for its first partition */
		"device dm/dm-2 253:2; dm dm/dm-2 mpatha mpath-1; below dm/dm-2 a/sda; below dm/dm-2 b/sdb; "
		"device dm/dm-3 $n; dm dm/dm-3 mpatha-part1 part1-mpath-1; below dm/dm-3 dm/dm-2",
		/* an array of whole disks, as firmware RAID makes it, and its first partition */
		"device md/md126 9:126; below md/md126 a/sda; below md/md126 b/sdb; device md/md126/md126p1 $n; "
		"is_part md/md126/md126p1 1",
		/* an array of multipath's partitions */
		"device dm/dm-2 253:2; dm dm/dm-2 mpatha mpath-1; below dm/dm-2 a/sda; device dm/dm-3 253:3; "
		"dm dm/dm-3 p part1-mpath-1; below dm/dm-3 dm/dm-2; device md/md3 $n; below md/md3 dm/dm-3",
	};
	struct es_boot_partition found;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char path[300];

		mount_at(state, "/boot/efi", lines[i]);
		if (find(state, UUID, &found) != ES_OK)
			fail_msg("%s: %s", lines[i], found.detail);
		assert_non_null(strstr(found.dir, "/boot/efi"));
		assert_non_null(strstr(found.detail, "which shows what is on /dev/sda1"));
		snprintf(path, sizeof path, "%s/boot/efi", (char *)*state);
		assert_int_equal(umount(path), 0);
	}
}

static void F8_what_is_another_partition_is_named_beside_the_one_of_the_image(void **state)
{
	static const struct {
		const char *line, *name;
	} rows[] = {
		{ "device b/sdb/sdb1 $n; is_part b/sdb/sdb1 1", "/dev/sdb1" },
		{ "device md/md127 $n; below md/md127 b/sdb/sdb1; below md/md127 a/sda/sda2", "/dev/md127" },
		{ "device dm/dm-0 $n; dm dm/dm-0 other LVM-x; below dm/dm-0 a/sda/sda2", "/dev/mapper/other" },
		/* on the same disk, through multipath and in an array of disks, but a different partition */
		{ "device dm/dm-2 253:2; dm dm/dm-2 mpatha mpath-1; below dm/dm-2 a/sda; device dm/dm-3 $n; "
		  "dm dm/dm-3 mpatha-part2 part2-mpath-1; below dm/dm-3 dm/dm-2",
		  "/dev/mapper/mpatha-part2" },
		{ "device md/md126 9:126; below md/md126 a/sda; device md/md126/md126p2 $n; is_part md/md126/md126p2 2",
		  "/dev/md126p2" },
		{ "device md/md126 9:126; below md/md126 b/sdb; device md/md126/md126p1 $n; is_part md/md126/md126p1 1",
		  "/dev/md126p1" },
		/* an array that is made of the whole disk isn't the disk's partition */
		{ "device md/md5 $n; below md/md5 a/sda", "/dev/md5" },
		{ ":", "device 0:" }, /* sysfs doesn't know it */
	};
	struct es_boot_partition found;
	char path[300];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		mount_at(state, "/boot/efi", rows[i].line);
		assert_int_equal(find(state, UUID, &found), ES_OTHER_BOOT_PARTITION);
		assert_non_null(strstr(found.detail, "the image came from /dev/sda1 (PARTUUID " UUID ")"));
		assert_non_null(strstr(found.detail, rows[i].name));
		assert_non_null(strstr(found.detail, "/boot/efi shows "));
		assert_string_equal(found.dir, "");
		snprintf(path, sizeof path, "%s/boot/efi", (char *)*state);
		assert_int_equal(umount(path), 0);
		make(state, "find sys/dev/block -name '0:*' -delete; rm -rf sys/devices/md sys/devices/dm");
	}
}

static void a_loop_in_sysfs_ends(void **state)
{
	struct es_boot_partition found;

	mount_at(state, "/efi", "device md/md1 9:1; device md/md2 $n; below md/md2 md/md1; below md/md1 md/md2");
	assert_int_equal(find(state, UUID, &found), ES_OTHER_BOOT_PARTITION);
}

static void the_first_that_serves_is_taken(void **state)
{
	struct es_boot_partition found;

	mount_at(state, "/efi", "device b/sdb/sdb1 $n");
	mount_at(state, "/boot/efi", "device md/md127 $n; below md/md127 a/sda/sda1");
	assert_int_equal(find(state, UUID, &found), ES_OK);
	assert_non_null(strstr(found.dir, "/boot/efi"));
	/* If nobody knows where the image came from, the first one is taken. */
	assert_int_equal(find(state, "", &found), ES_OK);
	assert_non_null(strstr(found.dir, "/efi"));
	assert_null(strstr(found.dir, "/boot/efi"));
	assert_string_equal(found.detail, "");
	assert_int_equal(find(state, "11111111-91d3-4d0c-8a37-5be2c4d6e801", &found), ES_OK);
}

static void what_is_there_instead_is_said(void **state)
{
	struct es_boot_partition found;
	char path[300];

	make(state, "rmdir efi");
	assert_int_equal(find(state, UUID, &found), ES_NO_BOOT_PARTITION);
	assert_non_null(
	    strstr(found.detail, "/efi doesn't exist; /boot/efi isn't a mount point; /boot isn't a mount point"));
	/* Another kind of file system is mounted. */
	make(state, "mkdir efi");
	snprintf(path, sizeof path, "%s/efi", (char *)*state);
	assert_int_equal(mount("proc", path, "proc", 0, NULL), 0);
	assert_int_equal(find(state, UUID, &found), ES_NO_BOOT_PARTITION);
	assert_non_null(strstr(found.detail, "/efi isn't a FAT file system"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(F8_an_array_shows_what_its_members_hold, start, end),
		cmocka_unit_test_setup_teardown(F8_what_is_another_partition_is_named_beside_the_one_of_the_image,
						start, end),
		cmocka_unit_test_setup_teardown(a_loop_in_sysfs_ends, start, end),
		cmocka_unit_test_setup_teardown(the_first_that_serves_is_taken, start, end),
		cmocka_unit_test_setup_teardown(what_is_there_instead_is_said, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
