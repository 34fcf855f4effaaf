/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/load_option_image.h"

#include "keys/image/efi_variables.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static void put_utf16(struct es_writer *w, const char *text)
{
	for (; *text != '\0'; text++)
		es_write_le16(w, (uint8_t)*text);
	es_write_le16(w, 0);
}

void load_option_write(const struct load_option *o, struct es_writer *w)
{
	size_t path = o->file != NULL ? 4 + 2 * (strlen(o->file) + 1) : 0;

	es_write_le32(w, o->inactive ? 0 : 1);
	es_write_le16(w, (uint16_t)(8 + path + 4));
	put_utf16(w, o->name);
	es_write_bytes(w, "\4\1\x08\0abcd", 8);
	if (o->file != NULL) {
		es_write_bytes(w, "\4\4", 2);
		es_write_le16(w, (uint16_t)path);
		put_utf16(w, o->file);
	}
	es_write_bytes(w, "\x7f\xff\4\0", 4);
	if (o->options != NULL && o->ascii)
		es_write_bytes(w, o->options, strlen(o->options));
	else if (o->options != NULL)
		put_utf16(w, o->options);
}

void machine_set_boot(struct machine *m, const char *name, struct es_span value)
{
	uint8_t bytes[1024];
	struct es_writer w = { .data = bytes, .cap = sizeof bytes };
	char path[256];

	es_write_le32(&w, 7);
	es_write_bytes(&w, value.data, value.len);
	assert_false(w.bad);
	snprintf(path, sizeof path, "%s/%s-" ES_EFI_GLOBAL, m->efivars, name);
	assert_int_equal(es_file_write(AT_FDCWD, path, (struct es_span){ bytes, w.pos }), ES_OK);
}

void machine_set_entry(struct machine *m, unsigned number, const struct load_option *o)
{
	uint8_t bytes[1000];
	struct es_writer w = { .data = bytes, .cap = sizeof bytes };
	char name[16];

	load_option_write(o, &w);
	assert_false(w.bad);
	snprintf(name, sizeof name, "Boot%04X", number & 0xffff);
	machine_set_boot(m, name, (struct es_span){ bytes, w.pos });
}
