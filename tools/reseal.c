/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal reseal`: seals to this boot again, or also to the next one with another image. */
#include "keys/change/reseal.h"
#include "tools/common.h"
#include "tools/next_image.h"
#include "tools/verbs.h"

#include <inttypes.h>

static void fill_resealed(struct es_writer *w, const void *what)
{
	const struct es_resealed *s = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_number(&j, "generation", s->generation);
	es_emit_bool(&j, "this_boot", s->this_boot);
	es_emit_bool(&j, "next_image", s->next_image);
	es_emit_bool(&j, "opens_by_vendor", s->vendor);
	es_emit_text(&j, "ahead", s->ahead != ES_OK ? es_reason_words(s->ahead)->id : NULL);
	es_emit_text(&j, "rests_on", s->prediction.rests_on[0] != '\0' ? s->prediction.rests_on : NULL);
	es_emit_end(&j);
}

static void tell(const struct es_args *args, const struct es_resealed *s, const char *path)
{
	if (s->this_boot)
		es_done(args, "sealed to this boot, as generation %" PRIu64, s->generation);
	if (path == NULL)
		return;
	if (s->next_image)
		es_done(args, "sealed to the next boot with %s too, as generation %" PRIu64, path, s->generation);
	else
		es_line(args, "%s already opens the configuration, %s", path,
			s->vendor ? "by its vendor's signature" : "with the existing seal");
	if (s->prediction.rests_on[0] != '\0')
		es_warn("not proven: %s", s->prediction.rests_on);
}

enum es_exit es_verb_reseal(const struct es_args *args)
{
	ES_NEXT_IMAGE next = { .path = NULL };
	struct es_resealed done;
	enum es_exit failed = es_next_image_open(args, &next);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_host_reseal(next.host, es_next_image_boot(&next), &done);
	if (r != ES_OK)
		return es_fail_host(args, r, next.host);
	tell(args, &done, next.path);
	if (done.ahead != ES_OK)
		es_warn("%s: %s. %s", es_reason_words(done.ahead)->what, es_host_detail(next.host),
			es_reason_words(done.ahead)->next);
	es_report_seal(args, next.host, es_next_image_boot(&next), done.this_boot);
	return args->json ? es_print(fill_resealed, &done) : ES_EXIT_DONE;
}
