/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys/core/secret.c for the fuzzers: on the heap, where AddressSanitizer notices an access past the end. The real one
 * uses pages of its own, which takes more time than everything that is fuzzed.
 */
#include "keys/core/secret.h"

#include <stdlib.h>

enum { SECRET_MAX = 64 << 20 };

struct es_secret {
	size_t len;
	uint8_t *data;
};

enum es_reason es_secret_new(size_t len, struct es_secret **ret)
{
	struct es_secret *s;

	if (len == 0 || len > SECRET_MAX)
		return ES_ARGUMENT;
	s = malloc(sizeof *s);
	if (s == NULL)
		return ES_MEMORY;
	s->len = len;
	s->data = calloc(1, len);
	if (s->data == NULL) {
		free(s);
		return ES_MEMORY;
	}
	*ret = s;
	return ES_OK;
}

void es_secret_free(struct es_secret *s)
{
	if (s != NULL)
		free(s->data);
	free(s);
}

void es_secret_freep(struct es_secret **s)
{
	es_secret_free(*s);
	*s = NULL;
}

uint8_t *es_secret_data(struct es_secret *s)
{
	return s->data;
}

const uint8_t *es_secret_bytes(const struct es_secret *s)
{
	return s->data;
}

size_t es_secret_len(const struct es_secret *s)
{
	return s->len;
}
