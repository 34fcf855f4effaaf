/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of the configuration outside it (keys/survey/elsewhere.h), as `below` lists them and `status` counts them. */
#ifndef ES_TOOLS_ELSEWHERE_H
#define ES_TOOLS_ELSEWHERE_H

#include "keys/survey/elsewhere.h"
#include "tools/common.h"

enum { ES_ELSEWHERE_MAX = 64 };

struct es_elsewhere_list {
	enum es_reason reason; /* not ES_OK: this host can't be looked at */
	unsigned count, by_state[ES_ELSEWHERE_STATES];
	struct es_elsewhere place[ES_ELSEWHERE_MAX];
};

/* Looks at the running host, which was started with this record. */
void es_elsewhere_gather(const struct es_boot_record *boot, struct es_elsewhere_list *ret);
void es_elsewhere_say(const struct es_args *args, const struct es_elsewhere_list *list);
void es_elsewhere_emit(struct es_emit *j, const char *name, const struct es_elsewhere_list *list);

#endif
