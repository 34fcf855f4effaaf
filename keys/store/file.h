/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read under a cap, written so that a power cut leaves the old one or the new one. */
#ifndef ES_STORE_FILE_H
#define ES_STORE_FILE_H

#include "keys/core/buf.h"

#include <dirent.h>

/* Relative to dirfd (AT_FDCWD works); the last part of name may not be a symlink. ES_MISSING, ES_TOO_LARGE (cap in
 * bytes), ES_FORMAT: no regular file. Files whose size the kernel doesn't tell (sysfs, securityfs) are read too. */
ES_MUST_CHECK enum es_reason es_file_read(int dirfd, const char *name, size_t cap, struct es_buf *ret);

/* What can still be read of fd, expected bytes or more, but at most cap: ES_TOO_LARGE. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_fd_read(int fd, size_t expected, size_t cap, struct es_buf *ret);
/* The same into cap bytes of the caller's: less than cap is all there was. */
ES_MUST_CHECK enum es_reason es_fd_fill(int fd, void *into, size_t cap, size_t *ret_len);

/* name.new, fsync, rename over name; the folder is the caller's to sync. Mode 0600. ES_NO_SPACE, ES_READ_ONLY, ES_IO:
 * nothing is left of the new one. */
ES_MUST_CHECK enum es_reason es_file_write(int dirfd, const char *name, struct es_span data);
/* The two halves of es_file_write, for a set of files that belong together: first all are staged as name.new, then
 * published. name is at most ES_FILE_NAME_MAX bytes. */
enum { ES_FILE_NAME_MAX = 200 };
ES_MUST_CHECK enum es_reason es_file_stage(int dirfd, const char *name, struct es_span data);
ES_MUST_CHECK enum es_reason es_file_publish(int dirfd, const char *name);
/* Removes name.new; that there is none is fine. */
ES_MUST_CHECK enum es_reason es_file_discard(int dirfd, const char *name);
/* Removes name, also if it is an empty folder; that there is none is fine. */
ES_MUST_CHECK enum es_reason es_file_remove(int dirfd, const char *name);
ES_MUST_CHECK enum es_reason es_folder_sync(int dirfd);

/* errno → reason: ENOSPC, EDQUOT, EROFS, EACCES, EPERM, ENOENT, ENOMEM; everything else ES_IO. */
enum es_reason es_reason_from_errno(int error);

/* A file descriptor that the scope's end closes; -1 is none. */
void es_fd_closep(int *fd);
#define ES_FD ES_SCOPED(es_fd_closep) int

/* A folder's listing, likewise; NULL is none. */
void es_dir_closep(DIR **dir);
#define ES_DIR ES_SCOPED(es_dir_closep) DIR *

#endif
