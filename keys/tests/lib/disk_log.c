/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/disk_log.h"

#include "keys/core/span.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { LOG_MAX = 1 << 30 };

struct record {
	uint32_t type, length;
	uint64_t offset;
};

void disk_log_read(const char *path, struct disk_log *ret)
{
	struct es_buf file = { NULL, 0 };
	size_t at = 0, room = 1024;

	assert_int_equal(es_file_read(AT_FDCWD, path, LOG_MAX, &file), ES_OK);
	*ret = (struct disk_log){ .bytes = file.data, .events = malloc(room * sizeof *ret->events) };
	while (at < file.len) {
		struct record record;

		assert_true(file.len - at >= sizeof record);
		memcpy(&record, file.data + at, sizeof record);
		at += sizeof record;
		if (ret->count == room)
			ret->events = realloc(ret->events, (room *= 2) * sizeof *ret->events);
		assert_non_null(ret->events);
		ret->events[ret->count++] = (struct disk_event){ .type = (char)record.type,
								 .offset = record.offset,
								 .length = record.length,
								 .data = file.data + at };
		if (record.type == 'W') {
			assert_true(file.len - at >= record.length);
			at += record.length;
		}
	}
	assert_true(ret->count > 0);
}

void disk_log_free(struct disk_log *log)
{
	free(log->bytes);
	free(log->events);
	*log = (struct disk_log){ .count = 0 };
}

void disk_apply(int image, const struct disk_event *write, uint32_t length)
{
	assert_int_equal(pwrite(image, write->data, length, (off_t)write->offset), length);
}

void disk_try(int image, const struct disk_event *write, uint32_t length, struct disk_kept *ret)
{
	*ret = (struct disk_kept){ .offset = write->offset, .length = length, .was = malloc(length) };
	assert_non_null(ret->was);
	assert_int_equal(pread(image, ret->was, length, (off_t)ret->offset), length);
	disk_apply(image, write, length);
}

void disk_undo(int image, struct disk_kept *kept)
{
	assert_int_equal(pwrite(image, kept->was, kept->length, (off_t)kept->offset), kept->length);
	free(kept->was);
	kept->was = NULL;
}
