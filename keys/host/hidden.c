/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/hidden.h"

#include "keys/core/labels.h"
#include "keys/host/state.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { APPLIED_MAX = ES_PATHS_MAX * (ES_PATH_TEXT + 64) };

/* A line is "8:1 2 /etc": device and inode of what was mounted. False at the end. */
static bool next_applied(struct es_span *text, char ret_mount[static 64], char ret_path[static ES_PATH_TEXT])
{
	while (text->len > 0) {
		const uint8_t *end = memchr(text->data, '\n', text->len);
		size_t n = end != NULL ? (size_t)(end - text->data) : text->len;
		const uint8_t *slash = memmem(text->data, n, " /", 2);
		size_t head = slash != NULL ? (size_t)(slash - text->data) : 0;
		bool fits = slash != NULL && head < 64 && n - head - 1 < ES_PATH_TEXT;

		if (fits) {
			snprintf(ret_mount, 64, "%.*s", (int)head, (const char *)text->data);
			snprintf(ret_path, ES_PATH_TEXT, "%.*s", (int)(n - head - 1), (const char *)slash + 1);
		}
		n += end != NULL;
		text->data += n;
		text->len -= n;
		if (fits)
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
	char mount[64], applied[ES_PATH_TEXT];
	ES_BUF text = { NULL, 0 };
	struct es_span rest;

	if (!read_applied(host, &text))
		return false;
	rest = es_buf_span(&text);
	while (next_applied(&rest, mount, applied))
		if (strcmp(applied, path) == 0)
			return shows_another(path, mount);
	return false;
}

bool es_host_path_late(const struct es_host *host, const char *path)
{
	char mount[64], applied[ES_PATH_TEXT];
	ES_BUF text = { NULL, 0 };
	struct es_span rest;

	if (!read_applied(host, &text))
		return false;
	rest = es_buf_span(&text);
	while (next_applied(&rest, mount, applied))
		if (es_path_within(path, applied))
			return false;
	return true;
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
