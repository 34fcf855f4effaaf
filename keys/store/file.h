/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read under a cap, written so that a power cut leaves the old one or the new one. */
#ifndef ES_STORE_FILE_H
#define ES_STORE_FILE_H

#include "keys/core/buf.h"

/* Relative to dirfd (AT_FDCWD works). ES_MISSING, ES_TOO_LARGE (cap in bytes), ES_FORMAT: no regular file. */
ES_MUST_CHECK enum es_reason es_file_read(int dirfd, const char *name, size_t cap, struct es_buf *ret);

/* name.new, fsync, rename over name; the folder is the caller's to sync. Mode 0600. ES_NO_SPACE, ES_READ_ONLY, ES_IO. */
ES_MUST_CHECK enum es_reason es_file_write(int dirfd, const char *name, struct es_span data);
ES_MUST_CHECK enum es_reason es_folder_sync(int dirfd);

/* errno → reason: ENOSPC, EDQUOT, EROFS, EACCES, EPERM, ENOENT, ENOMEM; everything else ES_IO. */
enum es_reason es_reason_from_errno(int error);

#endif
