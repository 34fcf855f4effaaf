/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/firmware_options.h"

#include "efi/cleanup.h"
#include "efi/defences.h"
#include "keys/core/firmware_options.h"
#include "keys/core/smbios.h"

#include <string.h>

static const EFI_GUID smbios64_guid = {
	0xf2fd1544, 0x9794, 0x4a2c, { 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 }
};
static const EFI_GUID smbios32_guid = {
	0xeb9d2d31, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d }
};

struct options {
	struct es_measuring *m;
	struct es_pages value; /* ES_FIRMWARE_VALUE_MAX bytes */
	struct es_pages event; /* the value, with room for the header before it */
	unsigned count;
};

enum { EVENT_MAX = ES_FIRMWARE_VALUE_MAX + 256 };

static void options_free(struct options *o)
{
	es_pages_free(&o->value);
	es_pages_free(&o->event);
}

/* "the EFI variable NAME is set, and measured: …" */
static void say_measured(const struct es_measuring *m, const char *kind, struct es_span name)
{
	char line[160] = { 0 };
	struct es_writer w = { .data = (uint8_t *)line, .cap = sizeof line - 1 };

	if (!m->tcg2 && !m->cc)
		return;
	es_write_text(&w, kind);
	for (size_t i = 0; i < name.len && i < 60; i++)
		es_write_bytes(&w, name.data[i] >= ' ' && name.data[i] < 0x7f ? (const char *)&name.data[i] : "?", 1);
	es_write_text(&w, " is set, and measured: it gives options to the system that boots.");
	es_say(m->fw, line);
}

static void fail(struct options *o, const char *what, EFI_STATUS status)
{
	es_complain(o->m->fw, what, status,
		    "It may give options to the system that boots, so the measurement counts as failed.");
	es_measuring_fail(o->m);
}

static void fail_variable(struct options *o, const char *name, EFI_STATUS status)
{
	char what[96] = { 0 };
	struct es_writer w = { .data = (uint8_t *)what, .cap = sizeof what - 1 };

	es_write_text(&w, "the EFI variable ");
	es_write_text(&w, name);
	es_write_text(&w, status == EFI_BUFFER_TOO_SMALL ? " is too long" : " can't be read");
	fail(o, what, status);
}

static void measure(struct options *o, const struct es_writer *w)
{
	if (w->bad) { /* impossible: there is room for the longest value */
		es_measuring_fail(o->m);
		return;
	}
	o->count++;
	es_measure_firmware_option(o->m, (struct es_span){ o->event.data, w->pos });
}

static void measure_variable(struct options *o, const struct es_firmware_variable *v)
{
	struct es_writer w = { .data = o->event.data, .cap = o->event.len };
	char name[ES_FIRMWARE_VARIABLE_NAME];
	CHAR16 wide[ES_FIRMWARE_VARIABLE_NAME] = { 0 };
	UINTN len = ES_FIRMWARE_VALUE_MAX;
	UINT32 attributes = 0;
	EFI_STATUS status;
	EFI_GUID guid;

	es_firmware_variable_name(v, name);
	for (size_t i = 0; name[i] != '\0'; i++)
		wide[i] = (CHAR16)(unsigned char)name[i];
	memcpy(&guid, v->guid, sizeof guid);
	status = o->m->fw->table->RuntimeServices->GetVariable(wide, &guid, &attributes, &len, o->value.data);
	if (status == EFI_NOT_FOUND)
		return;
	/* A variable that is gone when the kernel starts gives no options, and the running system can't predict it. */
	if ((!EFI_ERROR(status) || status == EFI_BUFFER_TOO_SMALL) && !(attributes & EFI_VARIABLE_RUNTIME_ACCESS))
		return;
	if (!EFI_ERROR(status) && len > ES_FIRMWARE_VALUE_MAX)
		status = EFI_BUFFER_TOO_SMALL;
	if (EFI_ERROR(status)) {
		fail_variable(o, name, status);
		return;
	}
	if (len == 0)
		return;
	es_firmware_variable_write(v, (struct es_span){ o->value.data, len }, &w);
	measure(o, &w);
	say_measured(o->m, "the EFI variable ", (struct es_span){ (const uint8_t *)name, strlen(name) });
}

/* The last entry of its kind: the one that Linux uses. */
static const uint8_t *find_table(const struct es_firmware *fw, const EFI_GUID *guid)
{
	const uint8_t *found = NULL;

	for (UINTN i = 0; i < fw->table->NumberOfTableEntries; i++)
		if (memcmp(&fw->table->ConfigurationTable[i].VendorGuid, guid, sizeof *guid) == 0)
			found = fw->table->ConfigurationTable[i].VendorTable;
	return found;
}

/* Linux uses the 64-bit entry point if it is valid, else the 32-bit one. */
static bool find_smbios(const struct es_firmware *fw, struct es_smbios_entry *ret)
{
	const uint8_t *at = find_table(fw, &smbios64_guid);

	if (at && es_smbios_entry64((struct es_span){ at, ES_SMBIOS_ENTRY_LEN }, ret) == ES_OK)
		return true;
	at = find_table(fw, &smbios32_guid);
	return at && es_smbios_entry32((struct es_span){ at, ES_SMBIOS_ENTRY_LEN }, ret) == ES_OK;
}

static void measure_string(struct options *o, struct es_span string)
{
	struct es_writer w = { .data = o->event.data, .cap = o->event.len };

	if (string.len > ES_FIRMWARE_VALUE_MAX) {
		fail(o, "a string for systemd in the SMBIOS tables is too long", EFI_BUFFER_TOO_SMALL);
		return;
	}
	es_firmware_string_write(string, &w);
	measure(o, &w);
	say_measured(o->m, "the SMBIOS string ", es_firmware_string_name(string));
}

static void measure_strings(struct options *o)
{
	struct es_smbios_strings strings;
	struct es_smbios_entry entry;
	struct es_span string;
	unsigned n = 0;

	if (!find_smbios(o->m->fw, &entry))
		return;
	if (entry.len > ES_SMBIOS_TABLE_MAX) {
		fail(o, "the SMBIOS tables are too long", EFI_BAD_BUFFER_SIZE);
		return;
	}
	strings =
	    es_smbios_strings((struct es_span){ (const uint8_t *)(uintptr_t)entry.address, entry.len }, entry.count);
	while (es_smbios_next(&strings, &string)) {
		if (!es_firmware_string_is_measured(string))
			continue;
		if (n++ == ES_FIRMWARE_STRINGS) {
			fail(o, "there are too many strings for systemd in the SMBIOS tables", EFI_BAD_BUFFER_SIZE);
			return;
		}
		measure_string(o, string);
	}
}

unsigned es_firmware_options_measure(struct es_measuring *m)
{
	ES_SCOPED(options_free) struct options o = { .m = m };
	EFI_STATUS status;

	if (!ES_WITH_FIRMWARE_MEASURING)
		return 0;
	status = es_pages_new(m->fw, EfiLoaderData, ES_FIRMWARE_VALUE_MAX, &o.value);
	if (!EFI_ERROR(status))
		status = es_pages_new(m->fw, EfiLoaderData, EVENT_MAX, &o.event);
	if (EFI_ERROR(status)) {
		fail(&o, "there isn't enough memory to look for options from firmware", status);
		return 0;
	}
	/* They may contain credentials. */
	o.value.secret = o.event.secret = true;
	for (int i = 0; i < ES_FIRMWARE_VARIABLES; i++)
		measure_variable(&o, &es_firmware_variables[i]);
	measure_strings(&o);
	return o.count;
}
