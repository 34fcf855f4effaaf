/* SPDX-License-Identifier: Apache-2.0 */
/* A folder with its own mounted disk, small enough to be filled, in the test's mount namespace. */
#ifndef ES_TESTLIB_SMALL_DISK_H
#define ES_TESTLIB_SMALL_DISK_H

#include <stddef.h>

/* cmocka setup and teardown: *state becomes the folder, a text; 256 KiB of tmpfs. */
enum { SMALL_DISK_BYTES = 256 << 10 };
int small_disk_make(void **state);
int small_disk_remove(void **state);

/* Writes name until no more than `left` bytes are free (in whole pages). */
void small_disk_fill(void **state, const char *name, size_t left);
/* 0: read-only; otherwise writable again. */
void small_disk_writable(void **state, int writable);
int small_disk_open(void **state); /* the folder; the caller closes */

#endif
