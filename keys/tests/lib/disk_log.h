/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests-ovmf/endure/recorder recorded of one boot: every write to the guest's disk, every flush, and every state
 * of its TPM, in order. From it, a disk can be rebuilt as it was, or may have been, when the power failed at any
 * moment: what was flushed is there, and any part of what wasn't (a disk with a cache writes in any order).
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

/* The test fails if there is no such log, or it is truncated. */
void disk_log_read(const char *path, struct disk_log *ret);
void disk_log_free(struct disk_log *log);

/* Applies the first `length` bytes of a write to the image. */
void disk_apply(int image, const struct disk_event *write, uint32_t length);
/* The same, but keeps the previous bytes. disk_undo, called in reverse order, restores them. */
struct disk_kept {
	uint64_t offset;
	uint32_t length;
	uint8_t *was;
};
void disk_try(int image, const struct disk_event *write, uint32_t length, struct disk_kept *ret);
void disk_undo(int image, struct disk_kept *kept);

#endif
