/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/hidden.h"

#include "keys/core/labels.h"
#include "keys/core/lines.h"
#include "keys/host/state.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { APPLIED_MAX = ES_PATHS_MAX * (ES_PATH_TEXT + 64) };

/* Whether apply mounted something at the path or, with above, at a folder above it. A line of its list is "8:1 2 /etc":
 * device and inode of what was mounted. */
static bool is_applied(struct es_span list, const char *path, bool above, char ret_mount[static 64])
{
	struct es_span line;

	while (es_line_next(&list, &line)) {
		const uint8_t *slash = memmem(line.data, line.len, " /", 2);
		struct es_span mount = { line.data, slash != NULL ? (size_t)(slash - line.data) : line.len };
		char applied[ES_PATH_TEXT];

		if (slash != NULL && es_word_copy(mount, ret_mount, 64) &&
		    es_word_copy((struct es_span){ slash + 1, line.len - mount.len - 1 }, applied, sizeof applied) &&
		    (above ? es_path_within(path, applied) : strcmp(path, applied) == 0))
			return true;
	}
	return false;
}

static bool read_applied(const struct es_host *host, struct es_buf *ret)
{
	char name[ES_PATH_TEXT + 16];

	snprintf(name, sizeof name, "%s/" ES_APPLIED_NAME, host->run_dir);
	return es_file_read(AT_FDCWD, name, APPLIED_MAX, ret) == ES_OK;
}

static bool shows_another(const char *path, const char *mount)
{
	char is[64];
	struct stat st;

	if (stat(path, &st) < 0)
		return true;
	snprintf(is, sizeof is, "%u:%u %llu", major(st.st_dev), minor(st.st_dev), (unsigned long long)st.st_ino);
	return strcmp(mount, is) != 0;
}

bool es_host_path_hidden(const struct es_host *host, const char *path)
{
	ES_BUF list = { NULL, 0 };
	char mount[64];

	return read_applied(host, &list) && is_applied(es_buf_span(&list), path, false, mount) &&
	       shows_another(path, mount);
}

bool es_host_path_late(const struct es_host *host, const char *path)
{
	ES_BUF list = { NULL, 0 };
	char mount[64];

	return read_applied(host, &list) && !is_applied(es_buf_span(&list), path, true, mount);
}

/* Whether a line of the boot helper's list ends in " POINT". */
static bool was_mounted_early(const struct es_host *host, const char *point)
{
	char name[ES_PATH_TEXT + 16];
	ES_BUF list = { NULL, 0 };
	struct es_span rest, line;
	size_t len = strlen(point);

	snprintf(name, sizeof name, "%s/" ES_MOUNTS_NAME, host->run_dir);
	if (es_file_read(AT_FDCWD, name, ES_MOUNTS_MAX, &list) != ES_OK)
		return false;
	rest = es_buf_span(&list);
	while (es_line_next(&rest, &line))
		if (line.len > len && memcmp(line.data + line.len - len, point, len) == 0 &&
		    line.data[line.len - len - 1] == ' ')
			return true;
	return false;
}

bool es_host_path_hidden_next(const struct es_host *host, const char *path, char ret_point[static ES_MOUNT_TEXT])
{
	ES_BUF fstab = { NULL, 0 };

	return es_file_read(AT_FDCWD, "/etc/fstab", ES_MOUNTS_MAX, &fstab) == ES_OK &&
	       es_fstab_mounts_over(es_buf_span(&fstab), path, ret_point) && !was_mounted_early(host, ret_point);
}
