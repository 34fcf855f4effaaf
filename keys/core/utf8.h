/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, one character at a time. Pure. */
#ifndef ES_CORE_UTF8_H
#define ES_CORE_UTF8_H

#include "keys/core/span.h"

enum { ES_UTF8_REPLACEMENT = 0xfffd };

/* The character at *at, which must be within the text; *at moves past it, by at least one byte. Returns
 * ES_UTF8_REPLACEMENT for anything that isn't well-formed. */
uint32_t es_utf8_next(struct es_span text, size_t *at);

#endif
