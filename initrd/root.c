/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/root.h"

#include "initrd/fd.h"
#include "initrd/finish.h"
#include "keys/core/defences.h"
#include "keys/core/labels.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"
#include "keys/store/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

bool es_root_path(int fd, char ret[static ES_ROOT_PATH])
{
	char link[ES_FD_PATH];
	ssize_t n;

	es_fd_path(fd, link);
	n = readlink(link, ret, ES_ROOT_PATH);
	if (n <= 0 || n == ES_ROOT_PATH || ret[0] != '/')
		return false;
	ret[n] = '\0';
	return true;
}

enum es_reason es_root_clone(int root, uint64_t set, uint64_t clear, int *ret_fd)
{
	struct mount_attr attr = { .attr_set = set | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
				   .attr_clr = clear };
	ES_FD clone = open_tree(root, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (clone < 0 || mount_setattr(clone, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0)
		return es_reason_from_errno(errno);
	*ret_fd = es_fd_take(&clone);
	return ES_OK;
}

/* Of the file system itself, not of one mount. */
static enum es_reason set_writable(int root, bool writable)
{
	ES_FD fs = fspick(root, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);

	if (fs < 0 || fsconfig(fs, FSCONFIG_SET_FLAG, writable ? "rw" : "ro", NULL, 0) < 0 ||
	    fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		return es_reason_from_errno(errno);
	return ES_OK;
}

enum es_reason es_root_write(int root, es_root_fn *fn, void *context)
{
	ES_FD clone = -1, top = -1;
	struct statvfs st;
	bool was_read_only;
	enum es_reason r = es_root_clone(root, 0, MOUNT_ATTR_RDONLY, &clone), back;

	if (r != ES_OK || fstatvfs(clone, &st) < 0)
		return r != ES_OK ? r : es_reason_from_errno(errno);
	was_read_only = (st.f_flag & ST_RDONLY) != 0;
	if (was_read_only)
		r = set_writable(root, true);
	if (r != ES_OK)
		return r;
	top = openat(clone, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = top < 0 ? es_reason_from_errno(errno) : fn(top, context);
	/* An open file would keep the file system from becoming read-only again. */
	es_fd_closep(&top);
	back = was_read_only ? set_writable(root, false) : ES_OK;
	return r != ES_OK ? r : back;
}

enum es_reason es_root_note_mounts(const struct es_run *run, int root)
{
	ES_BUF mounts = { NULL, 0 }, list = { NULL, 0 };
	char path[ES_ROOT_PATH];
	enum es_reason r = es_root_path(root, path) ? es_mounts_read(&mounts) : ES_IO;

	if (r == ES_OK)
		r = es_mounts_beneath(es_buf_span(&mounts), path, &list);
	return r == ES_OK ? es_file_write(run->dir, ES_MOUNTS_NAME, es_buf_span(&list)) : r;
}

static bool tree_has(const struct es_run *run, const char *path, struct stat *ret)
{
	ES_FD fd = es_open_how(run->tree, path + 1, O_PATH, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

	return fd >= 0 && fstat(fd, ret) == 0;
}

enum es_reason es_root_note_first(const struct es_run *run, const struct es_boot_record *record)
{
	char text[ES_PATHS_MAX * (ES_PATH_TEXT + 1) + 1];
	size_t used = 0;
	struct stat st;

	for (unsigned i = 0; i < record->path_count && record->state == ES_BOOT_UNLOCKED; i++)
		if (es_covered_path_check(record->paths[i]) == ES_OK && !tree_has(run, record->paths[i], &st))
			used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", record->paths[i]);
	return used > 0 ? es_file_write(run->dir, ES_FIRST_COVERED_NAME, (struct es_span){ (uint8_t *)text, used })
			: es_file_remove(run->dir, ES_FIRST_COVERED_NAME);
}

static bool is_missing(int root, const char *path)
{
	ES_FD fd = es_open_how(root, path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);

	return fd < 0 && errno == ENOENT;
}

/* path is absolute; nothing along it may be a symlink. */
static enum es_reason make(int root, const char *path, bool file)
{
	ES_FD above = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char part[ES_PATH_TEXT];
	int fd;

	for (path++; above >= 0; path += strlen(part) + 1) {
		size_t len = strcspn(path, "/");

		memcpy(part, path, len);
		part[len] = '\0';
		if (path[len] == '\0')
			break;
		if (mkdirat(above, part, 0755) < 0 && errno != EEXIST)
			return es_reason_from_errno(errno);
		fd = openat(above, part, O_RDONLY | O_DIRECTORY | (ES_WITH_MAKE_BENEATH ? O_NOFOLLOW : 0) | O_CLOEXEC);
		es_fd_closep(&above);
		above = fd;
	}
	if (above < 0)
		return es_reason_from_errno(errno);
	if (!file)
		return mkdirat(above, part, 0755) < 0 ? es_reason_from_errno(errno) : ES_OK;
	fd = openat(above, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return es_reason_from_errno(errno);
	es_fd_closep(&fd);
	return ES_OK;
}

struct missing {
	const struct es_say *say;
	const struct es_run *run;
	const struct es_boot_record *record;
	bool is[ES_PATHS_MAX];
};

static enum es_reason make_all(int root, void *context)
{
	const struct missing *m = context;

	for (unsigned i = 0; i < m->record->path_count; i++) {
		const char *path = m->record->paths[i];
		struct stat st;
		bool file = tree_has(m->run, path, &st) && S_ISREG(st.st_mode);
		enum es_reason r = m->is[i] ? make(root, path, file) : ES_OK;

		if (r != ES_OK)
			es_say(m->say, ES_SAY_WARNING, "%s is missing on the root file system, and can't be made: %s",
			       path, es_reason_words(r)->what);
		else if (m->is[i])
			es_say(
			    m->say, ES_SAY_WARNING,
			    "%s was missing on the root file system, and was made again: the configuration covers it",
			    path);
	}
	return ES_OK;
}

void es_root_make_missing(const struct es_say *say, const struct es_run *run, const struct es_boot_record *record,
			  int root)
{
	struct missing m = { say, run, record, { false } };
	bool any = false;
	enum es_reason r;

	if (record->state != ES_BOOT_UNLOCKED)
		return;
	for (unsigned i = 0; i < record->path_count; i++) {
		m.is[i] = es_covered_path_check(record->paths[i]) == ES_OK && !es_covered_by_other(record, i) &&
			  is_missing(root, record->paths[i]);
		any |= m.is[i];
	}
	if (!any)
		return;
	r = es_root_write(root, make_all, &m);
	if (r != ES_OK)
		es_say(say, ES_SAY_WARNING, "a covered path is missing, and the root file system can't be written: %s",
		       es_reason_words(r)->what);
}
