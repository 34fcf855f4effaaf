/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/handover.h"

const char *const es_measured_names[ES_MEASURED_COUNT] = { "yes", "no-tpm", "failed" };
const char *const es_outside_names[ES_OUTSIDE_COUNT] = { "none", "used", "dropped" };

static void write_bool(struct es_writer *w, const char *before, bool v)
{
	es_write_text(w, before);
	es_write_text(w, v ? "true" : "false");
}

void es_handover_write(const struct es_handover *h, struct es_writer *w)
{
	es_write_text(w, "{ \"format\": \"etcseal-handover\", \"version\": 1,\n  \"measured\": \"");
	es_write_text(w, es_measured_names[h->measured]);
	es_write_text(w, "\", \"outside_options\": \"");
	es_write_text(w, es_outside_names[h->outside]);
	es_write_text(w, "\"");
	if (h->firmware_options >= 0) {
		es_write_text(w, ", \"firmware_options\": ");
		es_write_decimal(w, (uint64_t)h->firmware_options);
	}
	write_bool(w, ",\n  \"secure_boot\": ", h->secure_boot);
	write_bool(w, ", \"recovery\": ", h->recovery);
	es_write_text(w, ",\n  \"banks\": [ ");
	for (int i = 0; i < 2; i++) {
		write_bool(w, i == 0 ? "{ \"present\": " : ", { \"present\": ", h->bank[i]);
		write_bool(w, ", \"refused\": ", h->bank_refused[i]);
		es_write_text(w, " }");
	}
	es_write_text(w, " ],\n  \"device\": \"");
	es_write_text(w, h->device_uuid);
	es_write_text(w, "\" }\n");
}
