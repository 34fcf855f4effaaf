/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/recovery_code.h"

#include "keys/core/recovery_digits.h"
#include "keys/core/recovery_find.h"
#include "keys/core/wipe.h"

#include <stdbool.h>
#include <string.h>

enum { DIGITS = ES_RECOVERY_GROUPS * ES_GROUP_DIGITS };

/* The groups as read, before they are judged: `count` groups of six digits. */
struct groups {
	uint32_t value[ES_RECOVERY_GROUPS];
	unsigned count;
	enum es_group_fault stop; /* why there are no more; FINE at the end of the text */
};

static void groups_wipe(struct groups *g)
{
	es_wipe(g, sizeof *g);
}

void es_recovery_code_write(const uint8_t key[static ES_RECOVERY_LEN], char ret_text[static ES_RECOVERY_TEXT_LEN + 1])
{
	char *t = ret_text;

	for (unsigned i = 0; i < ES_RECOVERY_GROUPS; i++) {
		uint32_t v = ES_GROUP_PLACES * ((uint32_t)key[2 * i] << 8 | key[2 * i + 1]) + i % ES_GROUP_PLACES;

		if (i > 0)
			*t++ = '-';
		for (int d = ES_GROUP_DIGITS - 1; d >= 0; d--, v /= 10)
			t[d] = (char)('0' + v % 10);
		t += ES_GROUP_DIGITS;
	}
	*t = '\0';
}

static bool read_digits(const char *text, uint32_t *ret)
{
	uint32_t v = 0;

	for (int i = 0; i < ES_GROUP_DIGITS; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (uint32_t)(text[i] - '0');
	}
	*ret = v;
	return true;
}

/* Reads the digits of one group, or of several; returns whether reading goes on. */
static bool read_run(const char *run, size_t len, struct groups *g)
{
	while (len > 0) {
		/* A surplus or missing digit is that group's fault, not the next one's. */
		bool broken = len < ES_GROUP_DIGITS || (len > ES_GROUP_DIGITS && len < 2 * ES_GROUP_DIGITS);

		if (g->count == ES_RECOVERY_GROUPS)
			return false;
		if (broken || !read_digits(run, &g->value[g->count])) {
			g->stop = ES_GROUP_NOT_DIGITS;
			return false;
		}
		g->count++;
		run += ES_GROUP_DIGITS;
		len -= ES_GROUP_DIGITS;
	}
	return true;
}

/* text has tokens with a dash between two, and is overwritten. Short ones in a row form one group: 478-269 or
 * 47-82-69. */
static void read_groups(char *text, size_t len, struct groups *g)
{
	size_t from = 0, to = 0, pos = 0, digits = 0, joints = 0;
	bool goes_on = true;

	for (size_t i = 0; i < len; i++) {
		digits += text[i] >= '0' && text[i] <= '9';
		joints += text[i] == '-';
	}
	for (size_t i = 0; i <= len && goes_on; i++) {
		bool joins;

		if (i < len && text[i] != '-')
			continue;
		/* All 96 digits are there: however they are grouped, 4-4-4 or 6-6-6, each group follows from its
		 * place. */
		joins = (digits == DIGITS && digits + joints == len) ||
			(to > from && to - from + (i - pos) <= ES_GROUP_DIGITS);
		if (!joins) {
			goes_on = read_run(text + from, to - from, g);
			from = to;
		}
		memmove(text + to, text + pos, i - pos);
		to += i - pos;
		pos = i + 1;
	}
	if (goes_on)
		(void)read_run(text + from, to - from, g);
}

/* Nearly every wrong group fits some other place by chance, so a single one counts as mistyped. It counts as misplaced
 * if the group that belongs here is in its place (swapped), or if its neighbour is off by as much (one left out or
 * doubled). */
static bool is_misplaced(const struct groups *g, unsigned index)
{
	unsigned off =
	    (g->value[index] % ES_GROUP_PLACES + ES_GROUP_PLACES - index % ES_GROUP_PLACES) % ES_GROUP_PLACES;

	if (g->value[index] > ES_GROUP_MAX)
		return false;
	for (unsigned k = g->value[index] % ES_GROUP_PLACES; k < g->count; k += ES_GROUP_PLACES)
		if (!es_group_fits(g->value[k], k) && es_group_fits(g->value[k], index))
			return true;
	return index + 1 < g->count && es_group_fits(g->value[index + 1], index + 1 + off);
}

