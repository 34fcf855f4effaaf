/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/finish.h"

#include "initrd/fd.h"
#include "keys/core/buf.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { LINE_MAX_BYTES = ES_PATH_TEXT + 64, MARK_MAX = ES_PATHS_MAX * LINE_MAX_BYTES };

static int open_run(const char *run_dir)
{
	return open(run_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void es_finish_clear(const char *run_dir, const char *mark)
{
	ES_FD dir = open_run(run_dir);

	if (dir >= 0)
		(void)unlinkat(dir, mark, 0);
}

enum es_reason es_finish_unlocked(const char *run_dir, enum es_exit exit_code)
{
	ES_FD dir = open_run(run_dir);

	if (dir < 0)
		return es_reason_from_errno(errno);
	return es_file_write(dir, ES_FINISH_UNLOCKED,
			     es_text_span(exit_code == ES_EXIT_DONE ? "opened\n" : "unconfigured\n"));
}

bool es_covered_by_other(const struct es_boot_record *record, unsigned number)
{
	const char *path = record->paths[number];

	for (unsigned i = 0; i < record->path_count; i++) {
		bool same = strcmp(path, record->paths[i]) == 0;

		if (same ? i < number : es_path_within(path, record->paths[i]))
			return true;
	}
	return false;
}

/* Device and inode distinguish a mount from what is beneath it, and from a later mount. */
static enum es_reason describe(int fd, const char *path, char ret_line[static LINE_MAX_BYTES])
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return es_reason_from_errno(errno);
	snprintf(ret_line, LINE_MAX_BYTES, "%u:%u %llu %s\n", major(st.st_dev), minor(st.st_dev),
		 (unsigned long long)st.st_ino, path);
	return ES_OK;
}

enum es_reason es_finish_applied(int run_dirfd, const struct es_boot_record *record,
				 const struct es_overlay overlay[static ES_PATHS_MAX])
{
	char text[MARK_MAX] = "";
	size_t len = 0;

	for (unsigned i = 0; i < record->path_count; i++) {
		enum es_reason r;

		if (overlay[i].mount < 0)
			continue;
		r = describe(overlay[i].mount, record->paths[i], text + len);
		if (r != ES_OK)
			return r;
		len += strlen(text + len);
	}
	return es_file_write(run_dirfd, ES_FINISH_APPLIED, (struct es_span){ (const uint8_t *)text, len });
}

enum es_reason es_finish_check(int run_dirfd, int root, const struct es_boot_record *record, const char **ret_path)
{
	ES_BUF mark = { 0 };
	enum es_reason r = es_file_read(run_dirfd, ES_FINISH_APPLIED, MARK_MAX, &mark);
	size_t at = 0;

	if (r != ES_OK)
		return r;
	for (unsigned i = 0; i < record->path_count; i++) {
		char line[LINE_MAX_BYTES];
		size_t len;
		ES_FD fd = -1;

		if (es_covered_by_other(record, i))
			continue;
		fd = es_open_how(root, record->paths[i], O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
		r = fd < 0 ? ES_NOT_MET : describe(fd, record->paths[i], line);
		len = r == ES_OK ? strlen(line) : 0;
		if (r != ES_OK || mark.len - at < len || memcmp(mark.data + at, line, len) != 0) {
			*ret_path = record->paths[i];
			return ES_NOT_MET;
		}
		at += len;
	}
	return ES_OK;
}
