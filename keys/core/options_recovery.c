/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When in doubt, a word counts as part of a recovery key and is taken out: nobody gets to see it then, while a word
 * that stays is measured and shown to every user.
 */
#include "keys/core/options_recovery.h"

#include "keys/core/labels.h"
#include "keys/core/recovery_find.h"
#include "keys/core/wipe.h"
#include "keys/core/defences.h"

#include <string.h>

enum {
	KEY_DIGITS = ES_RECOVERY_GROUPS * 6,
	ID_TEXT = 38, /* {GUID} */
};

struct take {
	char *options;
	size_t len;
	char *value; /* ES_RECOVERY_INPUT_MAX bytes */
	size_t value_len;
	unsigned value_digits;
	uint8_t key[ES_RECOVERY_LEN];
	bool has_key, has_like;
};

static void take_wipe(struct take *t)
{
	es_wipe(t, sizeof *t);
}

static struct es_text text_of(struct es_span s)
{
	return (struct es_text){ .bytes = s };
}

static struct es_span options_of(const struct take *t)
{
	return (struct es_span){ (const uint8_t *)t->options, t->len };
}

static size_t start_of(const struct take *t, struct es_span word)
{
	return (size_t)(word.data - (const uint8_t *)t->options);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_dash(char c)
{
	return c == '-' || c == '_' || c == '.';
}

/* The kernel treats - and _ alike. People use any case, and may leave out what joins words. */
static bool name_is(struct es_span text, const char *name)
{
	size_t i = 0;

	if (!ES_WITH_KEY_FORM)
		return text.len == strlen(name) && memcmp(text.data, name, text.len) == 0;
	for (; *name != '\0'; name++) {
		if (is_dash(*name))
			continue;
		while (i < text.len && is_dash((char)text.data[i]))
			i++;
		if (i == text.len || lower((char)text.data[i++]) != lower(*name))
			return false;
	}
	return i == text.len;
}

static struct es_span without_quotes(struct es_span s)
{
	if (s.len > 0 && (s.data[0] == '"' || s.data[0] == '\''))
		s = (struct es_span){ s.data + 1, s.len - 1 };
	if (s.len > 0 && (s.data[s.len - 1] == '"' || s.data[s.len - 1] == '\''))
		s.len--;
	return s;
}

/* Whether the word is one of the names, alone or with a value. *ret_value is its value, without quotes. */
static bool is_recovery_option(struct es_span word, struct es_span *ret_value)
{
	struct es_span all = without_quotes(word), name = all, value = { all.data + all.len, 0 };
	const uint8_t *equals = all.len > 0 ? memchr(all.data, '=', all.len) : NULL;

	if (equals) {
		name.len = (size_t)(equals - all.data);
		value = (struct es_span){ equals + 1, all.len - name.len - 1 };
	}
	if (!name_is(name, ES_OPTION_RECOVERY) && !name_is(name, ES_OPTION_RECOVERY_ESXI))
		return false;
	*ret_value = without_quotes(value);
	return true;
}

struct count {
	unsigned digits, letters, groups, tokens;
};

static struct count count(struct es_span s)
{
	const struct es_text text = text_of(s);
	struct count n = { .digits = 0 };
	struct es_token t;
	struct es_char c;

	for (size_t pos = 0; es_text_next(&text, &pos, &c);) {
		n.digits += c.kind == ES_CHAR_DIGIT;
		n.letters += c.kind == ES_CHAR_LETTER;
	}
	for (size_t pos = 0; es_text_token(&text, &pos, &t); n.tokens++)
		n.groups += t.digits == t.chars && t.digits % 6 == 0;
	return n;
}

/* Only separators; "--" has a meaning of its own. */
static bool is_separator(struct es_span word)
{
	const struct count n = count(word);

	return n.digits + n.letters == 0 && !(word.len == 2 && memcmp(word.data, "--", 2) == 0);
}

/* "{GUID}", as `recovery list` prints it before the key; the value may begin with it. */
static bool ends_in_id(struct es_span word)
{
	const uint8_t *p;

	if (word.len < ID_TEXT)
		return false;
	p = word.data + word.len - ID_TEXT;
	for (size_t i = 0; i < ID_TEXT; i++) {
		bool hex = (p[i] >= '0' && p[i] <= '9') || (p[i] >= 'A' && p[i] <= 'F') || (p[i] >= 'a' && p[i] <= 'f');

		if (i == 0 ? p[i] != '{' : i == ID_TEXT - 1 ? p[i] != '}' : !hex && p[i] != '-')
			return false;
	}
	return true;
}

/* What belongs to the key that follows it. */
static bool leads_in(struct es_span word)
{
	const struct count n = count(word);
	struct es_span value;

	return (is_recovery_option(word, &value) && value.len == 0) || ends_in_id(word) ||
	       (n.tokens > 0 && n.groups == n.tokens && !memchr(word.data, '=', word.len));
}

/* A surplus group isn't an option; but one digit may be a runlevel. */
static bool is_left_over(struct es_span word)
{
	for (size_t i = 0; i < word.len; i++)
		if ((word.data[i] < '0' || word.data[i] > '9') && word.data[i] != '-' && word.data[i] != '"')
			return false;
	return count(word).digits > 1;
}

/* Options between scattered groups stay. */
static bool is_of_hit(const struct take *t, struct es_span word, const struct es_recovery_hit *hit)
{
	size_t from = start_of(t, word), to = from + word.len;

	/* A digit's own last byte may be 0xa0, which the kernel takes for a space: a separator that touches the hit
	 * belongs to it. */
	if (to <= hit->from || from >= hit->to)
		return to >= hit->from && from <= hit->to && is_separator(word);
	for (unsigned i = 0; i < hit->parts; i++)
		if (to > hit->part[i].from && from < hit->part[i].to)
			return true;
	return hit->parts == 0 || is_separator(word);
}

/* Where `at` is after the text lost `removed` bytes from start on. */
static size_t moved(size_t at, size_t start, size_t removed)
{
	return at > start + removed ? at - removed : at > start ? start : at;
}

static void hit_moved(struct es_recovery_hit *hit, size_t start, size_t removed)
{
	hit->from = moved(hit->from, start, removed);
	hit->to = moved(hit->to, start, removed);
	for (unsigned i = 0; i < hit->parts; i++) {
		hit->part[i].from = moved(hit->part[i].from, start, removed);
		hit->part[i].to = moved(hit->part[i].to, start, removed);
	}
}

/* Removes the words from start to end with the space after them, and, of the last word, also the space before it.
 * Returns where the next word begins. */
static size_t cut(struct take *t, size_t start, size_t end)
{
	struct es_span word;
	size_t pos = end, next = t->len, before = t->len;

	if (es_options_next(options_of(t), &pos, &word))
		next = start_of(t, word);
	memmove(t->options + start, t->options + next, t->len - next);
	t->len -= next - start;
	if (start == t->len)
		while (t->len > 0 && es_options_is_space(t->options[t->len - 1]))
			t->len--;
	es_wipe(t->options + t->len, before - t->len);
	return start < t->len ? start : t->len;
}

/* more: the end of what may belong to a key, such as a surplus group; 0: the hit isn't a key. */
static void cut_hit(struct take *t, struct es_recovery_hit hit, size_t more)
{
	enum { NOWHERE = -1 };
	size_t lead = (size_t)NOWHERE, pos = 0, before = t->len;
	struct es_span word;
	bool cut_some = false;

	while (es_options_next(options_of(t), &pos, &word)) {
		size_t start = start_of(t, word), removed;
		bool of_hit = is_of_hit(t, word, &hit);

		/* The word after the hit's last one has moved to its place. */
		if (!of_hit && !(cut_some && start >= hit.to && start + word.len <= more && is_left_over(word))) {
			if (start >= hit.to)
				break;
			if (!is_separator(word))
				lead = !leads_in(word) ? (size_t)NOWHERE : lead == (size_t)NOWHERE ? start : lead;
			continue;
		}
		if (more > 0 && lead != (size_t)NOWHERE)
			start = lead;
		removed = t->len;
		pos = cut(t, start, pos);
		removed -= t->len;
		hit_moved(&hit, start, removed);
		more = moved(more, start, removed);
		lead = (size_t)NOWHERE;
		cut_some = true;
	}
	if (t->len == before) { /* impossible: a hit is within words. Let nothing remain. */
		es_wipe(t->options, t->len);
		t->len = 0;
	}
}

static void value_start(struct take *t)
{
	es_wipe(t->value, ES_RECOVERY_INPUT_MAX);
	t->value_len = 0;
	t->value_digits = 0;
}

static void value_add(struct take *t, struct es_text text, size_t from, size_t to)
{
	struct es_writer w = { .data = (uint8_t *)t->value, .cap = ES_RECOVERY_INPUT_MAX - 1, .pos = t->value_len };
	size_t start;

	if (w.pos > 0)
		es_write_text(&w, "-");
	start = w.pos;
	es_text_write_tokens(&text, from, to, &w);
	if (w.pos > start)
		t->value_len = w.bad ? w.cap : w.pos; /* too long a text is cut, and then found mistyped */
	t->value_digits += count((struct es_span){ text.bytes.data + from, to - from }).digits;
}

/* Adds a second key only if it differs; es_recovery_code_read reports that. */
static void value_add_key(struct take *t, const uint8_t key[static ES_RECOVERY_LEN])
{
	if (!t->has_key)
		value_start(t);
	else if (es_equal_constant_time(t->key, key, sizeof t->key) || t->value_len > ES_RECOVERY_TEXT_LEN)
		return;
	else
		t->value[t->value_len++] = ' ';
	es_recovery_code_write(key, t->value + t->value_len);
	t->value_len += ES_RECOVERY_TEXT_LEN;
	memcpy(t->key, key, sizeof t->key);
	t->has_key = true;
}

static void take_keys(struct take *t)
{
	uint8_t key[ES_RECOVERY_LEN];
	struct es_recovery_hit hit, next;

	while (es_recovery_find_key(text_of(options_of(t)), 0, &hit, key)) {
		value_add_key(t, key);
		next.from = t->len;
		if (hit.parts == 0)
			(void)es_recovery_find_key(text_of(options_of(t)), hit.to, &next, key);
		cut_hit(t, hit, hit.parts == 0 ? next.from : hit.to);
	}
	es_wipe(key, sizeof key);
}

/* Whether the word at pos continues the value; *ret is that word. With spaces for dashes, a value is many words. */
static bool is_continued(const struct take *t, size_t pos, struct es_span *ret)
{
	struct es_span word, following, unused;
	unsigned digits;

	if (t->has_key || t->value_digits >= KEY_DIGITS || !es_options_next(options_of(t), &pos, &word))
		return false;
	if (is_recovery_option(word, &unused) || memchr(word.data, '=', word.len))
		return false;
	*ret = word;
	digits = count(word).digits;
	if (digits > 0)
		return digits * 2 >= word.len; /* "O39194": mistyped, but still part of a key */
	/* A dash between two groups; a "--" that ends the options isn't one. */
	return is_separator(word) && es_options_next(options_of(t), &pos, &following) &&
	       count(following).digits * 2 >= following.len && !memchr(following.data, '=', following.len);
}

/* The last one wins, unless there is a key. */
static void take_names(struct take *t, bool *ret_taken)
{
	struct es_span word, value;
	size_t pos = 0;

	while (es_options_next(options_of(t), &pos, &word)) {
		size_t start = start_of(t, word);

		if (!is_recovery_option(word, &value))
			continue;
		if (!t->has_key) {
			value_start(t);
			value_add(t, text_of(value), 0, value.len);
		}
		while (is_continued(t, pos, &word)) {
			value_add(t, text_of(word), 0, word.len);
			pos = start_of(t, word) + word.len;
		}
		for (size_t next = pos; t->value_digits >= KEY_DIGITS && es_options_next(options_of(t), &next, &word) &&
					is_left_over(word);)
			pos = next;
		pos = cut(t, start, pos);
		*ret_taken = true;
	}
}

static void take_likes(struct take *t)
{
	struct es_recovery_hit hit;

	/* First find out whether there is one at all, then take each of its parts, from the beginning. */
	if (!es_recovery_find_like(text_of(options_of(t)), 0, ES_LIKE_GROUPS, &hit))
		return;
	if (!t->has_key && t->value_digits < 6)
		value_start(t);
	while (es_recovery_find_like(text_of(options_of(t)), 0, ES_LIKE_GROUPS_MORE, &hit)) {
		struct es_text text = text_of(options_of(t));

		text.escaped = hit.escaped;
		if (!t->has_key)
			value_add(t, text, hit.from, hit.to);
		cut_hit(t, hit, 0);
	}
	t->has_like = true;
}

bool es_options_take_recovery(char *options, size_t *len, char ret_value[static ES_RECOVERY_INPUT_MAX])
{
	ES_SCOPED(take_wipe) struct take t = { .options = options, .len = *len, .value = ret_value };
	bool taken = false;
	size_t before;

	value_start(&t);
	do { /* closing a gap may complete what was around it */
		before = t.len;
		if (ES_WITH_KEY_FORM)
			take_keys(&t);
		take_names(&t, &taken);
		if (ES_WITH_KEY_FORM)
			take_likes(&t);
	} while (t.len < before);
	*len = t.len;
	return taken || t.has_key || t.has_like;
}

bool es_options_contain_recovery(struct es_span options)
{
	uint8_t key[ES_RECOVERY_LEN];
	struct es_span word, value;
	struct es_recovery_hit hit;
	bool holds = es_recovery_find_key(text_of(options), 0, &hit, key) ||
		     es_recovery_find_like(text_of(options), 0, ES_LIKE_GROUPS, &hit);

	es_wipe(key, sizeof key);
	for (size_t pos = 0; !holds && es_options_next(options, &pos, &word);)
		holds = is_recovery_option(word, &value);
	return holds;
}
