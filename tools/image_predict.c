/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal image predict`: the PCRs of a boot with that image, in systemd-measure's text and JSON forms. PCR 4 and 7
 * depend on the host: without its event log they are left out. */
#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/core/options_recovery.h"
#include "keys/image/predict.h"
#include "keys/next/predict.h"
#include "tools/common.h"
#include "tools/image.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static void fill_predictions(struct es_writer *w, const void *what)
{
	const struct es_prediction *p = what;
	struct es_emit j = { .out = w };
	char hex[2 * ES_SHA256_LEN + 1];

	es_emit_object(&j, NULL);
	es_emit_array(&j, "sha256");
	for (unsigned pcr = 0; pcr < ES_PCR_COUNT; pcr++) {
		if ((p->values.present & ES_PCR_BIT(pcr)) == 0)
			continue;
		es_hex_encode(p->values.value[pcr].bytes, ES_SHA256_LEN, hex);
		es_emit_object(&j, NULL);
		es_emit_number(&j, "pcr", pcr);
		es_emit_text(&j, "hash", hex);
		es_emit_end(&j);
	}
	es_emit_end(&j);
	es_emit_text(&j, "refused", p->refused[0] != '\0' ? p->refused : NULL);
	es_emit_text(&j, "unknown", p->unknown[0] != '\0' ? p->unknown : NULL);
	es_emit_text(&j, "rests_on", p->rests_on[0] != '\0' ? p->rests_on : NULL);
	es_emit_end(&j);
}

/* From the image alone. */
static enum es_reason predict_anywhere(const struct es_predict_request *q, struct es_prediction *ret)
{
	enum es_reason r = es_image_predict_pcr11(q->uki, &ret->values.value[ES_PCR_IMAGE]);

	if (r == ES_OK)
		r = es_image_predict_pcr12(q->uki, q->options != NULL ? q->options : "", q->recovery,
					   &ret->values.value[ES_PCR_OPTIONS]);
	ret->values.present = ES_PCR_BIT(ES_PCR_IMAGE) | ES_PCR_BIT(ES_PCR_OPTIONS);
	strcpy(ret->unknown,
	       "PCR 4 and 7: they depend on the host, and this one wasn't started through the boot helper");
	return r;
}

static enum es_exit fail_options(const struct es_args *args, enum es_reason r)
{
	return es_fail(args, r, r == ES_ARGUMENT ? "--options must be ASCII, and shorter than 4096 bytes" : "");
}

static enum es_exit predict(const struct es_args *args, const struct es_predict_request *q, struct es_prediction *ret)
{
	ES_HOST host = NULL;
	enum es_exit failed = es_open_host(args, &host);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_host_predict(host, q, ret);
	if (r == ES_NOT_BOOTED) {
		r = predict_anywhere(q, ret);
		return r == ES_OK ? ES_EXIT_DONE : fail_options(args, r);
	}
	if (r == ES_OK)
		return ES_EXIT_DONE;
	return r == ES_ARGUMENT ? fail_options(args, r) : es_fail_host(args, r, host);
}

enum es_exit es_verb_image_predict(const struct es_args *args)
{
	struct es_prediction p = { .values = { .present = 0 } };
	struct es_predict_request q = { .options = es_arg(args, "options"),
					.recovery = es_arg_given(args, "recovery") };
	char hex[2 * ES_SHA256_LEN + 1];
	ES_IMAGE image = { 0 };
	enum es_exit failed;

	if (q.options != NULL && es_options_contain_recovery(es_text_span(q.options)))
		return es_usage_error(
		    args, "the stub removes the recovery key from the options: leave it out here, and give --recovery "
			  "instead");
	failed = es_image_open_next(args, args->operands[0], &image);
	if (failed != ES_EXIT_DONE)
		return failed;
	q.image = &image.pe;
	q.uki = &image.uki;
	failed = predict(args, &q, &p);
	if (failed != ES_EXIT_DONE)
		return failed;
	for (unsigned pcr = 0; pcr < ES_PCR_COUNT; pcr++) {
		if ((p.values.present & ES_PCR_BIT(pcr)) == 0)
			continue;
		es_hex_encode(p.values.value[pcr].bytes, ES_SHA256_LEN, hex);
		es_line(args, "%u:sha256=%s", pcr, hex);
	}
	if (args->json)
		return es_print(fill_predictions, &p);
	if (p.refused[0] != '\0')
		es_warn("the image won't be started on this host: %s", p.refused);
	if (p.unknown[0] != '\0')
		es_warn("not predicted: %s", p.unknown);
	if (p.rests_on[0] != '\0')
		es_warn("not proven: %s", p.rests_on);
	return ES_EXIT_DONE;
}
