/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words are split as the kernel's next_arg() does (Linux lib/cmdline.c). When in doubt whether a word is part of a recovery
 * key it is taken: what is taken goes to nobody, what stays is measured and shown to every user.
 */
#include "keys/core/options.h"

#include "keys/core/labels.h"
#include "keys/core/wipe.h"

#include <string.h>

enum { KEY_DIGITS = ES_RECOVERY_GROUPS * 6 };

/* The value that is being gathered. */
struct value {
	char *text; /* ES_RECOVERY_INPUT_MAX */
	size_t len;
	unsigned digits;
};

/* As the kernel's isspace(), 0xa0 with it; a NUL parts words too. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0 || c == '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The word at or behind pos: false if there is none. Double quotes keep white space, save one that is never closed: a key
 * behind it must be found all the same. */
static bool next_word(struct es_span in, size_t pos, struct es_span *ret)
{
	bool quoted = false;
	size_t end, first_space = 0;

	while (pos < in.len && is_space((char)in.data[pos]))
		pos++;
	if (pos >= in.len)
		return false;
	for (end = pos; end < in.len && (quoted || !is_space((char)in.data[end])); end++) {
		if (in.data[end] == '"')
			quoted = !quoted;
		if (first_space == 0 && is_space((char)in.data[end]))
			first_space = end;
	}
	if (quoted && first_space > 0)
		end = first_space;
	*ret = (struct es_span){ in.data + pos, end - pos };
	return true;
}

/* Cuts what is left of a word behind its name, "=value" or nothing, down to the value, without quotes at its ends. */
static struct es_span bare_value(struct es_span rest, bool quoted)
{
	if (rest.len > 0 && rest.data[0] == '=') {
		rest = (struct es_span){ rest.data + 1, rest.len - 1 };
		if (rest.len > 0 && rest.data[0] == '"') {
			rest = (struct es_span){ rest.data + 1, rest.len - 1 };
			quoted = true;
		}
	}
	if (quoted && rest.len > 0 && rest.data[rest.len - 1] == '"')
		rest.len--;
	return rest;
}

/* Whether word is name=value, or name alone if lone_ok; perhaps quoted as a whole. */
static bool is_option(struct es_span word, const char *name, bool lone_ok, struct es_span *ret_value)
{
	size_t n = strlen(name);
	bool quoted = word.data[0] == '"';
	struct es_span rest = quoted ? (struct es_span){ word.data + 1, word.len - 1 } : word;

	if (rest.len < n || memcmp(rest.data, name, n) != 0)
		return false;
	rest = (struct es_span){ rest.data + n, rest.len - n };
	if (rest.len > 0 ? rest.data[0] != '=' && !(lone_ok && rest.data[0] == '"') : !lone_ok)
		return false; /* a longer name, or a lone one */
	*ret_value = bare_value(rest, quoted);
	return true;
}

static bool is_recovery(struct es_span word, struct es_span *ret_value)
{
	return is_option(word, ES_OPTION_RECOVERY, true, ret_value) ||
	       is_option(word, ES_OPTION_RECOVERY_ESXI, true, ret_value);
}

static unsigned count_digits(struct es_span word)
{
	unsigned digits = 0;

	for (size_t i = 0; i < word.len; i++)
		digits += is_digit((char)word.data[i]);
	return digits;
}

/* Up to where a word of the key reaches, if the one at pos is of the key: with spaces for dashes it is many words. */
static bool is_continued(struct es_span in, size_t pos, const struct value *v, struct es_span *ret)
{
	struct es_span word, behind, unused;
	unsigned digits;

	if (!next_word(in, pos, &word) || is_recovery(word, &unused) || memchr(word.data, '=', word.len) != NULL)
		return false;
	*ret = word;
	digits = count_digits(word);
	if (digits == 0) {
		/* A dash between two groups; "--" at the options' end is none. */
		for (size_t i = 0; i < word.len; i++)
			if (word.data[i] != '-')
				return false;
		return v->digits < KEY_DIGITS && next_word(in, (size_t)(word.data - in.data) + word.len, &behind) &&
		       count_digits(behind) * 2 >= behind.len && memchr(behind.data, '=', behind.len) == NULL;
	}
	if (v->digits < KEY_DIGITS)
		return digits * 2 >= word.len; /* "O39194": mistyped, and still part of a key */
	/* The key is whole. A group too many is no option either, but a runlevel is. */
	for (size_t i = 0; i < word.len; i++)
		if (!is_digit((char)word.data[i]) && word.data[i] != '-' && word.data[i] != '"')
			return false;
	return digits > 1;
}

