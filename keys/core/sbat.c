/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/sbat.h"

#include <string.h>

enum { SECTION_WORDS = 6, LEVEL_WORDS = 2 };

static bool is_line_end(uint8_t c)
{
	return c == '\r' || c == '\n';
}

/* The text up to its first NUL, or all of it. */
static struct es_span text_of(struct es_span bytes)
{
	const uint8_t *nul = bytes.len > 0 ? memchr(bytes.data, '\0', bytes.len) : NULL;

	if (nul != NULL)
		bytes.len = (size_t)(nul - bytes.data);
	if (bytes.len >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
		bytes = (struct es_span){ bytes.data + 3, bytes.len - 3 };
	return bytes;
}

/* Takes the next line that isn't empty off the front of text; false at the end. */
static bool next_line(struct es_span *text, struct es_span *ret)
{
	size_t len = 0;

	while (text->len > 0 && is_line_end(text->data[0])) {
		text->data++;
		text->len--;
	}
	while (len < text->len && !is_line_end(text->data[len]))
		len++;
	if (len == 0)
		return false;
	*ret = (struct es_span){ text->data, len };
	text->data += len;
	text->len -= len;
	return true;
}

/* The first `count` words of a line, none of them empty. Anything after them is ignored. */
static bool read_words(struct es_span line, struct es_span *ret, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *comma = line.len > 0 ? memchr(line.data, ',', line.len) : NULL;
		size_t len = comma != NULL ? (size_t)(comma - line.data) : line.len;

		if (len == 0)
			return false;
		ret[i] = (struct es_span){ line.data, len };
		if (comma != NULL)
			len++;
		line.data += len;
		line.len -= len;
	}
	return true;
}

/* As atoi into 16 bits: digits up to the first other character. */
static unsigned generation_of(struct es_span word)
{
	unsigned n = 0;

	for (size_t i = 0; i < word.len && word.data[i] >= '0' && word.data[i] <= '9'; i++)
		n = (n * 10 + (word.data[i] - '0')) & 0xffff;
	return n;
}

static bool same(struct es_span a, struct es_span b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* The generation that the level demands of this component; the first line that names it counts. */
static bool find_needed(struct es_span level, struct es_span name, unsigned *ret)
{
	struct es_span words[LEVEL_WORDS], line;

	while (next_line(&level, &line)) {
		if (!read_words(line, words, LEVEL_WORDS))
			return false;
		if (!same(words[0], name))
			continue;
		*ret = generation_of(words[1]);
		return true;
	}
	return false;
}

static void copy_name(struct es_span name, char ret[static ES_SBAT_NAME])
{
	size_t n = name.len < ES_SBAT_NAME - 1 ? name.len : ES_SBAT_NAME - 1;

	for (size_t i = 0; i < n; i++)
		ret[i] = name.data[i] >= 0x20 && name.data[i] < 0x7f ? (char)name.data[i] : '?';
	ret[n] = '\0';
}

enum es_sbat es_sbat_check(struct es_span section, struct es_span level, struct es_sbat_component *ret)
{
	struct es_span all = text_of(section), text = all, words[SECTION_WORDS], line;
	unsigned needed;

	while (next_line(&text, &line))
		if (!read_words(line, words, SECTION_WORDS))
			return ES_SBAT_MALFORMED;
	level = text_of(level);
	for (text = all; next_line(&text, &line) && read_words(line, words, SECTION_WORDS);) {
		unsigned has = generation_of(words[1]);

		if (!find_needed(level, words[0], &needed) || has >= needed)
			continue;
		copy_name(words[0], ret->name);
		ret->has = has;
		ret->needs = needed;
		return ES_SBAT_REVOKED;
	}
	return ES_SBAT_OK;
}
