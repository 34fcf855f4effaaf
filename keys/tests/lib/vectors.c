/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/vectors.h"

#include "keys/core/hex.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct es_buf hex_buf(const char *hex)
{
	char *digits = malloc(strlen(hex) + 1);
	struct es_buf b = { NULL, 0 };
	size_t n = 0;

	assert_non_null(digits);
	for (; *hex != '\0'; hex++)
		if (!isspace((unsigned char)*hex))
			digits[n++] = *hex;
	digits[n] = '\0';
	assert_int_equal(n % 2, 0);
	assert_int_equal(es_buf_new(n / 2, &b), ES_OK);
	assert_true(es_hex_decode(digits, b.data, b.len));
	free(digits);
	return b;
}

struct es_secret *hex_secret(const char *hex)
{
	ES_BUF b = hex_buf(hex);
	struct es_secret *s = NULL;

	assert_int_equal(es_secret_new(b.len, &s), ES_OK);
	memcpy(es_secret_data(s), b.data, b.len);
	return s;
}

struct es_span secret_span(const struct es_secret *s)
{
	return (struct es_span){ es_secret_bytes(s), es_secret_len(s) };
}

void assert_bytes_hex(struct es_span got, const char *expected_hex)
{
	ES_BUF expected = hex_buf(expected_hex);

	assert_int_equal(got.len, expected.len);
	if (got.len > 0)
		assert_memory_equal(got.data, expected.data, got.len);
}

/* Test state for libcrypto's hooks, which take no argument of ours. */
static bool counting;
static size_t allocations_left;

static bool may_allocate(void)
{
	if (!counting)
		return true;
	if (allocations_left == 0)
		return false;
	allocations_left--;
	return true;
}

static void *failing_malloc(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return may_allocate() ? malloc(len) : NULL;
}

static void *failing_realloc(void *p, size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return may_allocate() ? realloc(p, len) : NULL;
}

static void failing_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

void failing_allocator_install(void)
{
	if (CRYPTO_set_mem_functions(failing_malloc, failing_realloc, failing_free) != 1)
		abort();
}

void assert_survives_failing_allocations(enum es_reason (*body)(void *arg), void *arg)
{
	enum { ENOUGH = 10000 };

	/* Once without a failure, so that the library's permanent state exists. */
	assert_int_equal(body(arg), ES_OK);
	for (size_t nth = 0; nth < ENOUGH; nth++) {
		enum es_reason r;

		counting = true;
		allocations_left = nth;
		r = body(arg);
		counting = false;
		if (r == ES_OK) {
			assert_true(nth > 0);
			return;
		}
		assert_true(r == ES_CRYPTO || r == ES_MEMORY);
	}
	fail_msg("never succeeded");
}
