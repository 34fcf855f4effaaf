/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/suggest.h"

#include <string.h>

enum { WORD_MAX = 40 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: Levenshtein's distance, with two swapped neighbours as one slip. */
unsigned es_edit_distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (size_t k = 0; k <= lb; k++)
		rows[0][k] = (unsigned)k;
	for (size_t i = 1; i <= la; i++) {
		unsigned *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t k = 1; k <= lb; k++) {
			now[k] = least(last[k - 1] + (a[i - 1] != b[k - 1]), least(last[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				now[k] = least(now[k], before[k - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}

void es_suggest(struct es_suggestion *n, const char *candidate)
{
	size_t len = strlen(n->typed);
	unsigned d = es_edit_distance(n->typed, candidate);

	/* A prefix of two letters or more counts as one slip; otherwise one slip is allowed for every three letters. */
	if (len >= 2 && strncmp(n->typed, candidate, len) == 0)
		d = 1;
	if (d > 1 + len / 3 || d >= strlen(candidate))
		return;
	if (n->best == NULL || d < n->distance) {
		n->best = candidate;
		n->distance = d;
	}
}
