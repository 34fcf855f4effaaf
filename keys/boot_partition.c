/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/boot_partition.h"

#include "keys/store/file.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Where the Discoverable Partitions Specification, Debian and older hosts mount it. */
static const char *const places[] = { "/efi", "/boot/efi", "/boot" };

const char *es_boot_partition_place(unsigned number)
{
	return number < sizeof places / sizeof *places ? places[number] : NULL;
}

static bool is_mount_point(const char *dir, struct stat *ret)
{
	char above[ES_PATH_TEXT];
	struct stat parent;

	snprintf(above, sizeof above, "%s/..", dir);
	/* Going through it first: where systemd mounts it on demand, that is the demand, and until then it shows another
	 * file system's number. */
	return stat(above, &parent) == 0 && stat(dir, ret) == 0 && S_ISDIR(ret->st_mode) &&
	       parent.st_dev != ret->st_dev;
}

/* False only if udev knows that partition, and it is another one. */
static bool may_be_partition(const struct stat *dir, const char *device_uuid)
{
	char link[64 + ES_UUID_TEXT];
	struct stat device;

	if (device_uuid[0] == '\0')
		return true;
	snprintf(link, sizeof link, "/dev/disk/by-partuuid/%.36s", device_uuid);
	return stat(link, &device) < 0 || device.st_rdev == dir->st_dev;
}

enum es_reason es_boot_partition_find(const char *asked, const char *device_uuid, char ret_dir[static ES_PATH_TEXT])
{
	struct statfs fs;
	struct stat st;

	if (asked != NULL) {
		if (strlen(asked) >= ES_PATH_TEXT)
			return ES_ARGUMENT;
		if (stat(asked, &st) < 0)
			return es_reason_from_errno(errno);
		if (!S_ISDIR(st.st_mode))
			return ES_ARGUMENT;
		strcpy(ret_dir, asked);
		return ES_OK;
	}
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (!is_mount_point(places[i], &st) || statfs(places[i], &fs) < 0 || fs.f_type != MSDOS_SUPER_MAGIC)
			continue;
		if (!may_be_partition(&st, device_uuid))
			continue;
		strcpy(ret_dir, places[i]);
		return ES_OK;
	}
	return ES_NO_BOOT_PARTITION;
}
