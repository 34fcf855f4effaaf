/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal backup`: the tree in RAM becomes the next generation. */
#include "tools/common.h"
#include "tools/verbs.h"

#include <inttypes.h>

struct saved {
	const struct es_pack_report *report;
	uint64_t generation;
};

static void fill_saved(struct es_writer *w, const void *what)
{
	const struct saved *s = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_number(&j, "generation", s->generation);
	es_emit_number(&j, "entries", s->report->entries);
	es_emit_number(&j, "bytes", s->report->bytes);
	es_emit_number(&j, "skipped", s->report->skipped);
	es_emit_array(&j, "skipped_names");
	for (uint64_t i = 0; i < s->report->skipped && i < ES_SKIPPED_NAMED; i++)
		es_emit_text(&j, NULL, s->report->skipped_name[i]);
	es_emit_end(&j);
	es_emit_end(&j);
}

enum es_exit es_verb_backup(const struct es_args *args)
{
	struct es_pack_report report = { 0 };
	struct saved saved = { .report = &report };
	char size[ES_SIZE_TEXT];
	ES_HOST host = NULL;
	enum es_exit failed = es_open_host(args, &host);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_host_backup(host, &report);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	saved.generation = es_host_bank(host)->info->generation;
	es_size_words(report.bytes, size);
	es_done(args, "saved generation %" PRIu64 ": %" PRIu64 " entr%s, %s", saved.generation, report.entries,
		report.entries == 1 ? "y" : "ies", size);
	if (report.skipped > 0)
		es_warn("%" PRIu64 " left out (sockets, devices or fifos): %s%s", report.skipped,
			report.skipped_name[0], report.skipped > 1 ? ", ..." : "");
	return args->json ? es_print(fill_saved, &saved) : ES_EXIT_DONE;
}
