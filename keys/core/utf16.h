/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-16 (firmware) and UTF-8 (kernel). Malformed input becomes U+FFFD. Pure: the stub measures UTF-16, and the host
 * predicts it. */
#ifndef ES_CORE_UTF16_H
#define ES_CORE_UTF16_H

#include "keys/core/span.h"

/* units: little-endian UTF-16, any alignment, up to its end or the first NUL; an odd last byte is ignored. Writes UTF-8
 * without a NUL. */
void es_utf8_from_utf16(struct es_span units, struct es_writer *w);

/* text: UTF-8 up to its end or the first NUL. Writes UTF-16 with a NUL. */
void es_utf16_from_utf8(struct es_span text, struct es_writer *w);

#endif
