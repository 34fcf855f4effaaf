/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16 (firmware) and UTF-8 (kernel, keys/core). What isn't well-formed becomes U+FFFD, control characters become spaces,
 * spaces at both ends go: what is measured is this cleaned text, and it is what the kernel gets. Pure.
 */
#ifndef ES_EFI_TEXT_H
#define ES_EFI_TEXT_H

#include "keys/core/span.h"

/* units: little-endian UTF-16, any alignment, up to its end or the first NUL; an odd last byte is left out. Writes UTF-8
 * without a NUL. */
void es_utf8_from_utf16(struct es_span units, struct es_writer *w);

/* text: UTF-8 up to its end or the first NUL. Writes UTF-16 with a NUL. */
void es_utf16_from_utf8(struct es_span text, struct es_writer *w);

/* Spaces for control characters, none at the ends. In place; returns the new length. */
size_t es_text_clean(char *text, size_t len);

#endif