static void value_add(struct value *v, struct es_span part)
{
	if (v->len > 0 && v->len < ES_RECOVERY_INPUT_MAX - 1)
		v->text[v->len++] = ' ';
	for (size_t i = 0; i < part.len; i++)
		if (part.data[i] != '"' && v->len < ES_RECOVERY_INPUT_MAX - 1)
			v->text[v->len++] = is_space((char)part.data[i]) ? ' ' : (char)part.data[i];
	v->digits += count_digits(part);
}

/* Gathers the value of the recovery word; returns where the next word that stays begins. */
static size_t take_one(struct es_span in, struct es_span word, struct es_span first, struct value *v)
{
	size_t pos = (size_t)(word.data - in.data) + word.len;

	es_wipe(v->text, ES_RECOVERY_INPUT_MAX); /* the last one wins */
	v->len = 0;
	v->digits = 0;
	value_add(v, first);
	while (is_continued(in, pos, v, &word)) {
		value_add(v, word);
		pos = (size_t)(word.data - in.data) + word.len;
	}
	while (pos < in.len && is_space((char)in.data[pos]))
		pos++;
	return pos;
}

bool es_options_take_recovery(char *options, size_t *len, char ret_value[static ES_RECOVERY_INPUT_MAX])
{
	struct value v = { .text = ret_value };
	struct es_span in = { (const uint8_t *)options, *len }, word, first;
	bool taken = false;
	size_t pos = 0;

	while (next_word(in, pos, &word)) {
		size_t start = (size_t)(word.data - in.data);

		if (!is_recovery(word, &first)) {
			pos = start + word.len;
			continue;
		}
		pos = take_one(in, word, first, &v);
		memmove(options + start, options + pos, in.len - pos);
		in.len -= pos - start;
		if (start == in.len) /* the last word: no white space stays for it */
			while (in.len > 0 && is_space(options[in.len - 1]))
				in.len--;
		taken = true;
		pos = start < in.len ? start : in.len;
	}
	if (taken)
		es_wipe(options + in.len, *len - in.len);
	else
		ret_value[0] = '\0';
	*len = in.len;
	return taken;
}

bool es_options_find(struct es_span options, const char *name, struct es_span *ret_value)
{
	struct es_span word, value;
	bool found = false;

	for (size_t pos = 0; next_word(options, pos, &word); pos = (size_t)(word.data - options.data) + word.len)
		if (is_option(word, name, false, &value)) {
			*ret_value = value;
			found = true;
		}
	return found;
}

bool es_options_has(struct es_span options, const char *name)
{
	struct es_span word, value;

	for (size_t pos = 0; next_word(options, pos, &word); pos = (size_t)(word.data - options.data) + word.len)
		if (memchr(word.data, '=', word.len) == NULL && is_option(word, name, true, &value))
			return true;
	return false;
}

void es_options_remove(char *options, size_t *len, const char *name)
{
	struct es_span in = { (const uint8_t *)options, *len }, word, value;
	size_t pos = 0;

	while (next_word(in, pos, &word)) {
		size_t start = (size_t)(word.data - in.data), end = start + word.len;

		if (!is_option(word, name, true, &value)) {
			pos = end;
			continue;
		}
		while (end < in.len && is_space(options[end]))
			end++;
		memmove(options + start, options + end, in.len - end);
		in.len -= end - start;
		pos = start;
	}
	while (in.len > 0 && in.len < *len && is_space(options[in.len - 1]))
		in.len--;
	*len = in.len;
}

bool es_options_next(struct es_span options, size_t *pos, struct es_span *ret_word)
{
	if (!next_word(options, *pos, ret_word))
		return false;
	*pos = (size_t)(ret_word->data - options.data) + ret_word->len;
	return true;
}
