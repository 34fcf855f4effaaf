/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/recovery_digits.h"
#include "keys/core/recovery_find.h"
#include "keys/core/scope.h"
#include "keys/core/wipe.h"

#include <string.h>

enum { GROUPS = ES_KEY_GROUPS, DIGITS = GROUPS * ES_GROUP_DIGITS };

/* Six-digit numbers in a row, possibly with mistyped ones between them. */
struct row {
	size_t from[GROUPS]; /* of the last tokens */
	size_t tokens;       /* in the row */
	size_t first;        /* the first group, as a count of tokens */
	unsigned groups;     /* numbers of six digits */
	unsigned broken;     /* other tokens, at its end */
	unsigned fitting;    /* groups at its end that fit consecutive places */
	unsigned place;      /* of the last one, 0 to 10 */
};

enum {
	BROKEN_MAX = 3, /* a mistyped group may also be in parts */
	FITTING = 4,
	FITTING_UNGROUPED = 6, /* such a row may begin at any digit, so it takes more groups to be sure */
	SOLID_MIN = 90,
	SOLID_MAX = 102,
	TOKENS_MAX = GROUPS + 4, /* of one key: some groups are split in two */
};

/* What may be a mistyped group, or a part of one. */
static bool is_broken_group(const struct es_token *t)
{
	return es_token_is_like_group(t) || (t->digits == t->chars && t->chars < ES_GROUP_DIGITS);
}

static void row_add(struct row *row, const struct es_token *t)
{
	unsigned place = t->value % ES_GROUP_PLACES;

	if (!is_broken_group(t) || (!es_token_is_group(t) && row->broken == BROKEN_MAX)) {
		*row = (struct row){ .tokens = 0 };
		return;
	}
	row->from[row->tokens++ % GROUPS] = t->from;
	if (!es_token_is_group(t)) {
		row->broken++;
		row->fitting = 0;
		return;
	}
	row->broken = 0;
	if (row->groups++ == 0)
		row->first = row->tokens - 1;
	if (t->value > ES_GROUP_MAX)
		row->fitting = 0;
	else
		row->fitting = row->fitting > 0 && place == (row->place + 1) % ES_GROUP_PLACES ? row->fitting + 1 : 1;
	row->place = place;
}

static bool is_space(const struct es_text *text, size_t at)
{
	const uint8_t *p = text->bytes.data + at;

	if (text->wide)
		return p[1] == 0 && (p[0] <= ' ' || p[0] == 0xa0);
	return p[0] <= ' ' || p[0] == 0xa0;
}

/* Whether the word around a token, or the part of it after `since`, holds only groups, mistyped or not. At the start of
 * a key it may be an option's value, but not in its middle. */
static bool word_is_groups(const struct es_text *text, const struct es_token *t, size_t since, bool may_have_name)
{
	size_t width = text->wide ? 2 : 1, from = t->from, to = t->from, pos;
	bool like = false; /* a runlevel isn't */
	struct es_token other;
	struct es_char c;

	while (from >= since + width && !is_space(text, from - width))
		from -= width;
	for (pos = from; to + width <= text->bytes.len && !is_space(text, to);)
		to += width;
	while (pos < to && es_text_next(text, &pos, &c))
		if (c.c == '=' && c.kind == ES_CHAR_SEPARATOR) {
			if (!may_have_name)
				return false;
			from = c.to;
		}
	while (from < to && es_text_token(text, &from, &other) && other.from < to) {
		if (!is_broken_group(&other))
			return false;
		like |= es_token_is_like_group(&other);
	}
	return like;
}

/* Where the key begins if `groups` of its groups are missing before the row's core: what precedes the core are those
 * groups, mistyped. */
static size_t reach_back(const struct es_text *text, const struct row *row, size_t core, size_t groups)
{
	size_t from = row->from[(row->tokens - core) % GROUPS];

	if (groups == 0)
		return from;
	for (size_t back = core + 1; back <= row->tokens && back <= GROUPS && back <= core + groups + 1; back++) {
		struct es_token t = { .from = row->from[(row->tokens - back) % GROUPS] };

		if (!word_is_groups(text, &t, 0, true))
			break;
		from = t.from;
	}
	return from;
}

/* Where the key ends, in the same way. */
static size_t reach_on(const struct es_text *text, size_t to, size_t tokens)
{
	struct es_token t;
	size_t pos = to;

	while (tokens++ < TOKENS_MAX && es_text_token(text, &pos, &t)) {
		if (!is_broken_group(&t) || !word_is_groups(text, &t, to, false))
			break;
		to = t.to;
	}
	return to;
}

