/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/root_check.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

const char *const es_root_state_names[ES_ROOT_STATES] = { "dm-verity", "in-ram", "unverified", "unknown" };

enum { STACK_MAX = 8 }; /* stacked block devices */

struct mount {
	unsigned major, minor;
	char type[32], source[128];
};

/* proc(5), mountinfo: "36 35 98:0 / / rw,noatime master:1 - ext4 /dev/root rw". The last mount on "/" is the visible
 * one. */
static bool find_root(const char *mountinfo, struct mount *ret)
{
	FILE *f = fopen(mountinfo, "re");
	bool found = false;
	char *line = NULL;
	size_t cap = 0;

	if (f == NULL)
		return false;
	while (getline(&line, &cap, f) > 0) {
		struct mount m;
		char point[16];
		const char *dash = strstr(line, " - ");

		if (sscanf(line, "%*u %*u %u:%u %*s %15s", &m.major, &m.minor, point) == 3 && strcmp(point, "/") == 0 &&
		    dash != NULL && sscanf(dash, " - %31s %127s", m.type, m.source) == 2) {
			*ret = m;
			found = true;
		}
	}
	free(line);
	fclose(f);
	return found;
}

static bool is_verity(const char *device)
{
	static const char mark[] = "CRYPT-VERITY-";
	char path[PATH_MAX], uuid[sizeof mark] = "";
	FILE *f;

	if (snprintf(path, sizeof path, "%s/dm/uuid", device) >= (int)sizeof path)
		return false;
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	(void)!fread(uuid, 1, sizeof mark - 1, f);
	fclose(f);
	return strcmp(uuid, mark) == 0;
}

/* Whether the device is dm-verity, or every device beneath it rests on it. */
static bool rests_on_verity(const char *device, int depth)
{
	char path[PATH_MAX];
	unsigned slaves = 0, verified = 0;
	const struct dirent *e;
	DIR *dir;

	if (is_verity(device))
		return true;
	if (depth == 0 || snprintf(path, sizeof path, "%s/slaves", device) >= (int)sizeof path)
		return false;
	dir = opendir(path);
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if (snprintf(path, sizeof path, "%s/slaves/%s", device, e->d_name) >= (int)sizeof path)
			break;
		slaves++;
		verified += rests_on_verity(path, depth - 1);
	}
	if (dir != NULL)
		closedir(dir);
	return slaves > 0 && slaves == verified;
}

static bool is_in_ram(const char *type)
{
	return strcmp(type, "rootfs") == 0 || strcmp(type, "tmpfs") == 0 || strcmp(type, "ramfs") == 0;
}

void es_root_check(const char *mountinfo, const char *sys_block, struct es_root *ret)
{
	char device[PATH_MAX];
	struct mount m;
	struct stat st;

	*ret = (struct es_root){ .state = ES_ROOT_UNKNOWN };
	if (!find_root(mountinfo, &m))
		return;
	memcpy(ret->type, m.type, sizeof ret->type);
	memcpy(ret->source, m.source, sizeof ret->source);
	ret->state = ES_ROOT_UNVERIFIED;
	if (is_in_ram(m.type)) {
		ret->state = ES_ROOT_IN_RAM;
		return;
	}
	/* btrfs and the like have an anonymous device number; their source is the device. */
	if (m.major == 0 && m.source[0] == '/' && stat(m.source, &st) == 0 && S_ISBLK(st.st_mode)) {
		m.major = major(st.st_rdev);
		m.minor = minor(st.st_rdev);
	}
	snprintf(device, sizeof device, "%s/%u:%u", sys_block, m.major, m.minor);
	if (m.major != 0 && rests_on_verity(device, STACK_MAX))
		ret->state = ES_ROOT_VERITY;
}
