/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/recovery_code.h"

#include "keys/core/wipe.h"

#include <stdbool.h>
#include <string.h>

enum {
	PLACES = 11, /* what a group's remainder can tell apart */
	GROUP_DIGITS = 6,
	GROUP_MAX = 65535 * PLACES + PLACES - 1,
};

/* What was read before it was judged: count groups are six digits each. */
struct groups {
	uint32_t value[ES_RECOVERY_GROUPS];
	unsigned count;
	enum es_group_fault stop; /* why there are no more; FINE at the text's end */
};

static void groups_wipe(struct groups *g)
{
	es_wipe(g, sizeof *g);
}

void es_recovery_code_write(const uint8_t key[static ES_RECOVERY_LEN], char ret_text[static ES_RECOVERY_TEXT_LEN + 1])
{
	char *t = ret_text;

	for (unsigned i = 0; i < ES_RECOVERY_GROUPS; i++) {
		uint32_t v = PLACES * ((uint32_t)key[2 * i] << 8 | key[2 * i + 1]) + i % PLACES;

		if (i > 0)
			*t++ = '-';
		for (int d = GROUP_DIGITS - 1; d >= 0; d--, v /= 10)
			t[d] = (char)('0' + v % 10);
		t += GROUP_DIGITS;
	}
	*t = '\0';
}

static bool is_separator(char c)
{
	return c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool read_digits(const char *text, uint32_t *ret)
{
	uint32_t v = 0;

	for (int i = 0; i < GROUP_DIGITS; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (uint32_t)(text[i] - '0');
	}
	*ret = v;
	return true;
}

static bool fits(uint32_t value, unsigned index)
{
	return value <= GROUP_MAX && value % PLACES == index % PLACES;
}

/* One run without separators: a group, or several. Says whether the reading goes on. */
static bool read_run(const char *run, size_t len, struct groups *g)
{
	while (len > 0) {
		/* A digit too many or too few is that group's fault, not the next one's. */
		bool broken = len < GROUP_DIGITS || (len > GROUP_DIGITS && len < 2 * GROUP_DIGITS);

		if (g->count == ES_RECOVERY_GROUPS) {
			g->stop = ES_GROUP_TOO_MANY;
			return false;
		}
		if (broken || !read_digits(run, &g->value[g->count])) {
			g->stop = ES_GROUP_NOT_DIGITS;
			return false;
		}
		g->count++;
		run += GROUP_DIGITS;
		len -= GROUP_DIGITS;
	}
	return true;
}

static void read_groups(const char *text, size_t len, struct groups *g)
{
	size_t pos = 0;

	while (pos < len) {
		size_t end;

		while (pos < len && is_separator(text[pos]))
			pos++;
		for (end = pos; end < len && !is_separator(text[end]);)
			end++;
		if (!read_run(text + pos, end - pos, g))
			return;
		pos = end;
	}
}

/* Nearly every wrong group fits some other place by chance, so one alone is taken for mistyped. Misplaced it is if the
 * group that belongs here stands there (swapped), or if its neighbour is off by as much (one left out or doubled). */
static bool is_misplaced(const struct groups *g, unsigned index)
{
	unsigned off = (g->value[index] % PLACES + PLACES - index % PLACES) % PLACES;

	if (g->value[index] > GROUP_MAX)
		return false;
	for (unsigned k = g->value[index] % PLACES; k < g->count; k += PLACES)
		if (!fits(g->value[k], k) && fits(g->value[k], index))
			return true;
	return index + 1 < g->count && fits(g->value[index + 1], index + 1 + off);
}

static void judge(const struct groups *g, unsigned wrong, struct es_code_fault *ret)
{
	*ret = (struct es_code_fault){ ES_GROUP_FINE, wrong + 1, 0 };
	if (wrong < g->count) {
		ret->fault = is_misplaced(g, wrong) ? ES_GROUP_MISPLACED : ES_GROUP_MISTYPED;
		if (ret->fault == ES_GROUP_MISPLACED)
			ret->fits = g->value[wrong] % PLACES + 1;
	} else if (g->stop == ES_GROUP_TOO_MANY) {
		ret->fault = ES_GROUP_TOO_MANY;
		ret->group = ES_RECOVERY_GROUPS;
	} else {
		ret->fault = g->stop != ES_GROUP_FINE ? g->stop : ES_GROUP_TOO_FEW;
	}
}

enum es_reason es_recovery_code_read(const char *text, size_t len, uint8_t ret_key[static ES_RECOVERY_LEN],
				     struct es_code_fault *ret_fault)
{
	ES_SCOPED(groups_wipe) struct groups g = { .stop = ES_GROUP_FINE };
	bool cut = len > ES_RECOVERY_INPUT_MAX;
	unsigned wrong = ES_RECOVERY_GROUPS;

	read_groups(text, cut ? ES_RECOVERY_INPUT_MAX : len, &g);
	if (cut && g.count == ES_RECOVERY_GROUPS)
		g.stop = ES_GROUP_TOO_MANY;
	for (unsigned i = ES_RECOVERY_GROUPS; i-- > 0;)
		if (i >= g.count || !fits(g.value[i], i))
			wrong = i;
	if (wrong < ES_RECOVERY_GROUPS || g.stop != ES_GROUP_FINE) {
		judge(&g, wrong, ret_fault);
		es_wipe(ret_key, ES_RECOVERY_LEN);
		return ES_RECOVERY_FORM;
	}
	for (unsigned i = 0; i < ES_RECOVERY_GROUPS; i++) {
		ret_key[2 * i] = (uint8_t)(g.value[i] / PLACES >> 8);
		ret_key[2 * i + 1] = (uint8_t)(g.value[i] / PLACES);
	}
	return ES_OK;
}

enum es_group_fault es_recovery_group_read(const char digits[static 6], unsigned place, uint16_t *ret_word)
{
	uint32_t v;

	if (!read_digits(digits, &v))
		return ES_GROUP_NOT_DIGITS;
	if (place < 1 || place > ES_RECOVERY_GROUPS || !fits(v, place - 1))
		return ES_GROUP_MISTYPED;
	*ret_word = (uint16_t)(v / PLACES);
	return ES_GROUP_FINE;
}
