/* SPDX-License-Identifier: Apache-2.0 */
/* The names in a folder, sorted, so that a walk through the same tree always takes the same order. */
#ifndef ES_STORE_NAMES_H
#define ES_STORE_NAMES_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stddef.h>

struct es_names {
	char **name;
	size_t count, room;
};

/* Without "." and "..". ES_TOO_LARGE: more than `cap`. *ret is to be freed also on failure. fd stays as it is. */
ES_MUST_CHECK enum es_reason es_names_read(int fd, size_t cap, struct es_names *ret);
void es_names_free(struct es_names *n);
#define ES_NAMES ES_SCOPED(es_names_free) struct es_names

#endif
