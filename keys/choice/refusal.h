/* SPDX-License-Identifier: Apache-2.0 */
/* Why a measured boot isn't the one that was sealed to, in words that name what changed. */
#ifndef ES_REFUSAL_H
#define ES_REFUSAL_H

#include "keys/core/pcr.h"
#include "keys/core/span.h"

struct es_refusal_evidence {
	const struct es_pcr_values *sealed, *now;
	es_pcr_mask pcrs;        /* the PCRs that the seal names */
	struct es_span log_then; /* measured.log of the bank; may be empty; not trusted */
	struct es_span log_now;  /* the kernel's; may be empty */
};

/* "PCR 11 (the boot image) differs: section .osrel of the image changed; PCR 4 …". Always terminated, truncated at cap,
 * printable ASCII. "" if nothing differs. */
void es_refusal_words(const struct es_refusal_evidence *evidence, char *ret_text, size_t cap);

#endif
