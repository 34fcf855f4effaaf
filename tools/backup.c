/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal backup`: the tree in RAM becomes the next generation, if it isn't the newest already. */
#include "keys/save.h"
#include "tools/common.h"
#include "tools/verbs.h"

#include <inttypes.h>

static void fill_saved(struct es_writer *w, const void *what)
{
	const struct es_saved *s = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_bool(&j, "unchanged", s->unchanged);
	es_emit_number(&j, "generation", s->generation);
	es_emit_number(&j, "revision", s->revision);
	es_emit_number(&j, "entries", s->report.entries);
	es_emit_number(&j, "bytes", s->report.bytes);
	es_emit_number(&j, "archive_bytes", s->size);
	es_emit_number(&j, "skipped", s->report.skipped);
	es_emit_array(&j, "skipped_names");
	for (uint64_t i = 0; i < s->report.skipped && i < ES_SKIPPED_NAMED; i++)
		es_emit_text(&j, NULL, s->report.skipped_name[i]);
	es_emit_end(&j);
	es_emit_end(&j);
}

enum es_exit es_verb_backup(const struct es_args *args)
{
	const struct es_save_request request = { .force = es_arg_given(args, "force") };
	struct es_saved saved;
	char size[ES_SIZE_TEXT], left_out[ES_LEFT_OUT_TEXT];
	ES_HOST host = NULL;
	enum es_exit failed = es_open_host(args, &host);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_host_save(host, &request, &saved);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	es_size_words(saved.report.bytes, size);
	if (saved.unchanged)
		es_line(args, "nothing changed since generation %" PRIu64, saved.generation);
	else
		es_done(args, "saved generation %" PRIu64 ": %" PRIu64 " entr%s, %s", saved.generation,
			saved.report.entries, saved.report.entries == 1 ? "y" : "ies", size);
	if (es_left_out_words(&saved.report, left_out))
		es_warn("%s", left_out);
	return args->json ? es_print(fill_saved, &saved) : ES_EXIT_DONE;
}
