/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens whatever it is given. And, so that what lies behind the unwrapping is reached too, treats the input as changes to
 * an envelope that is sound: none may open but the one that changes nothing.
 */
#include "keys/crypto/envelope.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key_id[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static struct es_secret *zero_key(void)
{
	struct es_secret *kek = NULL;

	if (es_secret_new(ES_KEY_LEN, &kek) != ES_OK)
		abort();
	return kek;
}

static void open_as_it_is(const struct es_secret *kek, struct es_span der)
{
	ES_SECRET plain = NULL;

	/* Nobody but the holder of the key makes one that opens, and the fuzzer isn't. */
	if (es_envelope_open(kek, key_id, der, &plain) == ES_OK)
		abort();
}

/* The input, byte by byte: a place, and what is XORed into it. */
static void open_changed(const struct es_secret *kek, struct es_span changes)
{
	ES_BUF der = { NULL, 0 }, copy = { NULL, 0 };
	ES_SECRET plain = NULL;
	enum es_reason r;

	if (es_envelope_seal(kek, key_id, es_text_span("plain"), &der) != ES_OK ||
	    es_buf_copy(es_buf_span(&der), &copy) != ES_OK)
		abort();
	for (size_t i = 0; i + 1 < changes.len; i += 2)
		der.data[changes.data[i] % der.len] ^= changes.data[i + 1];
	r = es_envelope_open(kek, key_id, es_buf_span(&der), &plain);
	if ((r == ES_OK) != (memcmp(der.data, copy.data, der.len) == 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ES_SECRET kek = zero_key();
	struct es_span input = { data, size };

	open_as_it_is(kek, input);
	open_changed(kek, input);
	return 0;
}
