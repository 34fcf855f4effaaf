/* SPDX-License-Identifier: Apache-2.0 */
/* Published test vectors, as hex text. All end the test on bad input of their own. */
#ifndef ES_TESTLIB_VECTORS_H
#define ES_TESTLIB_VECTORS_H

#include "keys/core/buf.h"
#include "keys/core/secret.h"

struct es_buf hex_buf(const char *hex);        /* white space between the digits is fine; the caller frees */
struct es_secret *hex_secret(const char *hex); /* likewise */
struct es_span secret_span(const struct es_secret *s);
void assert_bytes_hex(struct es_span got, const char *expected_hex);

/* Calls body(nth) with libcrypto's nth allocation, and every one after it, failing, for nth from 0 until body's answer is
 * ES_OK: so every answer before that was an error, and none was a crash. body must free what it made.
 * failing_allocator_install must be the first thing in main. */
void failing_allocator_install(void);
void assert_survives_failing_allocations(enum es_reason (*body)(void *arg), void *arg);

#endif
