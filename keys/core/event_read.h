/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a prediction needs out of the events' own bytes. No PCR covers them, only the digest beside them: what they say is
 * a hint to be checked against something else. TCG PC Client Platform Firmware Profile 1.05, section 10.2; UEFI
 * specification, "Device Path Protocol" and "Signature Database".
 */
#ifndef ES_CORE_EVENT_READ_H
#define ES_CORE_EVENT_READ_H

#include "keys/core/event_log.h"

enum { ES_PROGRAM_PATH = 256 };

/* The file that an EFI program was loaded from, with slashes: "/EFI/Linux/a.efi". False: none is named, or one that is too
 * long, not printable ASCII, or leaves the partition by "..". */
bool es_event_program_file(const struct es_event *event, char ret[static ES_PROGRAM_PATH]);

/* Of an EV_EFI_VARIABLE_DRIVER_CONFIG or EV_EFI_VARIABLE_AUTHORITY event: is it that variable, and its value in place. */
bool es_event_variable(const struct es_event *event, const char *name, struct es_span *ret_value);

/* Whether what was measured is the event's own bytes: only then does the PCR speak for them. */
bool es_event_is_its_data(const struct es_event *event, es_sha256_fn *sha256);

#endif
