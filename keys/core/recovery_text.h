/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in which a recovery key is looked for, character by character. People write a key with any dash, quote, space or dot,
 * and with the digits of any keyboard, so only three kinds count: digits, ASCII letters, and all the rest, which joins
 * groups. Broken UTF-8 joins too. Pure: runs in firmware and on the host.
 */
#ifndef ES_CORE_RECOVERY_TEXT_H
#define ES_CORE_RECOVERY_TEXT_H

#include "keys/core/span.h"

struct es_text {
	struct es_span bytes;
	bool wide;    /* UTF-16, little-endian, from the first byte on; else UTF-8 */
	bool escaped; /* %2D, \x2d, \u2011 and \n stand for a character */
};

enum es_char_kind { ES_CHAR_JOINT, ES_CHAR_DIGIT, ES_CHAR_LETTER };

struct es_char {
	size_t from, to; /* bytes */
	enum es_char_kind kind;
	char c; /* a digit in ASCII, the letter, or, if it is ASCII, what joins; else 0 */
};

/* The character at *pos; *pos moves past it. False at the end, and at half a character of UTF-16. */
bool es_text_next(const struct es_text *text, size_t *pos, struct es_char *ret);

/* Whether reading escapes could make a difference. */
bool es_text_has_escapes(const struct es_text *text);

/* Letters and digits in a row. */
struct es_token {
	size_t from, to;
	unsigned chars, digits;
	uint32_t value; /* of the digits, if it is six digits */
};

/* The token at or after *pos; *pos moves past it. */
bool es_text_token(const struct es_text *text, size_t *pos, struct es_token *ret);

/* Six digits and nothing else. */
bool es_token_is_group(const struct es_token *t);
/* A group, or what a group may be mistyped as: "O39194", "39194", "4739266". */
bool es_token_is_like_group(const struct es_token *t);

/* The tokens of a part of the text in ASCII, with a dash between two. Cut where the writer is full. */
void es_text_write_tokens(const struct es_text *text, size_t from, size_t to, struct es_writer *w);

#endif
