/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/device.h"

#include "initrd/fd.h"
#include "initrd/mount.h"
#include "initrd/wait.h"
#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* udev's links by UUID are upper case for FAT and lower case for everything else; users type either. */
static bool find_link(const char *folder, const char *value, char *ret_path, size_t cap)
{
	ES_DIR dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcasecmp(entry->d_name, value) != 0)
			continue;
		return (size_t)snprintf(ret_path, cap, "%s/%s", folder, entry->d_name) < cap;
	}
	return false;
}

/* false: there is no such device (yet). */
static bool find_device(const char *name, char *ret_path, size_t cap)
{
	struct stat st;

	if (strncmp(name, "UUID=", 5) == 0)
		return find_link("/dev/disk/by-uuid", name + 5, ret_path, cap);
	if (strncmp(name, "PARTUUID=", 9) == 0)
		return find_link("/dev/disk/by-partuuid", name + 9, ret_path, cap);
	return stat(name, &st) == 0 && S_ISBLK(st.st_mode) && (size_t)snprintf(ret_path, cap, "%s", name) < cap;
}

static bool name_is_known(const char *name)
{
	const char *value = strchr(name, '=');

	if (strncmp(name, "UUID=", 5) == 0 || strncmp(name, "PARTUUID=", 9) == 0)
		return value[1] != '\0' && strchr(value, '/') == NULL && value[1] != '.';
	return strncmp(name, "/dev/", 5) == 0 && strstr(name, "..") == NULL;
}

struct looking {
	const char *name;
	char *path;
	size_t cap;
};

static bool device_is_there(void *arg)
{
	const struct looking *l = arg;

	return find_device(l->name, l->path, l->cap);
}

/* ret_why has the error for each file system type: a missing vfat module must not look like a bad ext4. */
static enum es_reason mount_read_only(const char *device, int *ret_fd, char *ret_why, size_t cap)
{
	static const char *const types[] = { "vfat", "ext4" };
	const struct es_mount_option options[] = {
		{ .name = "source", .value = device },
		{ .name = "ro" },
	};
	enum es_reason r = ES_ARGUMENT;
	size_t len = 0;

	for (size_t i = 0; i < sizeof types / sizeof *types && len < cap; i++) {
		const struct es_mount_request request = {
			.type = types[i],
			.options = options,
			.option_count = sizeof options / sizeof *options,
			.attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
		};
		struct es_mount_notes notes;

		r = es_mount_new(&request, ret_fd, &notes);
		if (r == ES_OK)
			return r;
		len += (size_t)snprintf(ret_why + len, cap - len, "%s%s: %s", i > 0 ? "; " : "", types[i], notes.why);
	}
	return r;
}

static int open_banks(int root)
{
	static const char *const names[] = { ES_BANK_FOLDER, "boot/" ES_BANK_FOLDER };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		int fd = es_open_how(root, names[i], O_RDONLY | O_DIRECTORY,
				     RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);

		if (fd >= 0 || errno != ENOENT)
			return fd;
	}
	return -1;
}

enum es_reason es_device_banks(const struct es_device_request *request, int *ret_fd, char *ret_detail,
			       size_t detail_cap)
{
	struct looking looking = { .name = request->name };
	char path[300], why[2 * (ES_MOUNT_WHY + 16)] = "";
	ES_FD root = -1;
	enum es_reason r;
	int banks;

	if (!name_is_known(request->name)) {
		snprintf(ret_detail, detail_cap, "%s=%s: it takes UUID=, PARTUUID= or a path in /dev", ES_OPTION_DEVICE,
			 request->name);
		return ES_ARGUMENT;
	}
	looking.path = path;
	looking.cap = sizeof path;
	if (!es_wait_for(device_is_there, &looking, request->wait_ms)) {
		snprintf(ret_detail, detail_cap, "%s=%s: no such partition appeared within %d s", ES_OPTION_DEVICE,
			 request->name, request->wait_ms / 1000);
		return ES_NO_BOOT_PARTITION;
	}
	r = mount_read_only(path, &root, why, sizeof why);
	if (r != ES_OK) {
		snprintf(ret_detail, detail_cap, "%s can't be mounted: %s", path, why);
		return r;
	}
	banks = open_banks(root);
	if (banks < 0 && errno != ENOENT) {
		snprintf(ret_detail, detail_cap, "%s: the folder " ES_BANK_FOLDER ": %s", path, strerror(errno));
		return es_reason_from_errno(errno);
	}
	*ret_fd = banks;
	return ES_OK;
}
