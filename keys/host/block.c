/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux Documentation/ABI/testing/sysfs-block: a device that is made of others names them in `slaves`; a partition has
 * its number in `partition`, and its disk is the folder above. A mapping that represents a partition (kpartx,
 * multipath) has "partN-" in its dm UUID.
 */
#include "keys/host/block.h"

#include "keys/store/file.h"
#include "keys/store/sysfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { DEPTH_MAX = 8, PATH_TEXT = 512, ATTRIBUTE = 160 };

struct device {
	const char *sys;
	dev_t number;
};

/* The first line of a file below the device's folder; false: there is none. */
static bool read_line(const struct device *d, const char *name, char ret[static ATTRIBUTE])
{
	char path[PATH_TEXT];

	return snprintf(path, sizeof path, "%s/dev/block/%u:%u/%s", d->sys, major(d->number), minor(d->number), name) <
		   (int)sizeof path &&
	       es_sysfs_line(path, ret, ATTRIBUTE) == ES_OK;
}

static bool read_number(const struct device *d, const char *name, dev_t *ret)
{
	char text[ATTRIBUTE];
	unsigned a, b;

	if (!read_line(d, name, text) || sscanf(text, "%u:%u", &a, &b) != 2)
		return false;
	*ret = makedev(a, b);
	return true;
}

/* The device's number as a partition of its disk; 0: it isn't a partition. */
static unsigned partition_number(const struct device *d)
{
	char text[ATTRIBUTE];
	unsigned n;

	if (read_line(d, "partition", text) && sscanf(text, "%u", &n) == 1)
		return n;
	if (read_line(d, "dm/uuid", text) && sscanf(text, "part%u-", &n) == 1)
		return n;
	return 0;
}

/* The devices that `top` is made of. NULL: it isn't made of others, or sysfs doesn't know it. */
static DIR *open_below(const struct device *top)
{
	char path[PATH_TEXT];

	snprintf(path, sizeof path, "%s/dev/block/%u:%u/slaves", top->sys, major(top->number), minor(top->number));
	return opendir(path);
}

/* The next device from open_below; false: there are no more. One whose number can't be read becomes device 0:0, which
 * doesn't exist. */
static bool next_below(DIR *dir, const struct device *top, struct device *ret)
{
	const struct dirent *e;
	char name[300];

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		*ret = (struct device){ top->sys, 0 };
		snprintf(name, sizeof name, "slaves/%s/dev", e->d_name);
		(void)read_number(top, name, &ret->number);
		return true;
	}
	return false;
}

static bool shows(const struct device *top, const struct device *part, int depth);

/* Whether one of the devices that `top` is made of shows `part`. */
static bool below_shows(const struct device *top, const struct device *part, int depth)
{
	ES_DIR dir = open_below(top);
	struct device below;

	while (next_below(dir, top, &below))
		if (below.number != 0 && shows(&below, part, depth - 1))
			return true;
	return false;
}

/* `top` is partition N of a device that shows a disk, and `part` is that disk's partition N: both positions come from
 * the same partition table. */
static bool same_partition(const struct device *top, const struct device *part, int depth)
{
	struct device disk = *top, other = *part;
	unsigned number = partition_number(top);

	if (number == 0 || number != partition_number(part) || !read_number(part, "../dev", &other.number))
		return false;
	if (read_number(top, "../dev", &disk.number))
		return shows(&disk, &other, depth - 1);
	return below_shows(top, &other, depth); /* a mapping: the device below it is the disk */
}

static bool shows(const struct device *top, const struct device *part, int depth)
{
	if (top->number == part->number)
		return true;
	return depth > 0 && (below_shows(top, part, depth) || same_partition(top, part, depth));
}

bool es_block_shows(const char *sys, dev_t top, dev_t part)
{
	const struct device a = { sys, top }, b = { sys, part };

	return shows(&a, &b, DEPTH_MAX);
}

static bool is_verity(const struct device *d)
{
	static const char mark[] = "CRYPT-VERITY-";
	char uuid[ATTRIBUTE];

	return read_line(d, "dm/uuid", uuid) && strncmp(uuid, mark, sizeof mark - 1) == 0;
}

static bool rests_on_verity(const struct device *top, int depth)
{
	unsigned all = 0, verified = 0;
	struct device below;
	ES_DIR dir = NULL;

	if (is_verity(top))
		return true;
	if (depth == 0)
		return false;
	dir = open_below(top);
	while (next_below(dir, top, &below)) {
		all++;
		verified += rests_on_verity(&below, depth - 1);
	}
	return all > 0 && all == verified;
}

bool es_block_rests_on_verity(const char *sys, dev_t device)
{
	const struct device d = { sys, device };

	return rests_on_verity(&d, DEPTH_MAX);
}

void es_block_name(const char *sys, dev_t device, char ret[static ES_BLOCK_NAME])
{
	const struct device d = { sys, device };
	char path[PATH_TEXT], target[PATH_TEXT], text[ATTRIBUTE];
	const char *last;
	ssize_t n;

	snprintf(ret, ES_BLOCK_NAME, "device %u:%u", major(device), minor(device));
	if (read_line(&d, "dm/name", text) && text[0] != '\0') {
		snprintf(ret, ES_BLOCK_NAME, "/dev/mapper/%.80s", text);
		return;
	}
	snprintf(path, sizeof path, "%s/dev/block/%u:%u", sys, major(device), minor(device));
	n = readlink(path, target, sizeof target - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	last = strrchr(target, '/');
	if (last != NULL && last[1] != '\0')
		snprintf(ret, ES_BLOCK_NAME, "/dev/%.80s", last + 1);
}
