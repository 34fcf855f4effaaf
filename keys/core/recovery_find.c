/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/recovery_find.h"

#include "keys/core/recovery_digits.h"
#include "keys/core/scope.h"
#include "keys/core/wipe.h"

#include <string.h>

enum { GROUPS = ES_KEY_GROUPS, DIGITS = GROUPS * ES_GROUP_DIGITS };

/* The last six-digit numbers. */
struct groups {
	uint32_t value[GROUPS];
	struct es_recovery_part at[GROUPS];
	size_t total;
};

struct search {
	struct es_digits digits;
	struct groups groups;         /* tokens of six digits; other tokens may be between them */
	struct groups numbers;        /* numbers of six digits; no other number may be between them */
	unsigned chars, token_digits; /* of the token that hasn't ended */
};

static void search_wipe(struct search *s)
{
	es_wipe(s, sizeof *s);
}

static void put_word(uint32_t value, unsigned place, uint8_t *key)
{
	key[2 * place] = (uint8_t)(value / ES_GROUP_PLACES >> 8);
	key[2 * place + 1] = (uint8_t)(value / ES_GROUP_PLACES);
}

/* If only the first or last group is in parts, one of the parts may be a separate number that fits by chance: "26742
 * 3". */
static bool is_even(const struct es_digits *d)
{
	unsigned parted = 0;
	bool edge = false;

	for (unsigned i = 0; i < GROUPS; i++) {
		bool is_parted = false;

		for (unsigned k = 1; k < ES_GROUP_DIGITS; k++)
			is_parted |= es_digits_begin(d, DIGITS - ES_GROUP_DIGITS * i - k);
		parted += is_parted;
		edge |= is_parted && (i == 0 || i == GROUPS - 1);
	}
	return !edge || parted >= GROUPS / 2;
}

/* Whether the last 96 digits are a key. A number ends here, and one must begin there: otherwise a surplus digit in the
 * first or last group would be left out, and the rest of the group might fit by chance. */
static bool read_stretch(const struct es_digits *d, struct es_recovery_hit *ret, uint8_t *key)
{
	if (d->in_stretch < DIGITS || !es_digits_begin(d, DIGITS))
		return false;
	for (unsigned i = 0; i < GROUPS; i++)
		if (!es_group_fits(es_digits_group(d, DIGITS - ES_GROUP_DIGITS * i), i))
			return false;
	if (!is_even(d))
		return false;
	for (unsigned i = 0; i < GROUPS; i++)
		put_word(es_digits_group(d, DIGITS - ES_GROUP_DIGITS * i), i, key);
	ret->from = es_digits_from(d, DIGITS);
	ret->to = d->end;
	ret->parts = 0;
	return true;
}

static bool read_groups(const struct groups *g, struct es_recovery_hit *ret, uint8_t *key)
{
	if (g->total < GROUPS)
		return false;
	for (unsigned i = 0; i < GROUPS; i++)
		if (!es_group_fits(g->value[(g->total + i) % GROUPS], i))
			return false;
	for (unsigned i = 0; i < GROUPS; i++) {
		put_word(g->value[(g->total + i) % GROUPS], i, key);
		ret->part[i] = g->at[(g->total + i) % GROUPS];
	}
	ret->parts = GROUPS;
	ret->from = ret->part[0].from;
	ret->to = ret->part[GROUPS - 1].to;
	return true;
}

static bool add_group(struct groups *g, const struct es_digits *d, struct es_recovery_hit *ret, uint8_t *key)
{
	size_t i = g->total++ % GROUPS;

	g->value[i] = es_digits_group(d, ES_GROUP_DIGITS);
	g->at[i].from = es_digits_from(d, ES_GROUP_DIGITS);
	g->at[i].to = d->end;
	return read_groups(g, ret, key);
}

/* Anything may be between the groups of one key, except what may be a mistyped group: otherwise some other number would
 * take its place, and one in fifteen fits by chance. */
static bool end_token(struct search *s, struct es_recovery_hit *ret, uint8_t *key)
{
	const struct es_token t = { .chars = s->chars, .digits = s->token_digits };

	s->chars = s->token_digits = 0;
	if (t.chars >= ES_GROUP_DIGITS - 1 && es_token_is_like_group(&t) && !es_token_is_group(&t))
		s->groups.total = 0;
	return es_token_is_group(&t) && add_group(&s->groups, &s->digits, ret, key);
}

/* Anything may be between the numbers, even letters. */
static bool end_number(struct search *s, struct es_recovery_hit *ret, uint8_t *key)
{
	if (s->digits.in_number != ES_GROUP_DIGITS)
		s->numbers.total = 0;
	return read_stretch(&s->digits, ret, key) ||
	       (s->digits.in_number == ES_GROUP_DIGITS && add_group(&s->numbers, &s->digits, ret, key));
}

/* Whether a key ends before this character, or before the end of the text. */
static bool ends(struct search *s, const struct es_char *c, struct es_recovery_hit *ret, uint8_t *key)
{
	if (c->kind != ES_CHAR_DIGIT && s->digits.in_number > 0 && end_number(s, ret, key))
		return true;
	if (c->kind == ES_CHAR_SEPARATOR)
		return end_token(s, ret, key);
	s->chars++;
	s->token_digits += c->kind == ES_CHAR_DIGIT;
	return false;
}

static bool find_key(const struct es_text *text, size_t pos, struct es_recovery_hit *ret, uint8_t *key)
{
	ES_SCOPED(search_wipe) struct search s = { .chars = 0 };
	struct es_char c;

	while (es_text_next(text, &pos, &c)) {
		if (ends(&s, &c, ret, key))
			return true;
		es_digits_put(&s.digits, &c);
	}
	c.kind = ES_CHAR_SEPARATOR;
	return ends(&s, &c, ret, key);
}

/* "%09" may be a tab, or a % that someone put between two groups, so this tries both. If both readings give a key, the
 * decoded one wins: the other would have digits of an escape in it. */
bool es_recovery_find_key(struct es_text text, size_t pos, struct es_recovery_hit *ret,
			  uint8_t ret_key[static ES_KEY_BYTES])
{
	struct es_recovery_hit plain = { .escaped = false }, read = { .escaped = true };
	uint8_t key[2][ES_KEY_BYTES];
	bool found, found_escaped = false;

	text.escaped = false;
	found = find_key(&text, pos, &plain, key[0]);
	text.escaped = es_text_has_escapes(&text);
	if (text.escaped)
		found_escaped = find_key(&text, pos, &read, key[1]);
	found_escaped = found_escaped && (!found || read.from < plain.to);
	if (found || found_escaped) {
		*ret = found_escaped ? read : plain;
		memcpy(ret_key, key[found_escaped], ES_KEY_BYTES);
	}
	es_wipe(key, sizeof key);
	return found || found_escaped;
}
