/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/boot_events.h"

#include "keys/core/authenticode.h"
#include "keys/crypto/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { OWNER = 16 };

static void finish(struct boot_event *e, const struct es_writer *w)
{
	assert_false(w->bad);
	e->event.data = (struct es_span){ e->data, w->pos };
}

/* UEFI_IMAGE_LOAD_EVENT without addresses; a device path of one node with the file's path. */
void boot_event_program(const struct es_pe *pe, const char *path, struct boot_event *ret)
{
	struct es_writer w = { .data = ret->data, .cap = sizeof ret->data };
	const size_t chars = path != NULL ? strlen(path) + 1 : 0;
	const size_t node = path != NULL ? 4 + 2 * chars : 0;

	ret->event =
	    (struct es_event){ .pcr = ES_PCR_BOOT_LOADER, .type = (uint32_t)ES_EV_EFI_BOOT_SERVICES_APPLICATION };
	es_write_zeros(&w, 24);
	es_write_le32(&w, (uint32_t)(node + 4));
	es_write_le32(&w, 0);
	if (path != NULL) {
		es_write_bytes(&w, "\4\4", 2);
		es_write_le16(&w, (uint16_t)node);
		for (size_t i = 0; i < chars; i++)
			es_write_le16(&w, path[i] == '/' ? '\\' : (uint8_t)path[i]);
	}
	es_write_bytes(&w, "\x7f\xff\4\0", 4);
	finish(ret, &w);
	assert_int_equal(es_authenticode(pe, es_sha256, &ret->event.sha256), ES_OK);
}

/* UEFI_VARIABLE_DATA */
void boot_event_variable(uint32_t type, const char *name, struct es_span value, struct boot_event *ret)
{
	struct es_writer w = { .data = ret->data, .cap = sizeof ret->data };

	ret->event = (struct es_event){ .pcr = ES_PCR_SECURE_BOOT, .type = type };
	es_write_zeros(&w, 16);
	es_write_le32(&w, (uint32_t)strlen(name));
	es_write_le32(&w, 0);
	es_write_le32(&w, (uint32_t)value.len);
	es_write_le32(&w, 0);
	for (const char *c = name; *c != '\0'; c++)
		es_write_le16(&w, (uint8_t)*c);
	es_write_bytes(&w, value.data, value.len);
	finish(ret, &w);
	assert_true(es_sha256(&ret->event.data, 1, &ret->event.sha256));
}

void boot_event_authority(const char *list, struct es_span data, struct boot_event *ret)
{
	uint8_t entry[3000] = { 0 };

	assert_true(data.len + OWNER <= sizeof entry);
	memcpy(entry + OWNER, data.data, data.len);
	boot_event_variable((uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY, list, (struct es_span){ entry, data.len + OWNER },
			    ret);
}
