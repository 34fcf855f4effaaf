/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/partition.h"

#include "keys/host/block.h"
#include "keys/store/file.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Where the Discoverable Partitions Specification, Debian and older hosts mount it. */
static const char *const places[] = { "/efi", "/boot/efi", "/boot" };

enum { ROOTED = PATH_MAX };

struct search {
	const char *root;
	dev_t partition; /* the partition that the image came from */
	bool known;      /* udev knows that partition */
	bool other;      /* a different boot partition is mounted */
	char name[ES_BLOCK_NAME];
};

const char *es_boot_partition_place(unsigned number)
{
	return number < sizeof places / sizeof *places ? places[number] : NULL;
}

/* False for a folder of a larger file system, or if there is none. */
static bool is_mount_point(const char *dir, struct stat *ret)
{
	char above[ROOTED + 4];
	struct stat parent;

	snprintf(above, sizeof above, "%s/..", dir);
	/* The path through the folder comes first: if systemd mounts it on demand, this access triggers the mount, and
	 * until then stat shows another file system's number. */
	return stat(above, &parent) == 0 && stat(dir, ret) == 0 && S_ISDIR(ret->st_mode) &&
	       parent.st_dev != ret->st_dev;
}

static void note(struct es_boot_partition *p, const char *place, const char *what)
{
	size_t n = strlen(p->detail);

	snprintf(p->detail + n, sizeof p->detail - n, "%s%s %s", n > 0 ? "; " : "", place, what);
}

/* Looks up udev's device for the partition that the image came from. */
static void look_up(const struct es_boot_partition_request *request, struct search *s)
{
	char link[ROOTED], sys[ROOTED];
	struct stat device;

	if (request->device_uuid[0] == '\0')
		return;
	snprintf(link, sizeof link, "%s/dev/disk/by-partuuid/%.36s", s->root, request->device_uuid);
	if (stat(link, &device) < 0 || !S_ISBLK(device.st_mode))
		return;
	snprintf(sys, sizeof sys, "%s/sys", s->root);
	s->known = true;
	s->partition = device.st_rdev;
	es_block_name(sys, device.st_rdev, s->name);
}

/* Whether a boot partition is mounted there and may be the image's; if not, notes why. */
static bool serves(struct search *s, const char *place, struct es_boot_partition *p)
{
	char dir[ROOTED], sys[ROOTED], name[ES_BLOCK_NAME], words[ES_BLOCK_NAME + 8];
	struct statfs fs;
	struct stat st;

	snprintf(dir, sizeof dir, "%s%s", s->root, place);
	snprintf(sys, sizeof sys, "%s/sys", s->root);
	if (!is_mount_point(dir, &st)) {
		note(p, place, stat(dir, &st) == 0 ? "isn't a mount point" : "doesn't exist");
		return false;
	}
	if (statfs(dir, &fs) < 0 || fs.f_type != MSDOS_SUPER_MAGIC) {
		note(p, place, "isn't a FAT file system");
		return false;
	}
	if (!s->known || st.st_dev == s->partition) {
		p->detail[0] = '\0';
		return true;
	}
	es_block_name(sys, st.st_dev, name);
	if (es_block_shows(sys, st.st_dev, s->partition)) {
		snprintf(p->detail, sizeof p->detail, "%s, which shows what is on %s", name, s->name);
		return true;
	}
	snprintf(words, sizeof words, "shows %s", name);
	note(p, place, words);
	s->other = true;
	return false;
}

static enum es_reason take_asked(const char *asked, struct es_boot_partition *p)
{
	struct stat st;

	if (strlen(asked) >= sizeof p->dir)
		return ES_ARGUMENT;
	if (stat(asked, &st) < 0)
		return es_reason_from_errno(errno);
	if (!S_ISDIR(st.st_mode))
		return ES_ARGUMENT;
	strcpy(p->dir, asked);
	return ES_OK;
}

enum es_reason es_boot_partition_find(const struct es_boot_partition_request *request, struct es_boot_partition *ret)
{
	struct search s = { .root = request->root };

	*ret = (struct es_boot_partition){ .dir = "" };
	if (request->asked != NULL)
		return take_asked(request->asked, ret);
	look_up(request, &s);
	if (s.known)
		snprintf(ret->detail, sizeof ret->detail, "the image came from %s (PARTUUID %s)", s.name,
			 request->device_uuid);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (!serves(&s, places[i], ret))
			continue;
		if (snprintf(ret->dir, sizeof ret->dir, "%s%s", s.root, places[i]) >= (int)sizeof ret->dir)
			return ES_ARGUMENT;
		return ES_OK;
	}
	return s.other ? ES_OTHER_BOOT_PARTITION : ES_NO_BOOT_PARTITION;
}
