/* SPDX-License-Identifier: Apache-2.0 */
/* Published test vectors, as hex text. Malformed hex ends the test. */
#ifndef ES_TESTLIB_VECTORS_H
#define ES_TESTLIB_VECTORS_H

#include "keys/core/buf.h"
#include "keys/core/secret.h"

struct es_buf hex_buf(const char *hex); /* white space between the digits is allowed; the caller frees the result */
struct es_secret *hex_secret(const char *hex); /* likewise */
struct es_span secret_span(const struct es_secret *s);
void assert_bytes_hex(struct es_span got, const char *expected_hex);

/* Calls body(nth) with libcrypto's nth allocation and every later one failing, for nth from 0 until body returns ES_OK:
 * every result before that was an error, and none a crash. body must free what it made. failing_allocator_install must
 * be the first call in main. */
void failing_allocator_install(void);
void assert_survives_failing_allocations(enum es_reason (*body)(void *arg), void *arg);

#endif
