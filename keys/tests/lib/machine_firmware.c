/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"

#include "keys/store/file.h"
#include "keys/tests/lib/smbios_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void machine_set_variable(struct machine *m, const char *id, const char *text)
{
	uint8_t bytes[512];
	struct es_writer w = { .data = bytes, .cap = sizeof bytes };
	char path[256];

	snprintf(path, sizeof path, "%s/%s", m->efivars, id);
	if (text == NULL) {
		assert_int_equal(unlink(path), 0);
		return;
	}
	es_write_le32(&w, 7); /* non-volatile, boot services, runtime */
	for (; *text != '\0'; text++)
		es_write_le16(&w, (uint8_t)*text);
	es_write_le16(&w, 0);
	assert_false(w.bad);
	assert_int_equal(es_file_write(AT_FDCWD, path, (struct es_span){ bytes, w.pos }), ES_OK);
}

void machine_publish_strings(struct machine *m)
{
	static struct es_test_smbios table;
	char folder[128];

	es_test_smbios_begin(&table);
	es_test_smbios_add(&table, 1, "maker\0");
	for (size_t i = 0; i < sizeof m->smbios / sizeof *m->smbios && m->smbios[i] != NULL; i++)
		es_test_smbios_add_string(&table, es_text_span(m->smbios[i]));
	es_test_smbios_add(&table, 127, "");
	snprintf(folder, sizeof folder, "%s/dmi", m->firmware_dir);
	assert_true(mkdir(folder, 0700) == 0 || errno == EEXIST);
	snprintf(folder, sizeof folder, "%s/dmi/tables", m->firmware_dir);
	es_test_smbios_publish(&table, folder);
}
