/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests-ovmf/endure/recorder wrote down of one boot: every write to the guest's disk, every flush, every state of its TPM,
 * in their order. From it a disk is made up as it was, or may have been, when the power went at any moment: what was
 * flushed is there, and of what wasn't, any part (a disk with a cache of its own writes in any order).
 */
#ifndef ES_TESTLIB_DISK_LOG_H
#define ES_TESTLIB_DISK_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_SECTOR = 512 };

struct disk_event {
	char type;       /* W, F, T */
	uint64_t offset; /* W: in bytes; T: the number of the TPM's state */
	uint32_t length;
	const uint8_t *data;
};

struct disk_log {
	uint8_t *bytes;
	struct disk_event *events;
	size_t count;
};

/* The test fails if there is no such log, or it breaks off. */
void disk_log_read(const char *path, struct disk_log *ret);
void disk_log_free(struct disk_log *log);

/* Puts the first `length` bytes of a write onto the image. */
void disk_apply(int image, const struct disk_event *write, uint32_t length);
/* The same, and keeps what was there: disk_undo, called for the last one first, puts it back. */
struct disk_kept {
	uint64_t offset;
	uint32_t length;
	uint8_t *was;
};
void disk_try(int image, const struct disk_event *write, uint32_t length, struct disk_kept *ret);
void disk_undo(int image, struct disk_kept *kept);

#endif
