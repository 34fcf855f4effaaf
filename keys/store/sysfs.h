/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's files with one short line each (sysfs, securityfs, /proc/sys). */
#ifndef ES_STORE_SYSFS_H
#define ES_STORE_SYSFS_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stddef.h>

/* The file's first line, up to a control character, terminated and cut off at cap bytes. The size that the kernel
 * reports is ignored: sysfs says a page, securityfs nothing. ES_MISSING, ES_PERMISSION; ES_IO also for a folder. */
ES_MUST_CHECK enum es_reason es_sysfs_line(const char *path, char *ret, size_t cap);

#endif
