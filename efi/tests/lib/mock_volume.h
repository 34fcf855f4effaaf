/* SPDX-License-Identifier: Apache-2.0 */
/* A boot volume for tests, whose files may lie about themselves. */
#ifndef ES_EFI_TESTLIB_MOCK_VOLUME_H
#define ES_EFI_TESTLIB_MOCK_VOLUME_H

#include "efi/tests/lib/mock.h"

enum { MOCK_FILES = 8, MOCK_PATH = 64 };

struct mock_file {
	char path[MOCK_PATH]; /* "\etcseal\bank0\config.cms"; a folder too */
	const uint8_t *data;  /* NULL: made up, byte i is (uint8_t)i */
	size_t len;           /* that can be read */
	uint64_t said_len;    /* what its folder entry says */
	bool folder;
	size_t at_a_time; /* a read gives no more than that; 0: as asked */
	bool read_fails;
	bool read_overshoots; /* says that it read more than was asked */
	EFI_STATUS open_fails;
	EFI_STATUS info_fails;
};

struct mock_volume {
	struct mock *mock;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL protocol;
	EFI_STATUS open_fails;
	struct mock_file files[MOCK_FILES];
	unsigned count;
	unsigned open; /* handles not closed */
};

/* Makes it the volume that the image came from. */
void mock_volume_start(struct mock_volume *v, struct mock *m);
/* A sound file (len bytes) or, with len SIZE_MAX, a folder; the caller may make it lie. */
struct mock_file *mock_volume_add(struct mock_volume *v, const char *path, const void *data, size_t len);

#endif
