/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the booted system takes from firmware as options, code or credentials, and how the stub measures it into PCR 12.
 * To add one, add a row to the table. SECURITY.md says what else the system reads, and why it isn't here. Pure: runs in
 * firmware, and on the host, which has to predict what a coming boot will measure.
 */
#ifndef ES_CORE_FIRMWARE_OPTIONS_H
#define ES_CORE_FIRMWARE_OPTIONS_H

#include "keys/core/span.h"

enum {
	ES_FIRMWARE_VARIABLES = 5,
	ES_FIRMWARE_VARIABLE_NAME = 32, /* including the NUL, without the GUID */
	ES_FIRMWARE_VALUE_MAX = 8192,   /* bytes of a variable or a string; a longer one shuts the seal */
	ES_FIRMWARE_STRINGS = 32,       /* more strings than this shut the seal, too */
	ES_FIRMWARE_EVENTS = ES_FIRMWARE_VARIABLES + ES_FIRMWARE_STRINGS,
};

struct es_firmware_variable {
	const char *id;   /* "NAME-GUID", as efivarfs names it */
	uint8_t guid[16]; /* in the firmware's byte order */
	const char *does; /* what the system does with it, for a message */
};
extern const struct es_firmware_variable es_firmware_variables[ES_FIRMWARE_VARIABLES];

/* The name without the GUID. */
void es_firmware_variable_name(const struct es_firmware_variable *v, char ret[static ES_FIRMWARE_VARIABLE_NAME]);

/* Whether this is an OEM string of SMBIOS that any release of systemd honours. */
bool es_firmware_string_is_measured(struct es_span string);

/* The bytes that are hashed, and logged as the event's data. */
void es_firmware_variable_write(const struct es_firmware_variable *v, struct es_span value, struct es_writer *w);
void es_firmware_string_write(struct es_span string, struct es_writer *w);

/* Reads such an event's data back, in place. False: it isn't one of these events. */
struct es_firmware_event {
	struct es_span variable; /* NAME-GUID; empty if the event is about a string */
	struct es_span value;    /* the variable's value, or the whole string */
};
bool es_firmware_event_read(struct es_span data, struct es_firmware_event *ret);

/* The part of a string that may be shown: a credential's name, but not its value. */
struct es_span es_firmware_string_name(struct es_span string);

#endif
