/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recovery key as its owner writes it: 16 groups of 6 digits with dashes, the form of ESXi's.
 * group i = 11*w + (i mod 11), w the i-th big-endian 16-bit word; so each group checks its digits and its place.
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
	ES_RECOVERY_INPUT_MAX = 256,        /* what the stub hands over: two keys, or one that is mistyped */
};

void es_recovery_code_write(const uint8_t key[static ES_RECOVERY_LEN], char ret_text[static ES_RECOVERY_TEXT_LEN + 1]);

enum es_group_fault {
	ES_GROUP_FINE,
	ES_GROUP_NOT_DIGITS, /* a character that is no digit, or fewer or more than six of them */
	ES_GROUP_MISTYPED,   /* six digits that don't fit their place: a wrong or swapped digit */
	ES_GROUP_MISPLACED,  /* fits another place, as its neighbour or its partner shows: swapped, left out */
	ES_GROUP_TOO_FEW,    /* the key ends before this group */
	ES_GROUP_NONE,       /* there is nothing like a group in it */
	ES_GROUP_TWO_KEYS,   /* all of them are fine, and there are two different keys */
};

struct es_code_fault {
	enum es_group_fault fault;
	unsigned group; /* 1 to 16, the first that is wrong */
	unsigned fits;  /* MISPLACED: the place in 1 to 11 that it fits (and 11 further, if that is one) */
};

/* The one key in a text, wherever and however it is written (keys/core/recovery_find.h). ES_RECOVERY_FORM and *ret_fault, with
 * the first wrong group, if there is none; ES_RECOVERY_TWO if there are two that differ. ret_key is then wiped. Takes the same
 * time for every key that is written in the same way. */
ES_MUST_CHECK enum es_reason es_recovery_code_read(const char *text, size_t len,
						   uint8_t ret_key[static ES_RECOVERY_LEN],
						   struct es_code_fault *ret_fault);

/* One group by itself, as a console that asks group by group needs it; place is 1 to 16. FINE, NOT_DIGITS or MISTYPED:
 * alone, a misplaced group can't be told from a mistyped one. */
enum es_group_fault es_recovery_group_read(const char digits[static 6], unsigned place, uint16_t *ret_word);

#endif
