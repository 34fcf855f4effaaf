/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A firmware for tests on the host: memory, handles with protocols, variables and a console that can be read. Every other
 * boot service answers EFI_UNSUPPORTED. One at a time.
 */
#ifndef ES_EFI_TESTLIB_MOCK_H
#define ES_EFI_TESTLIB_MOCK_H

#include "efi/firmware.h"

enum { MOCK_PROTOCOLS = 32, MOCK_VARIABLES = 8, MOCK_PAGES = 64 };

struct mock {
	struct es_firmware fw;
	EFI_LOADED_IMAGE_PROTOCOL loaded;
	char console[4096]; /* what was printed, ASCII */

	unsigned allocations_left; /* further ones fail; mock_start: no end of them */
	unsigned allocated;        /* and not given back */
	const char *canary;        /* pages given back with it in them set leaked; NULL: don't look */
	bool leaked;
	EFI_HANDLE stuck; /* nothing can be uninstalled from it */

	/* the machinery */
	EFI_SYSTEM_TABLE table;
	EFI_BOOT_SERVICES boot;
	EFI_RUNTIME_SERVICES runtime;
	SIMPLE_TEXT_OUTPUT_INTERFACE out;
	struct {
		EFI_HANDLE handle; /* NULL: free */
		EFI_GUID guid;
		void *interface;
	} protocols[MOCK_PROTOCOLS];
	struct {
		char name[32];
		uint8_t value[256];
		size_t len;
		bool set;
	} variables[MOCK_VARIABLES];
	struct {
		void *at; /* NULL: free */
		size_t len;
	} pages[MOCK_PAGES];
	unsigned handles;
};

void mock_start(struct mock *m);

void mock_add(struct mock *m, EFI_HANDLE handle, EFI_GUID guid, void *interface);
EFI_HANDLE mock_new_handle(struct mock *m);
unsigned mock_installed(const struct mock *m); /* protocols on all handles */
void mock_set_variable(struct mock *m, const char *name, const void *value, size_t len);
/* A variable's UTF-16 as ASCII; NULL if it isn't set. */
const char *mock_variable_text(struct mock *m, const char *name);

#endif
