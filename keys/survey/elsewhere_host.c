/* SPDX-License-Identifier: Apache-2.0 */
/* What the running kernel and a few settings say. */
#include "keys/survey/elsewhere_check.h"

#include "keys/core/lines.h"
#include "keys/store/file.h"
#include "keys/store/names.h"
#include "keys/survey/content.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { SMALL = 64 << 10, NAMES_MAX = 10000, TEXT = 256 };

/* The n-th word of a line; "" if it has fewer. */
static void word(struct es_span line, unsigned n, char ret[static TEXT])
{
	struct es_span w;

	ret[0] = '\0';
	while (es_word_next(&line, &w))
		if (n-- == 0) {
			snprintf(ret, TEXT, "%.*s", (int)w.len, (const char *)w.data);
			return;
		}
}

/* folder: of a block device in sysfs. dm-crypt's UUID begins with CRYPT- (cryptsetup(8)); LVM and the like rest on
 * others, each of which must be encrypted. */
static bool rests_on_crypt(int root, const char *folder, unsigned depth)
{
	char path[4 * TEXT];
	ES_BUF uuid = { NULL, 0 };
	ES_NAMES slaves = { 0 };
	ES_FD fd = -1;
	bool all;

	snprintf(path, sizeof path, "%s/dm/uuid", folder);
	if (es_elsewhere_read(root, path, SMALL, &uuid) == ES_OK && uuid.len > 6 && memcmp(uuid.data, "CRYPT-", 6) == 0)
		return true;
	snprintf(path, sizeof path, "%s/slaves", folder + 1);
	fd = es_open_how(root, path, O_RDONLY | O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	if (depth == 0 || fd < 0 || es_names_read(fd, NAMES_MAX, &slaves) != ES_OK)
		return false;
	all = slaves.count > 0;
	for (size_t i = 0; i < slaves.count && all; i++)
		all = snprintf(path, sizeof path, "%s/slaves/%s", folder, slaves.name[i]) < (int)sizeof path &&
		      rests_on_crypt(root, path, depth - 1);
	return all;
}

/* A device, or a file: then what its file system is on. zram is RAM. */
static bool is_encrypted(int root, const char *swap)
{
	ES_FD fd = es_open_how(root, swap + 1, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	char folder[TEXT];
	struct stat st;
	dev_t device;

	if (strncmp(swap, "/dev/zram", 9) == 0)
		return true;
	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	device = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;
	snprintf(folder, sizeof folder, "/sys/dev/block/%u:%u", major(device), minor(device));
	return rests_on_crypt(root, folder, 3);
}

static bool find_swap(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	ES_BUF swaps = { NULL, 0 };
	struct es_span rest, line;
	uint64_t count = 0;

	if (es_elsewhere_read(at->request->root, "/proc/swaps", SMALL, &swaps) != ES_OK)
		return false;
	rest = es_buf_span(&swaps);
	(void)es_line_next(&rest, &line); /* Filename Type Size Used Priority */
	while (es_line_next(&rest, &line)) {
		char device[TEXT];

		word(line, 0, device);
		if (device[0] != '/' || is_encrypted(at->request->root, device))
			continue;
		if (count++ == 0)
			es_elsewhere_set(ret, device, 0, ES_SENSITIVE_NO);
	}
	ret->count = count;
	return count > 0;
}

/* Of the tmpfs that holds the configuration. */
static bool may_swap(int root)
{
	ES_BUF mounts = { NULL, 0 };
	struct es_span rest, line;
	bool may = false;

	if (es_elsewhere_read(root, "/proc/self/mounts", (size_t)SMALL * 16, &mounts) != ES_OK)
		return true;
	rest = es_buf_span(&mounts);
	while (es_line_next(&rest, &line)) {
		char point[TEXT], type[TEXT], options[TEXT];

		word(line, 1, point);
		word(line, 2, type);
		word(line, 3, options);
		if (strcmp(point, "/run/etcseal/ram") == 0 && strcmp(type, "tmpfs") == 0)
			may = strstr(options, "noswap") == NULL;
	}
	return may;
}

bool es_elsewhere_swap(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	return may_swap(at->request->root) && find_swap(at, ret);
}

bool es_elsewhere_swap_other(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	return !may_swap(at->request->root) && find_swap(at, ret);
}

/* The value of the last line NAME=VALUE in a file; unchanged if it has none. */
static void read_setting(int root, const char *path, const char *name, char ret[static TEXT])
{
	ES_BUF file = { NULL, 0 };
	struct es_span rest, line;
	size_t len = strlen(name);

	if (es_elsewhere_read(root, path, SMALL, &file) != ES_OK)
		return;
	rest = es_buf_span(&file);
	while (es_line_next(&rest, &line)) {
		struct es_span s = es_content_setting(line);
		size_t from = len + 1;

		if (s.len <= len || memcmp(s.data, name, len) != 0 || s.data[len] != '=')
			continue;
		while (from < s.len && (s.data[from] == '"' || s.data[from] == '\'' || s.data[from] == ' '))
			from++;
		while (s.len > from && (s.data[s.len - 1] == '"' || s.data[s.len - 1] == '\''))
			s.len--;
		snprintf(ret, TEXT, "%.*s", (int)(s.len - from), (const char *)s.data + from);
	}
}

/* systemd reads the file, then what is in NAME.d of /usr/lib, /run and /etc, by name (systemd.conf.d(5)). One folder
 * after the other is close enough: the same name in two of them is rare. */
static void systemd_setting(int root, const char *file, const char *name, char ret[static TEXT])
{
	static const char *const folders[] = { "/usr/lib/systemd", "/run/systemd", "/etc/systemd" };

	ret[0] = '\0';
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		char path[TEXT];

		snprintf(path, sizeof path, "%s/%s", folders[i], file);
		read_setting(root, path, name, ret);
	}
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		char path[2 * TEXT];
		ES_NAMES names = { 0 };
		ES_FD fd = -1;

		snprintf(path, sizeof path, "%s/%s.d", folders[i] + 1, file);
		fd = es_open_how(root, path, O_RDONLY | O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
		if (fd < 0 || es_names_read(fd, NAMES_MAX, &names) != ES_OK)
			continue;
		for (size_t k = 0; k < names.count; k++) {
			snprintf(path, sizeof path, "%s/%s.d/%.200s", folders[i], file, names.name[k]);
			read_setting(root, path, name, ret);
		}
	}
}

static bool core_pattern(const struct es_elsewhere_at *at, char ret[static TEXT])
{
	ES_BUF pattern = { NULL, 0 };
	struct es_span line, rest;

	if (es_elsewhere_read(at->request->root, at->path, SMALL, &pattern) != ES_OK)
		return false;
	rest = es_buf_span(&pattern);
	if (!es_line_next(&rest, &line))
		return false;
	snprintf(ret, TEXT, "%.*s", (int)line.len, (const char *)line.data);
	return ret[0] != '\0';
}

bool es_elsewhere_coredump(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	char pattern[TEXT], storage[TEXT];

	if (!core_pattern(at, pattern) || pattern[0] != '|' || strstr(pattern, "systemd-coredump") == NULL)
		return false;
	systemd_setting(at->request->root, "coredump.conf", "Storage", storage);
	es_elsewhere_set(ret, strcmp(storage, "journal") == 0 ? "the journal" : "/var/lib/systemd/coredump", 0,
			 ES_SENSITIVE_NO);
	return strcmp(storage, "none") != 0;
}

bool es_elsewhere_kdump(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	ES_BUF loaded = { NULL, 0 };

	es_elsewhere_set(ret, "/var/crash", 0, ES_SENSITIVE_NO);
	return es_elsewhere_read(at->request->root, at->path, SMALL, &loaded) == ES_OK && loaded.len > 0 &&
	       loaded.data[0] == '1';
}

/* systemd-journald(8): auto keeps it on disk if the folder is there. */
bool es_elsewhere_journal(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	char storage[TEXT];
	bool there = es_elsewhere_there(at, ret);

	systemd_setting(at->request->root, "journald.conf", "Storage", storage);
	es_elsewhere_set(ret, at->path, 0, ES_SENSITIVE_NO);
	return there && strcmp(storage, "volatile") != 0 && strcmp(storage, "none") != 0;
}

/* etckeeper(8): PUSH_REMOTE names remotes of the repository. */
bool es_elsewhere_etckeeper(const struct es_elsewhere_at *at, struct es_elsewhere *ret)
{
	char remote[TEXT] = "", where[2 * TEXT];

	read_setting(at->request->root, at->path, "PUSH_REMOTE", remote);
	snprintf(where, sizeof where, "the remote %s of /etc", remote);
	es_elsewhere_set(ret, where, 1, ES_SENSITIVE_NO);
	return remote[0] != '\0';
}
