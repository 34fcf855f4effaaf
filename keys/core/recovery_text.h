/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads text in which a recovery key may be, character by character. People write a key with any dash, quote, space or
 * dot, and with the digits of any keyboard. So there are only three kinds: digits, ASCII letters, and everything else,
 * which joins groups. Broken UTF-8 joins, too. Pure: runs in firmware and on the host.
 */
#ifndef ES_CORE_RECOVERY_TEXT_H
#define ES_CORE_RECOVERY_TEXT_H

#include "keys/core/span.h"

struct es_text {
	struct es_span bytes;
	bool wide;    /* UTF-16, little-endian, from the first byte on; otherwise UTF-8 */
	bool escaped; /* %2D, \x2d, \u2011 and \n each represent a character */
};

enum es_char_kind { ES_CHAR_SEPARATOR, ES_CHAR_DIGIT, ES_CHAR_LETTER };

struct es_char {
	size_t from, to; /* bytes */
	enum es_char_kind kind;
	char c; /* a digit in ASCII, the letter, or the joining character if it is ASCII; otherwise 0 */
};

/* The character at *pos; *pos moves past it. False at the end, and for half a UTF-16 unit. */
bool es_text_next(const struct es_text *text, size_t *pos, struct es_char *ret);

/* Whether decoding escapes could make a difference. */
bool es_text_has_escapes(const struct es_text *text);

/* A run of letters and digits. */
struct es_token {
	size_t from, to;
	unsigned chars, digits;
	uint32_t value; /* of the digits, if there are six */
};

/* The token at or after *pos; *pos moves past it. */
bool es_text_token(const struct es_text *text, size_t *pos, struct es_token *ret);

/* Whether it is six digits and nothing else. */
bool es_token_is_group(const struct es_token *t);
/* Whether it is a group, or what a mistyped group may look like: "O39194", "39194", "4739266". */
bool es_token_is_like_group(const struct es_token *t);

/* Writes the tokens of a part of the text in ASCII, with a dash between two. Stops where the writer is full. */
void es_text_write_tokens(const struct es_text *text, size_t from, size_t to, struct es_writer *w);

#endif
