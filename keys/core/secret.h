/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one type for secrets: pages of their own, locked against swap, left out of core dumps, not inherited by a forked
 * child, wiped on free. A secret is moved with es_take(), not copied. Host only.
 *
 * It does not protect from root on the running host, nor wipe the copies that libraries make while they work. libcrypto
 * wipes its own; tpm2-tss doesn't, and keys/tpm/scrub.c makes up for that.
 */
#ifndef ES_CORE_SECRET_H
#define ES_CORE_SECRET_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stddef.h>
#include <stdint.h>

enum { ES_KEY_LEN = 32 }; /* the config key, every protector's secret, every derived key */

struct es_secret;

/* len bytes (1 to 64 MiB), zeroed. ES_MEMORY if the pages can't be allocated or locked. The caller owns it. */
ES_MUST_CHECK enum es_reason es_secret_new(size_t len, struct es_secret **ret);
void es_secret_free(struct es_secret *s); /* s may be NULL */
void es_secret_freep(struct es_secret **s);

uint8_t *es_secret_data(struct es_secret *s);
const uint8_t *es_secret_bytes(const struct es_secret *s);
size_t es_secret_len(const struct es_secret *s);

#define ES_SECRET ES_SCOPED(es_secret_freep) struct es_secret *

#endif
