/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal backup`: saves the tree in RAM as the next generation, if it has changed. */
#include "keys/change/save.h"
#include "keys/core/clock.h"
#include "tools/common.h"
#include "tools/journal.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>

static void fill_names(struct es_emit *j, const char *name, uint64_t count,
		       const char names[static ES_SKIPPED_NAMED][ES_PATH_TEXT])
{
	es_emit_array(j, name);
	for (uint64_t i = 0; i < count && i < ES_SKIPPED_NAMED; i++)
		es_emit_text(j, NULL, names[i]);
	es_emit_end(j);
}

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
	fill_names(&j, "skipped_names", s->report.skipped, s->report.skipped_name);
	es_emit_number(&j, "stripped", s->report.stripped);
	fill_names(&j, "stripped_names", s->report.stripped, s->report.stripped_name);
	es_emit_number(&j, "linked", s->report.linked);
	fill_names(&j, "linked_names", s->report.linked, s->report.linked_name);
	es_emit_end(&j);
}

static void say_left_out(const char *text, uint64_t entries)
{
	es_warn("%s", text);
	es_journal(&(struct es_entry){ .message = ES_SAY_LEFT_OUT, .text = text, .entries = entries });
}

static void say_saved(const struct es_args *args, const struct es_saved *saved, uint64_t took_us)
{
	char text[ES_LEFT_OUT_TEXT], size[ES_SIZE_TEXT];

	es_size_words(saved->report.bytes, size);
	snprintf(text, sizeof text, "saved generation %" PRIu64 ": %" PRIu64 " entr%s, %s", saved->generation,
		 saved->report.entries, saved->report.entries == 1 ? "y" : "ies", size);
	es_line(args, "%s", text);
	es_journal(&(struct es_entry){ .message = ES_SAY_SAVED,
				       .text = text,
				       .generation = saved->generation,
				       .bytes = saved->size,
				       .entries = saved->report.entries,
				       .usec = took_us });
	if (es_left_out_words(&saved->report, text))
		say_left_out(text, saved->report.skipped);
	if (es_stripped_words(&saved->report, text))
		say_left_out(text, saved->report.stripped);
	if (es_linked_words(&saved->report, text))
		say_left_out(text, saved->report.linked);
}

enum es_exit es_verb_backup(const struct es_args *args)
{
	const struct es_save_request request = { .force = es_arg_given(args, "force") };
	uint64_t began_ns = es_monotonic_ns();
	struct es_saved saved;
	ES_HOST host = NULL;
	enum es_exit failed = es_open_host(args, &host);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_host_save(host, &request, &saved);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	if (saved.unchanged)
		es_line(args, "nothing changed since generation %" PRIu64, saved.generation);
	else
		say_saved(args, &saved, (es_monotonic_ns() - began_ns) / 1000);
	return args->json ? es_print(fill_saved, &saved) : ES_EXIT_DONE;
}
