/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recovery key as it is typed, byte by byte: a state machine without a terminal. Each group is checked at its sixth
 * digit, so that a mistake is reported while the user still looks at it. Anything but a letter may separate groups. A
 * key may be pasted with other text around it: the input since the last fault is kept, and searched as a whole.
 */
#ifndef ES_INITRD_PROMPT_H
#define ES_INITRD_PROMPT_H

#include "keys/core/recovery_code.h"

#include <stdbool.h>

enum {
	ES_PROMPT_DIGITS = ES_RECOVERY_GROUPS * 6,
	ES_PROMPT_LINE = 1024,
	ES_PROMPT_ROOM = ES_PROMPT_DIGITS + ES_PROMPT_LINE,
};

enum es_prompt_event {
	ES_PROMPT_NOTHING,  /* a separator, or part of an escape sequence */
	ES_PROMPT_DIGIT,    /* one digit more */
	ES_PROMPT_ERASED,   /* one digit less */
	ES_PROMPT_CLEARED,  /* all digits erased */
	ES_PROMPT_FAULT,    /* the group was wrong and is erased: fault, faulty_group, faulty_digits */
	ES_PROMPT_REFUSED,  /* nothing to erase, or no room for more */
	ES_PROMPT_NEW_LINE, /* Enter between two groups: the key continues */
	ES_PROMPT_ENTERED,  /* Enter after sixteen valid groups */
	ES_PROMPT_GAVE_UP,
};

struct es_prompt {
	char
	    *digits; /* ES_PROMPT_ROOM bytes; the caller locks and wipes them. First the key's digits, then all input */
	unsigned count, line; /* the number of digits, and of the bytes of input after them */
	enum { ES_PROMPT_PLAIN, ES_PROMPT_ESC, ES_PROMPT_CSI, ES_PROMPT_SS3 } escape;

	enum es_group_fault fault; /* NOT_DIGITS, TOO_FEW digits, MISTYPED (or misplaced) */
	unsigned faulty_group;     /* 1 to 16 */
	unsigned faulty_digits;    /* how many it had, if fewer than six */
};

void es_prompt_start(struct es_prompt *p, char *digits);
enum es_prompt_event es_prompt_feed(struct es_prompt *p, unsigned char c);
/* After ES_PROMPT_FAULT: keeps a byte of the rest of a paste. */
void es_prompt_keep(struct es_prompt *p, unsigned char c);
/* After the last byte: whether the kept input contains a key, which then replaces the digits. Forgets the input. */
bool es_prompt_find(struct es_prompt *p);

#endif
