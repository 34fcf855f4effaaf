/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A firmware for tests on the host: memory, handles with protocols, variables and a console that can be read. Every
 * other boot service answers EFI_UNSUPPORTED. One at a time.
 */
#ifndef ES_EFI_TESTLIB_MOCK_H
#define ES_EFI_TESTLIB_MOCK_H

#include "efi/firmware.h"

enum { MOCK_PROTOCOLS = 32, MOCK_VARIABLES = 8, MOCK_VARIABLE_MAX = 9000, MOCK_PAGES = 64, MOCK_TABLES = 4 };

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
	struct mock_variable {
		char name[32];
		EFI_GUID guid; /* zeros: any */
		uint8_t value[MOCK_VARIABLE_MAX];
		size_t len;
		UINT32 attributes;
		EFI_STATUS fails; /* asked for, it answers that */
		bool set;
	} variables[MOCK_VARIABLES];
	EFI_CONFIGURATION_TABLE tables[MOCK_TABLES];
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
/* One that the system sees too; the test may change that. */
struct mock_variable *mock_set_variable(struct mock *m, const char *name, const void *value, size_t len);
/* A page below 4 GiB, for good. */
void *mock_low_memory(void);
void mock_add_table(struct mock *m, EFI_GUID guid, const void *table);
/* A variable's UTF-16 as ASCII; NULL if it isn't set. */
const char *mock_variable_text(struct mock *m, const char *name);

#endif
