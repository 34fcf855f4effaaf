/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recovery key as its owner writes it: 16 groups of 6 digits with dashes, the form that ESXi uses. group i = 11*w +
 * (i mod 11), where w is the i-th big-endian 16-bit word. Each group therefore checks its digits and its place.
 * FORMAT.md. Pure: runs in firmware and on the host.
 */
#ifndef ES_CORE_RECOVERY_CODE_H
#define ES_CORE_RECOVERY_CODE_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stddef.h>
#include <stdint.h>

enum {
	ES_RECOVERY_LEN = 32,
	ES_RECOVERY_GROUPS = 16,
	ES_RECOVERY_TEXT_LEN = 16 * 6 + 15, /* 111, without the NUL */
	ES_RECOVERY_INPUT_MAX = 256,        /* what the stub hands over: two keys, or a mistyped one */
};

void es_recovery_code_write(const uint8_t key[static ES_RECOVERY_LEN], char ret_text[static ES_RECOVERY_TEXT_LEN + 1]);

enum es_group_fault {
	ES_GROUP_OK,
	ES_GROUP_NOT_DIGITS, /* a character that isn't a digit, or fewer or more than six digits */
	ES_GROUP_MISTYPED,   /* six digits that don't fit their place: a wrong or swapped digit */
	/* fits another place, as its neighbour or its counterpart shows: swapped, or one left out */
	ES_GROUP_MISPLACED,
	ES_GROUP_TOO_FEW,  /* the key ends before this group */
	ES_GROUP_NONE,     /* nothing in the text resembles a group */
	ES_GROUP_TWO_KEYS, /* every group is fine, and there are two different keys */
};

struct es_code_fault {
	enum es_group_fault fault;
	unsigned group; /* 1 to 16: the first wrong one */
	unsigned fits;  /* MISPLACED: the place in 1 to 11 that it fits (and that plus 11, if there is such a place) */
};

/* The one key in a text, wherever and however it is written (keys/core/recovery_find.h). ES_RECOVERY_FORM: there is
 * none, and *ret_fault says what is wrong with the first wrong group; ES_RECOVERY_TWO: there are two that differ. On an
 * error ret_key is wiped. Takes the same time for every key written in the same way. */
ES_MUST_CHECK enum es_reason es_recovery_code_read(const char *text, size_t len,
						   uint8_t ret_key[static ES_RECOVERY_LEN],
						   struct es_code_fault *ret_fault);

/* Reads a single group, for a console that asks group by group; place is 1 to 16. FINE, NOT_DIGITS or MISTYPED: a
 * single group that is misplaced can't be distinguished from a mistyped one. */
enum es_group_fault es_recovery_group_read(const char digits[static 6], unsigned place, uint16_t *ret_word);

#endif