static void judge(const struct groups *g, unsigned wrong, struct es_code_fault *ret)
{
	*ret = (struct es_code_fault){ ES_GROUP_OK, wrong + 1, 0 }; /* one is wrong, or it would be a key */
	if (wrong < g->count) {
		ret->fault = is_misplaced(g, wrong) ? ES_GROUP_MISPLACED : ES_GROUP_MISTYPED;
		if (ret->fault == ES_GROUP_MISPLACED)
			ret->fits = g->value[wrong] % ES_GROUP_PLACES + 1;
	} else {
		ret->fault = g->stop != ES_GROUP_OK ? g->stop : ES_GROUP_TOO_FEW;
	}
}

/* Where the key would be if it weren't mistyped: the text that looks like one; otherwise from the first number on that
 * could be a group. */
static struct es_recovery_hit look_closely(struct es_text *text)
{
	struct es_recovery_hit hit = { .from = text->bytes.len, .to = text->bytes.len };
	struct es_token t;
	size_t pos = 0;

	if (es_recovery_find_like(*text, 0, ES_LIKE_GROUPS, &hit)) {
		text->escaped = hit.escaped;
		return hit;
	}
	while (hit.from == text->bytes.len && es_text_token(text, &pos, &t))
		if (t.digits > 0 && t.digits * 2 >= t.chars)
			hit.from = t.from;
	return hit;
}

static void line_wipe(char (*line)[ES_RECOVERY_INPUT_MAX])
{
	es_wipe(*line, sizeof *line);
}

static void find_fault(struct es_text text, struct es_code_fault *ret)
{
	ES_SCOPED(groups_wipe) struct groups g = { .stop = ES_GROUP_OK };
	ES_SCOPED(line_wipe) char line[ES_RECOVERY_INPUT_MAX] = { 0 };
	struct es_writer w = { .data = (uint8_t *)line, .cap = sizeof line };
	const struct es_recovery_hit hit = look_closely(&text);
	struct es_token any = { .chars = 0 };
	size_t pos = 0;
	unsigned wrong = ES_RECOVERY_GROUPS;

	es_text_write_tokens(&text, hit.from, hit.to, &w);
	if (w.pos == 0) {
		*ret =
		    (struct es_code_fault){ es_text_token(&text, &pos, &any) ? ES_GROUP_NONE : ES_GROUP_TOO_FEW, 1, 0 };
		return;
	}
	read_groups(line, w.bad ? sizeof line - 1 : w.pos, &g);
	for (unsigned i = ES_RECOVERY_GROUPS; i-- > 0;)
		if (i >= g.count || !es_group_fits(g.value[i], i))
			wrong = i;
	if (wrong < ES_RECOVERY_GROUPS) {
		judge(&g, wrong, ret);
		return;
	}
	/* All groups would fit if a number at one end were part of its group, or if an overlong number were shorter. */
	pos = hit.from;
	(void)es_text_token(&text, &pos, &any);
	wrong = any.chars < ES_GROUP_DIGITS ? 0 : ES_RECOVERY_GROUPS - 1;
	*ret = (struct es_code_fault){ ES_GROUP_NOT_DIGITS, wrong + 1, 0 };
}

/* The same key may appear twice; another one may not. */
static bool is_alone(struct es_text text, size_t pos, const uint8_t key[static ES_RECOVERY_LEN])
{
	uint8_t other[ES_RECOVERY_LEN];
	struct es_recovery_hit hit;
	bool alone = true;

	while (alone && es_recovery_find_key(text, pos, &hit, other)) {
		alone = es_equal_constant_time(key, other, sizeof other);
		pos = hit.to;
	}
	es_wipe(other, sizeof other);
	return alone;
}

enum es_reason es_recovery_code_read(const char *text, size_t len, uint8_t ret_key[static ES_RECOVERY_LEN],
				     struct es_code_fault *ret_fault)
{
	const struct es_text in = { .bytes = { (const uint8_t *)text, len } };
	struct es_recovery_hit hit;

	if (!es_recovery_find_key(in, 0, &hit, ret_key)) {
		find_fault(in, ret_fault);
		es_wipe(ret_key, ES_RECOVERY_LEN);
		return ES_RECOVERY_FORM;
	}
	if (is_alone(in, hit.to, ret_key))
		return ES_OK;
	*ret_fault = (struct es_code_fault){ ES_GROUP_TWO_KEYS, 1, 0 };
	es_wipe(ret_key, ES_RECOVERY_LEN);
	return ES_RECOVERY_TWO;
}

enum es_group_fault es_recovery_group_read(const char digits[static 6], unsigned place, uint16_t *ret_word)
{
	uint32_t v;

	if (!read_digits(digits, &v))
		return ES_GROUP_NOT_DIGITS;
	if (place < 1 || place > ES_RECOVERY_GROUPS || !es_group_fits(v, place - 1))
		return ES_GROUP_MISTYPED;
	*ret_word = (uint16_t)(v / ES_GROUP_PLACES);
	return ES_GROUP_OK;
}
