/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/hidden.h"

#include "keys/core/labels.h"
#include "keys/host/state.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { APPLIED_MAX = ES_PATHS_MAX * (ES_PATH_TEXT + 64) };

/* A line is "8:1 2 /etc": device and inode of what was mounted. */
static bool find_line(struct es_span text, const char *path, char ret_mount[static 64])
{
	size_t len = strlen(path);

	while (text.len > 0) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		size_t n = end != NULL ? (size_t)(end - text.data) : text.len;

		if (n > len && n - len < 64 && memcmp(text.data + n - len, path, len) == 0 &&
		    text.data[n - len - 1] == ' ') {
			snprintf(ret_mount, 64, "%.*s", (int)(n - len - 1), (const char *)text.data);
			return true;
		}
		n += end != NULL;
		text.data += n;
		text.len -= n;
	}
	return false;
}

bool es_host_path_hidden(const struct es_host *host, const char *path)
{
	char name[ES_PATH_TEXT + 16], was[64], is[64];
	ES_BUF text = { NULL, 0 };
	struct stat st;

	snprintf(name, sizeof name, "%s/" ES_APPLIED_NAME, host->run_dir);
	if (es_file_read(AT_FDCWD, name, APPLIED_MAX, &text) != ES_OK || !find_line(es_buf_span(&text), path, was))
		return false;
	if (stat(path, &st) < 0)
		return true;
	snprintf(is, sizeof is, "%u:%u %llu", major(st.st_dev), minor(st.st_dev), (unsigned long long)st.st_ino);
	return strcmp(was, is) != 0;
}

/* Whether a line of the boot helper's list ends in " POINT". */
static bool was_mounted_early(const struct es_host *host, const char *point)
{
	char name[ES_PATH_TEXT + 16];
	ES_BUF list = { NULL, 0 };
	struct es_span rest;
	size_t len = strlen(point);

	snprintf(name, sizeof name, "%s/" ES_MOUNTS_NAME, host->run_dir);
	if (es_file_read(AT_FDCWD, name, ES_MOUNTS_MAX, &list) != ES_OK)
		return false;
	rest = es_buf_span(&list);
	while (rest.len > 0) {
		const uint8_t *end = memchr(rest.data, '\n', rest.len);
		size_t n = end != NULL ? (size_t)(end - rest.data) : rest.len;

		if (n > len && memcmp(rest.data + n - len, point, len) == 0 && rest.data[n - len - 1] == ' ')
			return true;
		n += end != NULL;
		rest.data += n;
		rest.len -= n;
	}
	return false;
}

bool es_host_path_hidden_next(const struct es_host *host, const char *path, char ret_point[static ES_MOUNT_TEXT])
{
	ES_BUF fstab = { NULL, 0 };

	return es_file_read(AT_FDCWD, "/etc/fstab", ES_MOUNTS_MAX, &fstab) == ES_OK &&
	       es_fstab_mounts_over(es_buf_span(&fstab), path, ret_point) && !was_mounted_early(host, ret_point);
}
