/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only recogniser of recovery keys. A key is 16 groups of six digits that prove themselves and their place,
 * wherever and however they are written. One in 10^19 sequences of 96 digits passes all those checks by chance, so what
 * is between the digits needn't be judged:
 *
 *   - 96 digits in a row, with anything between them but ASCII letters: any separators, 3+3, none at all. A further
 * digit at either end, with nothing in between, is a mistyped group; or
 *   - 16 six-digit numbers that follow each other, with anything between them but other numbers of about
 *     six digits: groups in several options, numbered, in a table; or with letters, if there is no other number between
 * them.
 *
 * Text looks like a mistyped key, and is treated as one, if it is any of
 *
 *   - four six-digit numbers in a row that fit four places of a key in a row;
 *   - eight six-digit numbers in a row, whatever their digits, also with mistyped ones between them;
 *   - 36 digits in a row that fit six places in a row, however they are grouped;
 *   - one number of 90 to 102 digits;
 *
 * together with the missing groups of the key before and after it. UUIDs, addresses, hashes, sizes and lists of
 * processors don't look like that. Pure: runs in firmware and on the host.
 */
#ifndef ES_CORE_RECOVERY_FIND_H
#define ES_CORE_RECOVERY_FIND_H

#include "keys/core/recovery_text.h"

enum { ES_KEY_BYTES = 32, ES_KEY_GROUPS = 16, ES_LIKE_GROUPS = 8, ES_LIKE_GROUPS_MORE = 2 };

struct es_recovery_part {
	size_t from, to; /* bytes */
};

struct es_recovery_hit {
	size_t from, to; /* bytes, from the first digit up to and including the last */
	bool escaped;    /* found in the text with its escapes decoded */
	/* Its groups, if something other than separators is between them; otherwise none. */
	struct es_recovery_part part[ES_KEY_GROUPS];
	unsigned parts;
};

/* The first key at or after pos. */
bool es_recovery_find_key(struct es_text text, size_t pos, struct es_recovery_hit *ret,
			  uint8_t ret_key[static ES_KEY_BYTES]);

/* The first text at or after pos that looks like a mistyped key. groups: how many six-digit numbers in a row suffice:
 * ES_LIKE_GROUPS, or ES_LIKE_GROUPS_MORE if another part of a key was found. Call it only if es_recovery_find_key finds
 * none: a key looks like a mistyped one, too. */
bool es_recovery_find_like(struct es_text text, size_t pos, unsigned groups, struct es_recovery_hit *ret);

#endif
