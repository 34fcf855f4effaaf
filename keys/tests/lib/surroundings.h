/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recovery keys as people, word processors and consoles write them, among other boot options: a different one for each
 * number. The result is UTF-8, as in a boot menu.
 */
#ifndef ES_TESTLIB_SURROUNDINGS_H
#define ES_TESTLIB_SURROUNDINGS_H

#include "keys/core/recovery_code.h"

#include <stdbool.h>
#include <stdint.h>

enum { SURROUNDINGS_MAX = 3000 };

enum surroundings_form {
	SURROUNDINGS_KEY,       /* whole, in one place */
	SURROUNDINGS_TWICE,     /* the same key in two options */
	SURROUNDINGS_SCATTERED, /* its groups in several options, with others between them */
	SURROUNDINGS_MISTYPED,  /* one fault in one group */
};

struct surroundings {
	uint64_t random;
	uint8_t key[ES_RECOVERY_LEN];
	char code[ES_RECOVERY_TEXT_LEN + 1]; /* as it is handed out */
	char text[SURROUNDINGS_MAX];         /* all options */
	char rest[SURROUNDINGS_MAX];         /* what must stay */
	unsigned faulty;                     /* MISTYPED: group, 1 to 16 */
};

void surroundings_make(struct surroundings *s, enum surroundings_form form, uint64_t number);

/* Fails the test if any of the key's groups is in the data. */
void surroundings_assert_hidden(const struct surroundings *s, const void *data, size_t len);

#endif
