/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words are split as the kernel's next_arg() does it (Linux lib/cmdline.c).
 */
#include "keys/core/options.h"

#include <string.h>

bool es_options_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0 || c == '\0';
}

/* The word at or after pos; false if there is none. Double quotes keep white space, except one that is never closed: a
 * key after it must still be found. */
static bool next_word(struct es_span in, size_t pos, struct es_span *ret)
{
	bool quoted = false;
	size_t end, first_space = 0;

	while (pos < in.len && es_options_is_space((char)in.data[pos]))
		pos++;
	if (pos >= in.len)
		return false;
	for (end = pos; end < in.len && (quoted || !es_options_is_space((char)in.data[end])); end++) {
		if (in.data[end] == '"')
			quoted = !quoted;
		if (first_space == 0 && es_options_is_space((char)in.data[end]))
			first_space = end;
	}
	if (quoted && first_space > 0)
		end = first_space;
	*ret = (struct es_span){ in.data + pos, end - pos };
	return true;
}

/* The value in the rest of a word after its name ("=value" or nothing), without quotes at its ends. */
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

/* Whether word is name=value, or name alone if lone_ok; the whole may be quoted. */
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
		while (end < in.len && es_options_is_space(options[end]))
			end++;
		memmove(options + start, options + end, in.len - end);
		in.len -= end - start;
		pos = start;
	}
	while (in.len > 0 && in.len < *len && es_options_is_space(options[in.len - 1]))
		in.len--;
	*len = in.len;
}

size_t es_options_clean(char *options, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)options[i] < ' ' || options[i] == 0x7f)
			options[i] = ' ';
	while (len > 0 && options[len - 1] == ' ')
		len--;
	while (start < len && options[start] == ' ')
		start++;
	memmove(options, options + start, len - start);
	return len - start;
}

bool es_options_replace(struct es_span given, struct es_span own)
{
	return given.len > 0 && (given.len != own.len || memcmp(given.data, own.data, own.len) != 0);
}

bool es_options_next(struct es_span options, size_t *pos, struct es_span *ret_word)
{
	if (!next_word(options, *pos, ret_word))
		return false;
	*pos = (size_t)(ret_word->data - options.data) + ret_word->len;
	return true;
}

bool es_options_are_text(struct es_span given)
{
	return given.data && given.len >= 2 && given.len % 2 == 0 && given.data[1] == 0 && given.data[0] >= ' ' &&
	       given.data[0] < 0x7f;
}
