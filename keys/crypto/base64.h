/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648 section 4), strict: no white space, exact padding, no stray bits. */
#ifndef ES_CRYPTO_BASE64_H
#define ES_CRYPTO_BASE64_H

#include "keys/core/buf.h"

ES_MUST_CHECK enum es_reason es_base64_encode(struct es_span data, char **ret_text); /* the caller frees */
ES_MUST_CHECK enum es_reason es_base64_decode(const char *text, size_t cap,
					      struct es_buf *ret); /* ES_FORMAT, ES_TOO_LARGE */

#endif
