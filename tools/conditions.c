/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/conditions.h"

const char *const es_level_names[ES_LEVELS] = { "ok", "warning", "critical", "unknown" };

const struct es_condition_words *es_condition_words(enum es_condition condition)
{
	static const struct es_condition_words all[ES_CONDITION_COUNT] = {
#define CONDITION(constant, id, level, words) { id, ES_LEVEL_##level, words },
#include "tools/conditions.def"
#undef CONDITION
	};

	return &all[condition];
}
