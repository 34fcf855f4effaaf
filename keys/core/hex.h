/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_CORE_HEX_H
#define ES_CORE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2*len lower-case digits and a NUL. */
void es_hex_encode(const uint8_t *data, size_t len, char *ret_text);

/* Reads exactly 2*len digits of either case, then a NUL. False (and *ret untouched) for anything else. */
bool es_hex_decode(const char *text, uint8_t *ret, size_t len);

#endif
