/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/firmware_options.h"

#include "keys/core/labels.h"

#include <string.h>

/* The vendor GUIDs of systemd and of the boot loader interface, in the firmware's byte order. */
#define SYSTEMD                                                                                                        \
	{                                                                                                              \
		0x4b, 0x64, 0xf2, 0x8c, 0x0b, 0x4b, 0x8f, 0x42, 0x93, 0x87, 0x6d, 0x87, 0x60, 0x50, 0xdc, 0x67         \
	}
#define LOADER                                                                                                         \
	{                                                                                                              \
		0x82, 0xb0, 0x67, 0x4a, 0x4c, 0x0a, 0xcf, 0x41, 0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f         \
	}

const struct es_firmware_variable es_firmware_variables[ES_FIRMWARE_VARIABLES] = {
	{ "SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67", SYSTEMD,
	  "systemd before 258 takes boot options from it" },
	{ "HibernateLocation-8cf2644b-4b0b-428f-9387-6d876050dc67", SYSTEMD,
	  "systemd resumes a hibernated system from where it says" },
	{ "FactoryReset-8cf2644b-4b0b-428f-9387-6d876050dc67", SYSTEMD, "systemd-repart wipes partitions" },
	{ "FactoryResetRequest-8cf2644b-4b0b-428f-9387-6d876050dc67", SYSTEMD, "systemd resets the system" },
	{ "StubDeviceURL-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", LOADER,
	  "with systemd.pull=, systemd loads images from this URL" },
};

/* Everything that systemd and its boot loaders look for starts with this: credentials, and options for the kernel. */
static const char string_prefix[] = "io.systemd.";

enum { GUID_TEXT = 1 + 36 }; /* "-GUID" */

void es_firmware_variable_name(const struct es_firmware_variable *v, char ret[static ES_FIRMWARE_VARIABLE_NAME])
{
	size_t n = strlen(v->id) - GUID_TEXT;

	memcpy(ret, v->id, n);
	ret[n] = '\0';
}

static bool begins_with(struct es_span s, const char *what, size_t len)
{
	return s.len >= len && memcmp(s.data, what, len) == 0;
}

bool es_firmware_string_is_measured(struct es_span string)
{
	return begins_with(string, string_prefix, sizeof string_prefix - 1);
}

void es_firmware_variable_write(const struct es_firmware_variable *v, struct es_span value, struct es_writer *w)
{
	es_write_bytes(w, ES_EFI_VARIABLE_EVENT, sizeof ES_EFI_VARIABLE_EVENT);
	es_write_bytes(w, v->id, strlen(v->id) + 1);
	es_write_bytes(w, value.data, value.len);
}

void es_firmware_string_write(struct es_span string, struct es_writer *w)
{
	es_write_bytes(w, ES_SMBIOS_STRING_EVENT, sizeof ES_SMBIOS_STRING_EVENT);
	es_write_bytes(w, string.data, string.len);
}

bool es_firmware_event_read(struct es_span data, struct es_firmware_event *ret)
{
	struct es_reader in = { .in = data };
	struct es_firmware_event e = { .value = { NULL, 0 } };
	const uint8_t *nul;

	if (begins_with(data, ES_SMBIOS_STRING_EVENT, sizeof ES_SMBIOS_STRING_EVENT)) {
		es_read_span(&in, sizeof ES_SMBIOS_STRING_EVENT);
	} else if (begins_with(data, ES_EFI_VARIABLE_EVENT, sizeof ES_EFI_VARIABLE_EVENT)) {
		es_read_span(&in, sizeof ES_EFI_VARIABLE_EVENT);
		nul = es_reader_left(&in) > 0 ? memchr(data.data + in.pos, 0, es_reader_left(&in)) : NULL;
		if (!nul || nul == data.data + in.pos)
			return false;
		e.variable = es_read_span(&in, (size_t)(nul - data.data) - in.pos);
		es_read_u8(&in);
	} else {
		return false;
	}
	e.value = es_read_span(&in, es_reader_left(&in));
	*ret = e;
	return true;
}

struct es_span es_firmware_string_name(struct es_span string)
{
	const uint8_t *equals = string.len > 0 ? memchr(string.data, '=', string.len) : NULL;

	return (struct es_span){ string.data, equals ? (size_t)(equals - string.data) : string.len };
}
