/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: reading with a size limit, and writing so that a power cut leaves either the old file or the new one. */
#ifndef ES_STORE_FILE_H
#define ES_STORE_FILE_H

#include "keys/core/buf.h"

#include <dirent.h>

/* name is relative to dirfd (AT_FDCWD works); its last part must not be a symlink. ES_MISSING, ES_TOO_LARGE (cap in
 * bytes), ES_FORMAT: not a regular file. Files whose size the kernel doesn't report (sysfs, securityfs) are read,
 * too. */
ES_MUST_CHECK enum es_reason es_file_read(int dirfd, const char *name, size_t cap, struct es_buf *ret);

/* Reads the rest of fd: about `expected` bytes, or more, but at most cap; otherwise ES_TOO_LARGE. The caller owns
 * *ret. */
ES_MUST_CHECK enum es_reason es_fd_read(int fd, size_t expected, size_t cap, struct es_buf *ret);
/* The same into the caller's buffer of cap bytes: if *ret_len is less than cap, that was everything. */
ES_MUST_CHECK enum es_reason es_fd_fill(int fd, void *into, size_t cap, size_t *ret_len);

/* Writes name.new, syncs it, and renames it over name; the caller syncs the folder. Mode 0600. ES_NO_SPACE,
 * ES_READ_ONLY, ES_IO: nothing of the new file remains. */
ES_MUST_CHECK enum es_reason es_file_write(int dirfd, const char *name, struct es_span data);
/* The two halves of es_file_write, for a set of files that belong together: first all are staged as name.new, then all
 * are published. name has at most ES_FILE_NAME_MAX bytes. */
enum { ES_FILE_NAME_MAX = 200 };
ES_MUST_CHECK enum es_reason es_file_stage(int dirfd, const char *name, struct es_span data);
ES_MUST_CHECK enum es_reason es_file_publish(int dirfd, const char *name);
/* Removes name.new, if it exists. */
ES_MUST_CHECK enum es_reason es_file_discard(int dirfd, const char *name);
/* Removes name, if it exists, also if it is an empty folder. */
ES_MUST_CHECK enum es_reason es_file_remove(int dirfd, const char *name);
ES_MUST_CHECK enum es_reason es_folder_sync(int dirfd);

/* openat2(2), with O_CLOEXEC; resolve: RESOLVE_… of <linux/openat2.h>. -1 and errno. */
int es_open_how(int dirfd, const char *path, uint64_t flags, uint64_t resolve);

/* errno → reason: ENOSPC, EDQUOT, EROFS, EACCES, EPERM, ENOENT, ENOMEM; everything else is ES_IO. */
enum es_reason es_reason_from_errno(int error);

/* A file descriptor that is closed at the end of the scope; -1: none. */
void es_fd_closep(int *fd);
#define ES_FD ES_SCOPED(es_fd_closep) int

/* A folder's listing, likewise; NULL: none. */
void es_dir_closep(DIR **dir);
#define ES_DIR ES_SCOPED(es_dir_closep) DIR *

#endif
