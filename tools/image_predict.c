/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal image predict`: PCR 11 and 12 in the form that systemd-measure prints, and its JSON. */
#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/core/options.h"
#include "tools/image.h"

#include <limits.h>
#include <stdio.h>

struct prediction {
	unsigned pcr;
	char hex[2 * ES_SHA256_LEN + 1];
};

enum { PREDICTIONS = 2 };

static void fill_predictions(struct es_writer *w, const void *what)
{
	const struct prediction *p = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_array(&j, "sha256");
	for (int i = 0; i < PREDICTIONS; i++) {
		es_emit_object(&j, NULL);
		es_emit_number(&j, "pcr", p[i].pcr);
		es_emit_text(&j, "hash", p[i].hex);
		es_emit_end(&j);
	}
	es_emit_end(&j);
	es_emit_end(&j);
}

enum es_exit es_verb_image_predict(const struct es_args *args)
{
	const char *path = args->operands[0], *options = es_arg(args, "options");
	char missing[ES_IMAGE_MISSING_TEXT], what[PATH_MAX + 128];
	struct prediction p[PREDICTIONS] = { { .pcr = ES_PCR_IMAGE }, { .pcr = ES_PCR_OPTIONS } };
	struct es_digest value[PREDICTIONS];
	struct es_span found;
	ES_IMAGE image = { 0 };
	enum es_exit failed;
	enum es_reason r;

	if (options == NULL)
		options = "";
	if (es_options_find(es_text_span(options), ES_OPTION_RECOVERY, &found) ||
	    es_options_find(es_text_span(options), ES_OPTION_RECOVERY_ESXI, &found))
		return es_misuse(args,
				 "the stub takes the recovery key out of the options: leave it out here, and give "
				 "--recovery instead");
	failed = es_image_open(args, path, &image);
	if (failed != ES_EXIT_DONE)
		return failed;
	if (image.missing) {
		es_image_missing_words(&image.uki, missing);
		snprintf(what, sizeof what, "%s lacks%s: the stub would refuse to start it", path, missing);
		return es_fail(args, ES_FORMAT, what);
	}
	r = es_image_predict_pcr11(&image.uki, &value[0]);
	if (r == ES_OK)
		r = es_image_predict_pcr12(&image.uki, options, es_arg_given(args, "recovery"), &value[1]);
	if (r != ES_OK)
		return es_fail(args, r,
			       r == ES_ARGUMENT ? "--options has to be ASCII, and shorter than 4096 bytes" : "");
	for (int i = 0; i < PREDICTIONS; i++) {
		es_hex_encode(value[i].bytes, sizeof value[i].bytes, p[i].hex);
		es_line(args, "%u:sha256=%s", p[i].pcr, p[i].hex);
	}
	return args->json ? es_print(fill_predictions, p) : ES_EXIT_DONE;
}
