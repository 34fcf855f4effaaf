/* SPDX-License-Identifier: Apache-2.0 */
/* The handover and the boot record: a record that is read can be written, and is then read the same. */
#include "keys/store/boot_record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const struct es_boot_record *record)
{
	ES_BUF first = { NULL, 0 };
	ES_BUF second = { NULL, 0 };
	struct es_boot_record again;

	if (es_boot_record_write(record, &first) != ES_OK ||
	    es_boot_record_parse(es_buf_span(&first), &again) != ES_OK ||
	    es_boot_record_write(&again, &second) != ES_OK || first.len != second.len ||
	    memcmp(first.data, second.data, first.len) != 0)
		abort();
}

static void check_handover(const struct es_handover *handover)
{
	uint8_t text[1024];
	struct es_writer w = { .data = text, .cap = sizeof text };
	struct es_handover again;

	es_handover_write(handover, &w);
	if (w.bad || es_handover_parse((struct es_span){ text, w.pos }, &again) != ES_OK ||
	    strcmp(handover->device_uuid, again.device_uuid) != 0 || handover->measured != again.measured)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_handover handover;
	struct es_boot_record record;

	if (es_handover_parse((struct es_span){ data, size }, &handover) == ES_OK)
		check_handover(&handover);
	if (es_boot_record_parse((struct es_span){ data, size }, &record) == ES_OK)
		check_record(&record);
	return 0;
}
