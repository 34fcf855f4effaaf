/* SPDX-License-Identifier: Apache-2.0 */
/* The last digits of a text, the position of each, and the groups of a recovery key that they form. Secret: wipe it.
 * Pure. */
#ifndef ES_CORE_RECOVERY_DIGITS_H
#define ES_CORE_RECOVERY_DIGITS_H

#include "keys/core/recovery_text.h"

enum {
	ES_GROUP_DIGITS = 6,
	ES_GROUP_PLACES = 11, /* how many places a group's remainder distinguishes */
	ES_GROUP_MAX = 65535 * ES_GROUP_PLACES + ES_GROUP_PLACES - 1,
	ES_DIGITS_KEPT = 128, /* enough for a key, and more */
};

struct es_digits {
	uint8_t digit[ES_DIGITS_KEPT];
	bool begins[ES_DIGITS_KEPT]; /* a number */
	size_t from[ES_DIGITS_KEPT];
	size_t end;        /* of the last digit, in bytes */
	size_t total;      /* digits put in */
	size_t in_stretch; /* of them, since the last letter */
	size_t in_number;  /* of them, with nothing in between */
};

/* Takes the next character, of any kind. */
void es_digits_put(struct es_digits *d, const struct es_char *c);

/* The group that begins `back` digits before the end, and where it begins. back is at most the number of digits that
 * were put in, and at most ES_DIGITS_KEPT. */
uint32_t es_digits_group(const struct es_digits *d, size_t back);
size_t es_digits_from(const struct es_digits *d, size_t back);
bool es_digits_begin(const struct es_digits *d, size_t back);

/* Whether a group's number fits the place, 0 to 15. */
bool es_group_fits(uint32_t value, unsigned place);

#endif