static bool find_row(const struct es_text *text, size_t pos, unsigned groups, struct es_recovery_hit *ret)
{
	struct row row = { .tokens = 0 };
	struct es_token t;

	while (es_text_token(text, &pos, &t)) {
		if (t.digits == t.chars && t.chars >= SOLID_MIN && t.chars <= SOLID_MAX) {
			*ret = (struct es_recovery_hit){ .from = t.from, .to = t.to };
			return true;
		}
		row_add(&row, &t);
		if (row.fitting == FITTING) {
			unsigned first = (row.place + ES_GROUP_PLACES - (FITTING - 1)) % ES_GROUP_PLACES;

			ret->from = reach_back(text, &row, FITTING, first);
			ret->to = reach_on(text, t.to, FITTING + first);
			return true;
		}
		if (row.groups >= groups && es_token_is_group(&t)) {
			size_t core = row.tokens - row.first;

			core = core < GROUPS ? core : GROUPS;
			ret->from = reach_back(text, &row, core, GROUPS - core);
			ret->to = reach_on(text, t.to, core);
			return true;
		}
	}
	return false;
}

/* How many of the groups that end at a digit fit consecutive places, for each of the last six digits. */
struct chains {
	unsigned count[ES_GROUP_DIGITS], place[ES_GROUP_DIGITS];
};

static bool chains_add(struct chains *chains, const struct es_digits *d)
{
	size_t i = d->total % ES_GROUP_DIGITS;
	uint32_t value;
	unsigned place;

	if (d->in_stretch < ES_GROUP_DIGITS) {
		chains->count[i] = 0;
		return false;
	}
	value = es_digits_group(d, ES_GROUP_DIGITS);
	place = value % ES_GROUP_PLACES;
	if (value > ES_GROUP_MAX)
		chains->count[i] = 0;
	else if (d->in_stretch >= 2 * ES_GROUP_DIGITS && chains->count[i] > 0 &&
		 place == (chains->place[i] + 1) % ES_GROUP_PLACES)
		chains->count[i]++;
	else
		chains->count[i] = 1;
	chains->place[i] = place;
	return chains->count[i] == FITTING_UNGROUPED;
}

/* Where the key ends: after as many more digits as it has after the core. */
static size_t digits_on(const struct es_text *text, size_t to, size_t digits)
{
	size_t pos = to;
	struct es_char c;

	while (digits < DIGITS && es_text_next(text, &pos, &c) && c.kind != ES_CHAR_LETTER)
		if (c.kind == ES_CHAR_DIGIT) {
			to = c.to;
			digits++;
		}
	return to;
}

static void digits_wipe(struct es_digits *d)
{
	es_wipe(d, sizeof *d);
}

static bool find_chain(const struct es_text *text, size_t pos, struct es_recovery_hit *ret)
{
	ES_SCOPED(digits_wipe) struct es_digits d = { .total = 0 };
	struct chains chains = { .count = { 0 } };
	struct es_char c;

	while (es_text_next(text, &pos, &c)) {
		size_t core = FITTING_UNGROUPED * ES_GROUP_DIGITS, before;

		es_digits_put(&d, &c);
		if (c.kind != ES_CHAR_DIGIT || !chains_add(&chains, &d))
			continue;
		before = chains.place[d.total % ES_GROUP_DIGITS] + ES_GROUP_PLACES - (FITTING_UNGROUPED - 1);
		before = before % ES_GROUP_PLACES * ES_GROUP_DIGITS;
		if (before > d.in_stretch - core)
			before = d.in_stretch - core;
		*ret = (struct es_recovery_hit){ .from = es_digits_from(&d, core + before) };
		ret->to = digits_on(text, c.to, core + before);
		return true;
	}
	return false;
}

/* Takes the hit that comes first; what precedes it must be seen, too. */
static bool find_like(const struct es_text *text, size_t pos, unsigned groups, struct es_recovery_hit *ret)
{
	struct es_recovery_hit row = { .from = 0 }, chain = { .from = 0 };
	bool has_row = find_row(text, pos, groups, &row), has_chain = find_chain(text, pos, &chain);

	if (!has_row && !has_chain)
		return false;
	*ret = has_row && (!has_chain || row.from <= chain.to) ? row : chain;
	ret->escaped = text->escaped;
	return true;
}

bool es_recovery_find_like(struct es_text text, size_t pos, unsigned groups, struct es_recovery_hit *ret)
{
	text.escaped = false;
	if (find_like(&text, pos, groups, ret))
		return true;
	text.escaped = es_text_has_escapes(&text);
	return text.escaped && find_like(&text, pos, groups, ret);
}
