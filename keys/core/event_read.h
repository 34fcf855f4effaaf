/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads from the events' data what a prediction needs. No PCR covers the data, only the digest beside it, so it is a
 * hint that must be checked against something else. TCG PC Client Platform Firmware Profile 1.05, section 10.2; UEFI
 * specification, "Device Path Protocol" and "Signature Database".
 */
#ifndef ES_CORE_EVENT_READ_H
#define ES_CORE_EVENT_READ_H

#include "keys/core/device_path.h"
#include "keys/core/event_log.h"

/* The file that an EFI program was loaded from, as es_device_path_file has it. */
bool es_event_program_file(const struct es_event *event, char ret[static ES_PROGRAM_PATH]);

/* Whether an EV_EFI_VARIABLE_DRIVER_CONFIG, _AUTHORITY, _BOOT or _BOOT2 event is about the variable `name`. *ret_value
 * is the variable's value, in place. */
bool es_event_variable(const struct es_event *event, const char *name, struct es_span *ret_value);

/* Whether the event's digest is the hash of its data. Only then does the PCR vouch for the data. */
bool es_event_digest_matches(const struct es_event *event, es_sha256_fn *sha256);

#endif
