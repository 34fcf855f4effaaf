/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/root_check.h"

#include "keys/host/block.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

const char *const es_root_state_names[ES_ROOT_STATES] = { "dm-verity", "in-ram", "unverified", "unknown" };

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

static bool is_in_ram(const char *type)
{
	return strcmp(type, "rootfs") == 0 || strcmp(type, "tmpfs") == 0 || strcmp(type, "ramfs") == 0;
}

void es_root_check(const char *mountinfo, const char *sys, struct es_root *ret)
{
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
	if (m.major != 0 && es_block_rests_on_verity(sys, makedev(m.major, m.minor)))
		ret->state = ES_ROOT_VERITY;
}
