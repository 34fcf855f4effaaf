/* SPDX-License-Identifier: Apache-2.0 */
/* The last digits of a text, where each is, and what groups of a recovery key they make. Secret: wipe it. Pure. */
#ifndef ES_CORE_RECOVERY_DIGITS_H
#define ES_CORE_RECOVERY_DIGITS_H

#include "keys/core/recovery_text.h"

enum {
	ES_GROUP_DIGITS = 6,
	ES_GROUP_PLACES = 11, /* what a group's remainder can tell apart */
	ES_GROUP_MAX = 65535 * ES_GROUP_PLACES + ES_GROUP_PLACES - 1,
	ES_DIGITS_KEPT = 128, /* a key's, and more */
};

struct es_digits {
	uint8_t digit[ES_DIGITS_KEPT];
	bool begins[ES_DIGITS_KEPT]; /* a number */
	size_t from[ES_DIGITS_KEPT], to[ES_DIGITS_KEPT];
	size_t total;      /* that were put in */
	size_t in_stretch; /* of them, since the last letter */
	size_t in_number;  /* of them, with nothing in between */
};

/* The next character, of whatever kind. */
void es_digits_put(struct es_digits *d, const struct es_char *c);

/* The group that begins so many digits before the end, and where it begins. At most as many as were put, and are kept. */
uint32_t es_digits_group(const struct es_digits *d, size_t back);
size_t es_digits_from(const struct es_digits *d, size_t back);
size_t es_digits_to(const struct es_digits *d, size_t back);
bool es_digits_begin(const struct es_digits *d, size_t back);

/* Whether a group's number fits the place, 0 to 15. */
bool es_group_fits(uint32_t value, unsigned place);

#endif
