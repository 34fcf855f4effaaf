/* SPDX-License-Identifier: Apache-2.0 */
/* AES-256 key wrap (RFC 3394) of one 256-bit key. */
#ifndef ES_CRYPTO_WRAP_H
#define ES_CRYPTO_WRAP_H

#include "keys/core/reason.h"
#include "keys/core/secret.h"
#include "keys/core/span.h"

enum { ES_WRAPPED_LEN = ES_KEY_LEN + 8 };

/* Both keys are ES_KEY_LEN bytes. */
ES_MUST_CHECK enum es_reason es_key_wrap(const struct es_secret *kek, const struct es_secret *key,
					 uint8_t ret_wrapped[static ES_WRAPPED_LEN]);

/* ES_BAD_TAG: not wrapped under this key. ES_FORMAT: not ES_WRAPPED_LEN bytes. */
ES_MUST_CHECK enum es_reason es_key_unwrap(const struct es_secret *kek, struct es_span wrapped,
					   struct es_secret **ret_key);

#endif
