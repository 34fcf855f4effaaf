/* SPDX-License-Identifier: Apache-2.0 */
/* What `etcseal status` warns of, for monitoring: conditions.def. */
#ifndef ES_TOOLS_CONDITIONS_H
#define ES_TOOLS_CONDITIONS_H

enum es_condition {
#define CONDITION(constant, id, level, words) ES_CONDITION_##constant,
#include "tools/conditions.def"
#undef CONDITION
	ES_CONDITION_COUNT
};

/* In this order, also as exit codes of `etcseal monitor` (Monitoring Plugins): ok is 0. */
enum es_level { ES_LEVEL_NOTE, ES_LEVEL_WARNING, ES_LEVEL_CRITICAL, ES_LEVEL_UNKNOWN, ES_LEVELS };
extern const char *const es_level_names[ES_LEVELS]; /* "ok" "warning" "critical" "unknown" */

struct es_condition_words {
	const char *id; /* stable, for --json and metrics: "bank-missing" */
	enum es_level level;
	const char *words; /* hold nothing of the host */
};
const struct es_condition_words *es_condition_words(enum es_condition condition);

#endif
