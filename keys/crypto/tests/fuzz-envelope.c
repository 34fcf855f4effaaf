/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers: envelope.c gcm.c wrap.c
 *
 * There are two kinds of input. The first is an envelope, changed field by field (keys/tests/lib/fuzz/der.h) so that
 * inputs get past the lengths and the unwrapping: with the right key only the unchanged envelope may open. The second
 * starts with a zero byte, followed by changes and a plaintext, which is sealed before the changes are XORed into the
 * envelope: it must open to the same plaintext, and must not open if it was changed.
 */
#include "keys/crypto/envelope.h"
#include "keys/tests/lib/fuzz/der.h"

#include <stdlib.h>
#include <string.h>

enum { SEALED = 0, EDITS_MAX = 8 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

static const uint8_t key_id[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, other_id[8] = { 1, 2, 3, 4, 5, 6, 7, 9 };

/* "plain", sealed with a key of zeros. */
static const uint8_t genuine[] = {
	0x30, 0x81, 0xa6, 0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17, 0xa0,
	0x81, 0x96, 0x30, 0x81, 0x93, 0x02, 0x01, 0x00, 0x31, 0x48, 0xa2, 0x46, 0x02, 0x01, 0x04, 0x30, 0x0a,
	0x04, 0x08, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
	0x01, 0x65, 0x03, 0x04, 0x01, 0x2d, 0x04, 0x28, 0x1a, 0x59, 0xf5, 0xc7, 0x8c, 0x35, 0xee, 0x4d, 0x4c,
	0x37, 0x32, 0xae, 0xb2, 0x10, 0xc3, 0x7b, 0xa2, 0x87, 0x97, 0x85, 0x51, 0x1b, 0xc9, 0xd5, 0x1e, 0x1c,
	0x4a, 0xb5, 0x04, 0x57, 0x78, 0xc1, 0x73, 0xbc, 0x68, 0xd1, 0x2b, 0x3c, 0x44, 0xc5, 0x30, 0x32, 0x06,
	0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01, 0x30, 0x1e, 0x06, 0x09, 0x60, 0x86, 0x48,
	0x01, 0x65, 0x03, 0x04, 0x01, 0x2e, 0x30, 0x11, 0x04, 0x0c, 0xe9, 0x18, 0x8b, 0xe5, 0xf7, 0x50, 0xf6,
	0x8b, 0x2b, 0x31, 0x24, 0x43, 0x02, 0x01, 0x10, 0x80, 0x05, 0xb3, 0xa1, 0x80, 0xd4, 0xcf, 0x04, 0x10,
	0x92, 0xca, 0xdc, 0x5a, 0xbb, 0x7e, 0xa0, 0x75, 0x2c, 0x8a, 0x8c, 0xf4, 0xa1, 0x19, 0x17, 0xec,
};

static struct es_secret *kek, *other_kek;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (es_secret_new(ES_KEY_LEN, &kek) != ES_OK || es_secret_new(ES_KEY_LEN, &other_kek) != ES_OK)
		abort();
	es_secret_data(other_kek)[ES_KEY_LEN - 1] = 1;
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size_t done;

	if ((size == 0 || seed % 64 == 0) && max >= sizeof genuine) {
		size = sizeof genuine;
		memcpy(data, genuine, size);
	}
	/* Now and then, change a byte blindly: not every input is DER. */
	if (size == 0 || data[0] == SEALED || seed % 64 == 1)
		return LLVMFuzzerMutate(data, size, max);
	done = fuzz_der_mutate(data, size, max, seed / 64);
	return done > 0 ? done : LLVMFuzzerMutate(data, size, max);
}

/* Except the key's id: no tag covers it, and none needs to, since it only says which key this is. */
enum { ID_AT = 36, ID_END = ID_AT + sizeof key_id };

static bool is_genuine(struct es_span der, const uint8_t id[static sizeof key_id])
{
	return der.len == sizeof genuine && memcmp(der.data, genuine, ID_AT) == 0 &&
	       memcmp(der.data + ID_AT, id, sizeof key_id) == 0 &&
	       memcmp(der.data + ID_END, genuine + ID_END, sizeof genuine - ID_END) == 0;
}

static void open_changed(struct es_span der)
{
	ES_SECRET plain = NULL;
	enum es_reason r = es_envelope_open(kek, key_id, der, &plain);

	if ((r == ES_OK) != is_genuine(der, key_id) || (r != ES_OK) != (plain == NULL))
		abort();
	if (r != ES_OK && r != ES_BAD_TAG)
		return;
	es_secret_freep(&plain);
	if (es_envelope_open(other_kek, key_id, der, &plain) == ES_OK)
		abort();
	r = es_envelope_open(kek, other_id, der, &plain);
	if ((r == ES_OK) != is_genuine(der, other_id))
		abort();
}

/* A byte for the number of changes, for each a position (two bytes) and the byte to XOR into it, then the plaintext. */
static void seal_and_open(struct es_span input)
{
	struct es_reader in = { .in = input, .pos = 1 };
	unsigned edits = es_read_u8(&in) % EDITS_MAX;
	const uint8_t *edit = es_read_span(&in, 3 * (size_t)edits).data;
	struct es_span text = es_read_span(&in, es_reader_left(&in));
	ES_BUF der = { NULL, 0 }, copy = { NULL, 0 };
	ES_SECRET plain = NULL;
	ES_SECRET changed = NULL;
	enum es_reason r;

	if (in.bad || text.len == 0)
		return;
	if (es_envelope_seal(kek, key_id, text, &der) != ES_OK || es_buf_copy(es_buf_span(&der), &copy) != ES_OK ||
	    es_envelope_open(kek, key_id, es_buf_span(&der), &plain) != ES_OK || es_secret_len(plain) != text.len ||
	    memcmp(es_secret_bytes(plain), text.data, text.len) != 0)
		abort();
	for (unsigned i = 0; i < edits; i++)
		copy.data[(edit[3 * i] | (size_t)edit[3 * i + 1] << 8) % copy.len] ^= edit[3 * i + 2];
	r = es_envelope_open(kek, key_id, es_buf_span(&copy), &changed);
	if ((r == ES_OK) != (memcmp(der.data, copy.data, der.len) == 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_span input = { data, size };

	if (size > 0 && data[0] == SEALED)
		seal_and_open(input);
	else
		open_changed(input);
	return 0;
}
