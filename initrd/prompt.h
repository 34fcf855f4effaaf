/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recovery key as it is typed, byte by byte: a state machine with no terminal in it. Each group is checked when its
 * sixth digit comes, so that a mistake is said while its owner still looks at it. What parts groups may be anything but a
 * letter. A key may be pasted with whatever is around it: what came since the last fault is kept, and looked through whole.
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
	ES_PROMPT_NOTHING,  /* a separator, a part of an escape sequence */
	ES_PROMPT_DIGIT,    /* one more digit */
	ES_PROMPT_ERASED,   /* one digit less */
	ES_PROMPT_CLEARED,  /* all of them gone */
	ES_PROMPT_FAULT,    /* the group was wrong and is gone: fault, faulty_group, faulty_digits */
	ES_PROMPT_REFUSED,  /* nothing to erase, or no room for more */
	ES_PROMPT_NEW_LINE, /* Enter between two groups: the key goes on */
	ES_PROMPT_ENTERED,  /* Enter behind sixteen good groups */
	ES_PROMPT_GAVE_UP,
};

struct es_prompt {
	char *digits; /* ES_PROMPT_ROOM of the caller's, secret: locked, and wiped by them; the key's are the first */
	unsigned count, line; /* of the digits, and of what follows them: all that came */
	enum { ES_PROMPT_PLAIN, ES_PROMPT_ESC, ES_PROMPT_CSI, ES_PROMPT_SS3 } escape;

	enum es_group_fault fault; /* NOT_DIGITS, TOO_FEW digits, MISTYPED (or misplaced) */
	unsigned faulty_group;     /* 1 to 16 */
	unsigned faulty_digits;    /* how many it had, if less than six */
};

void es_prompt_start(struct es_prompt *p, char *digits);
enum es_prompt_event es_prompt_feed(struct es_prompt *p, unsigned char c);
/* After a FAULT: what still comes of a paste, to be kept. */
void es_prompt_keep(struct es_prompt *p, unsigned char c);
/* When it has all come: whether there is a key in it, which then replaces what was typed. Forgets the rest. */
bool es_prompt_find(struct es_prompt *p);

#endif
