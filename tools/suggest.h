/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_TOOLS_SUGGEST_H
#define ES_TOOLS_SUGGEST_H

#include <stddef.h>

/* The number of slips between two words: letters added, left out, wrong or swapped. */
unsigned es_edit_distance(const char *a, const char *b);

/* Takes candidates one by one, and keeps the nearest to what was typed. */
struct es_suggestion {
	const char *typed;
	const char *best; /* NULL: none is near enough to be suggested */
	unsigned distance;
};
void es_suggest(struct es_suggestion *n, const char *candidate);

#endif
