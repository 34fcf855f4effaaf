/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/reason.h"

static const struct es_words words[ES_REASON_COUNT] = {
#define ES_REASON(name, id, exit, what, next) [name] = { id, exit, what, next },
#include "keys/core/reasons.def"
#undef ES_REASON
};

static const struct es_words defect = { "defect", ES_EXIT_FAILED, "internal error",
					"Please report it, with what was done before." };

const struct es_words *es_reason_words(enum es_reason reason)
{
	return (unsigned)reason < ES_REASON_COUNT ? &words[reason] : &defect;
}
