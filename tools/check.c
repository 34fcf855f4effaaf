/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal check`: will the next boot open by itself? Asked before a restart, so that nobody has to stand there with the key. */
#include "keys/reseal.h"
#include "tools/common.h"
#include "tools/image.h"
#include "tools/verbs.h"

static void fill_opens(struct es_writer *w, const void *what)
{
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_bool(&j, "opens", true);
	es_emit_text(&j, "by", what);
	es_emit_end(&j);
}

enum es_exit es_verb_check(const struct es_args *args)
{
	const char *path = es_arg(args, "image");
	struct es_predict_request next = { .stub = false };
	char by[ES_BY_TEXT];
	ES_IMAGE image = { 0 };
	ES_HOST host = NULL;
	enum es_exit failed = ES_EXIT_DONE;
	enum es_reason r;

	if (path != NULL)
		failed = es_image_open_next(args, path, &image);
	if (failed == ES_EXIT_DONE)
		failed = es_open_host(args, &host);
	if (failed != ES_EXIT_DONE)
		return failed;
	next.image = &image.pe;
	next.uki = &image.uki;
	r = es_host_check(host, path != NULL ? &next : NULL, by);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	es_line(args, "the next boot%s%s opens by itself (%s)", path != NULL ? " with " : "", path != NULL ? path : "",
		by);
	return args->json ? es_print(fill_opens, by) : ES_EXIT_DONE;
}
