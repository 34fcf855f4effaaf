/* SPDX-License-Identifier: Apache-2.0 */
/* Events as firmware and shim log them, for logs made in tests. */
#ifndef ES_TESTLIB_BOOT_EVENTS_H
#define ES_TESTLIB_BOOT_EVENTS_H

#include "keys/core/event_log.h"
#include "keys/core/pe.h"

struct boot_event {
	uint8_t data[4096];
	struct es_event event; /* its data is the array above: don't copy it */
};

/* A program's event in PCR 4: its Authenticode hash, and its path with slashes (NULL: the log names none). */
void boot_event_program(const struct es_pe *pe, const char *path, struct boot_event *ret);
/* A variable's event in PCR 7, whose digest covers all of it: EV_EFI_VARIABLE_DRIVER_CONFIG or _AUTHORITY. */
void boot_event_variable(uint32_t type, const char *name, struct es_span value, struct boot_event *ret);
/* The authority by which a program was accepted: a list's name, and an entry of it; the owner is zeros. */
void boot_event_authority(const char *list, struct es_span data, struct boot_event *ret);

#endif
