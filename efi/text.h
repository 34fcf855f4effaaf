/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16 (firmware) and UTF-8 (kernel, keys/core). Malformed input becomes U+FFFD, control characters become spaces,
 * and spaces at both ends are removed. The cleaned text is measured, and passed to the kernel. Pure.
 */
#ifndef ES_EFI_TEXT_H
#define ES_EFI_TEXT_H

#include "keys/core/span.h"

/* units: little-endian UTF-16, any alignment, up to its end or the first NUL; an odd last byte is ignored. Writes UTF-8
 * without a NUL. */
void es_utf8_from_utf16(struct es_span units, struct es_writer *w);

/* text: UTF-8 up to its end or the first NUL. Writes UTF-16 with a NUL. */
void es_utf16_from_utf8(struct es_span text, struct es_writer *w);

/* Replaces control characters by spaces, and removes spaces at the ends. In place; returns the new length. */
size_t es_text_clean(char *text, size_t len);

#endif
