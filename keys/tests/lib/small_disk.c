/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <cmocka.h>

int small_disk_make(void **state)
{
	char options[64];

	if (oracle_folder_make(state) != 0)
		return -1;
	snprintf(options, sizeof options, "size=%d,mode=0700", SMALL_DISK_BYTES);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("etcseal-test", *state, "tmpfs", MS_NODEV, options);
}

int small_disk_remove(void **state)
{
	if (umount2(*state, MNT_DETACH) < 0)
		return -1;
	return oracle_folder_remove(state);
}

int small_disk_open(void **state)
{
	int fd = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

void small_disk_fill(void **state, const char *name, size_t left)
{
	static const char block[4096];
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	for (;;) {
		struct statvfs vfs;

		assert_int_equal(fstatvfs(fd, &vfs), 0);
		if (vfs.f_bavail * vfs.f_frsize <= left)
			break;
		assert_int_equal(write(fd, block, sizeof block), sizeof block);
	}
	close(fd);
}

void small_disk_writable(void **state, int writable)
{
	assert_int_equal(mount(NULL, *state, NULL, MS_REMOUNT | MS_NODEV | (writable ? 0 : MS_RDONLY), NULL), 0);
}
