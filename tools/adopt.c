/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal adopt`: seals the files that were there before, and has the next start remove them. `etcseal below` shows
 * them. */
#include "keys/core/labels.h"
#include "tools/below.h"
#include "tools/elsewhere.h"
#include "tools/image_files.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>

struct shown {
	bool dry_run;
	const struct es_adopt_report *report;
	const struct es_below_list *list;
	const struct es_saved *saved;
	const struct es_elsewhere_list *elsewhere; /* NULL: not looked for */
};

static void fill(struct es_writer *w, const void *what)
{
	const struct shown *s = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_bool(&j, "dry_run", s->dry_run);
	if (!s->dry_run)
		es_emit_number(&j, "generation", s->saved->generation);
	es_adopt_emit(&j, s->report);
	es_below_emit(&j, "below", s->list);
	if (s->elsewhere != NULL)
		es_elsewhere_emit(&j, "elsewhere", s->elsewhere);
	es_emit_end(&j);
}

enum es_exit es_verb_adopt(const struct es_args *args)
{
	struct es_adopt_report report;
	struct es_saved saved = { 0 };
	ES_BELOW_LIST list = { 0 };
	const struct es_adopt_request request = {
		.dry_run = es_arg_given(args, "dry-run"),
		.discard_changed = es_arg_given(args, "discard-changed"),
		.each = es_below_keep,
		.context = &list,
	};
	struct shown shown = { request.dry_run, &report, &list, &saved, NULL };
	ES_HOST host = NULL;
	enum es_exit failed = es_open_host(args, &host);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_host_adopt(host, &request, &report, &saved);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	if (request.dry_run)
		es_below_say(args, &list);
	if (request.dry_run)
		es_line(args, "%" PRIu64 " files would be adopted; nothing was changed", report.files + report.links);
	else
		es_adopt_say(args, &report, &list);
	es_files_warn_of_boot(args, host);
	if (!request.dry_run && report.files + report.links > 0)
		es_note("adopted %" PRIu64 " files from below the configuration, saved as generation %" PRIu64,
			report.files + report.links, saved.generation);
	return args->json ? es_print(fill, &shown) : ES_EXIT_DONE;
}

enum es_exit es_verb_below(const struct es_args *args)
{
	const struct es_host_request at = es_host_request_of(args);
	struct es_adopt_report report;
	ES_BELOW_LIST list = { 0 };
	const struct es_adopt_request request = { .dry_run = true, .each = es_below_keep, .context = &list };
	struct es_elsewhere_list elsewhere;
	struct shown shown = { true, &report, &list, NULL, &elsewhere };
	ES_HOST host = NULL;
	enum es_exit failed = es_open_host(args, &host);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_host_look_below(host, &request, &report);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	es_elsewhere_gather(es_host_boot(host), &elsewhere);
	es_below_say(args, &list);
	es_unseen_say(&report);
	if (list.count == 0)
		es_line(args, "Below the configuration is nothing but what packages ship.");
	es_files_warn_of_boot(args, host);
	es_line(args, "The files themselves: %s/" ES_BELOW_NAME, at.run_dir != NULL ? at.run_dir : ES_RUN_DIR);
	es_elsewhere_say(args, &elsewhere);
	return args->json ? es_print(fill, &shown) : ES_EXIT_DONE;
}
