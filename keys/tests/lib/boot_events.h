/* SPDX-License-Identifier: Apache-2.0 */
/* Events as firmware and shim log them, for logs that tests make up. */
#ifndef ES_TESTLIB_BOOT_EVENTS_H
#define ES_TESTLIB_BOOT_EVENTS_H

#include "keys/core/event_log.h"
#include "keys/core/pe.h"

struct boot_event {
	uint8_t data[4096];
	struct es_event event; /* its data is the one above: don't copy it */
};

/* A program's, in PCR 4: its Authenticode, and its path with slashes (NULL: the log names none). */
void boot_event_program(const struct es_pe *pe, const char *path, struct boot_event *ret);
/* A variable's, in PCR 7, digested whole: EV_EFI_VARIABLE_DRIVER_CONFIG or _AUTHORITY. */
void boot_event_variable(uint32_t type, const char *name, struct es_span value, struct boot_event *ret);
/* The authority by which a program was taken: a list's name, and an entry of it; its owner is zeros. */
void boot_event_authority(const char *list, struct es_span data, struct boot_event *ret);

#endif
