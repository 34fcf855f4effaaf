/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the firmware or shim will decide about an image at the next boot, by the lists that the running system shows.
 * Private to keys/image. UEFI specification, "Image validation"; shim 16.
 */
#ifndef ES_NEXT_VERDICT_H
#define ES_NEXT_VERDICT_H

#include "keys/image/booted.h"
#include "keys/image/predict.h"

enum es_verdict {
	ES_VERDICT_UNKNOWN, /* not all lists can be read */
	ES_VERDICT_ACCEPTED,
	ES_VERDICT_REFUSED,
};

struct es_next_verdict {
	enum es_verdict verdict;
	char why[ES_PREDICTION_TEXT]; /* refused: a clause, "it has no .sbat section, …" */
	struct es_authority by;       /* taken: the first entry that vouches for it */
};

/* Judges the request's image. Programs must be checked at all: es_secure_boot_setting returns UNVERIFIED. */
void es_next_judge(const struct es_predict_request *request, struct es_next_verdict *ret);

/* For a prediction: fills in PCR 7, or why it can't be predicted, and whether the image will be refused. */
void es_predict_secure_boot(const struct es_predict_request *request, struct es_prediction *p);

/* Appends a sentence to one of a prediction's texts. */
__attribute__((format(printf, 2, 3))) void es_prediction_note(char *text, const char *format, ...);

#endif
