/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal check`: will the next boot unlock automatically? Run before a reboot, so that nobody needs the recovery key
 * at it. */
#include "keys/next/check.h"
#include "tools/common.h"
#include "tools/next_image.h"
#include "tools/verbs.h"

#include <stdio.h>

static void fill_check(struct es_writer *w, const void *what)
{
	const struct es_check *c = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_bool(&j, "opens", c->opens);
	es_emit_text(&j, "by", c->opens && c->by[0] != '\0' ? c->by : NULL);
	es_emit_array(&j, "findings");
	for (unsigned i = 0; i < c->count; i++) {
		const struct es_finding *f = &c->finding[i];

		es_emit_object(&j, NULL);
		es_emit_bool(&j, "stops", f->stops);
		es_emit_text(&j, "id", es_reason_words(f->reason)->id);
		es_emit_text(&j, "what", es_reason_words(f->reason)->what);
		es_emit_text(&j, "detail", f->detail);
		es_emit_text(&j, "next", f->next);
		es_emit_end(&j);
	}
	es_emit_end(&j);
	es_emit_end(&j);
}

/* The finding that stops the boot. */
static void say_locked(const struct es_finding *f)
{
	const char *locked = es_reason_words(ES_NEXT_LOCKED)->what;
	char head[2 * ES_FINDING_TEXT];

	snprintf(head, sizeof head, "%s%s%s", locked, f->reason != ES_NEXT_LOCKED ? ": " : "",
		 f->reason != ES_NEXT_LOCKED ? es_reason_words(f->reason)->what : "");
	es_print_failure(head, f->detail, f->next);
}

static void warn(const struct es_finding *f)
{
	es_warn("%s%s%s. %s", es_reason_words(f->reason)->what, f->detail[0] != '\0' ? ": " : "", f->detail, f->next);
}

enum es_exit es_verb_check(const struct es_args *args)
{
	ES_NEXT_IMAGE next = { .path = NULL };
	struct es_check check;
	enum es_exit failed = es_next_image_open(args, &next);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_host_check(next.host, es_next_image_boot(&next), &check);
	if (r != ES_OK)
		return es_fail_host(args, r, next.host);
	if (check.opens)
		es_line(args, "the next boot%s%s will unlock automatically (%s)", next.path != NULL ? " with " : "",
			next.path != NULL ? next.path : "", check.by);
	else
		say_locked(&check.finding[0]);
	for (unsigned i = check.opens ? 0 : 1; i < check.count; i++)
		warn(&check.finding[i]);
	failed = args->json ? es_print(fill_check, &check) : ES_EXIT_DONE;
	return failed != ES_EXIT_DONE || check.opens ? failed : ES_EXIT_LOCKED;
}
