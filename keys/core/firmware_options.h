/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the started system takes from firmware as options, code or credentials, and how the stub measures it into PCR 12. A
 * new one is a row in the table; SECURITY.md says what else is read, and why it isn't here. Pure: runs in firmware and on
 * the host, which has to foresee what a coming boot will measure.
 */
#ifndef ES_CORE_FIRMWARE_OPTIONS_H
#define ES_CORE_FIRMWARE_OPTIONS_H

#include "keys/core/span.h"

enum {
	ES_FIRMWARE_VARIABLES = 5,
	ES_FIRMWARE_VARIABLE_NAME = 32, /* with its NUL, without the GUID */
	ES_FIRMWARE_VALUE_MAX = 8192,   /* bytes of a variable, and of a string; a longer one shuts the seal */
	ES_FIRMWARE_STRINGS = 32,       /* and so do more strings than that */
	ES_FIRMWARE_EVENTS = ES_FIRMWARE_VARIABLES + ES_FIRMWARE_STRINGS,
};

struct es_firmware_variable {
	const char *id;   /* "NAME-GUID", as efivarfs names it */
	uint8_t guid[16]; /* as firmware stores it */
	const char *does; /* what the system does with it, for a message */
};
extern const struct es_firmware_variable es_firmware_variables[ES_FIRMWARE_VARIABLES];

/* The name alone. */
void es_firmware_variable_name(const struct es_firmware_variable *v, char ret[static ES_FIRMWARE_VARIABLE_NAME]);

/* An OEM string of SMBIOS that systemd heeds, in whatever release. */
bool es_firmware_string_counts(struct es_span string);

/* What is hashed, and logged as the event's data. */
void es_firmware_variable_write(const struct es_firmware_variable *v, struct es_span value, struct es_writer *w);
void es_firmware_string_write(struct es_span string, struct es_writer *w);

/* Such an event's data read back, in place. False: it isn't one of these. */
struct es_firmware_event {
	struct es_span variable; /* NAME-GUID; empty: it is a string */
	struct es_span value;    /* of the variable; or the whole string */
};
bool es_firmware_event_read(struct es_span data, struct es_firmware_event *ret);

/* How much of a string may be shown: a credential's name, but not its value. */
struct es_span es_firmware_string_shown(struct es_span string);

#endif
