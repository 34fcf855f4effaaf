/* SPDX-License-Identifier: Apache-2.0 */
/* Two bytes of length, a signature, an authority: whatever they are, the readers only refuse them. */
#include "keys/crypto/signer.h"
#include "keys/tests/lib/fuzz/der.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ES_BUF der = { NULL, 0 };
	size_t len;

	if (size < 2)
		return 0;
	len = data[0] | (size_t)data[1] << 8;
	data += 2;
	size -= 2;
	if (len > size)
		len = size;
	if (es_signer_certificate((struct es_span){ data, len }, &der) == ES_OK && der.len == 0)
		abort();
	(void)!es_signer_chains_to((struct es_span){ data, len }, (struct es_span){ data + len, size - len });
	if (es_signer_covers((struct es_span){ data, len }, &(struct es_digest){ { 0 } }) == ES_OK)
		abort();
	(void)es_signer_has_tbs_digest((struct es_span){ data, len }, (struct es_span){ data, len < 32 ? len : 32 });
	(void)es_certificate_is_for_modules((struct es_span){ data + len, size - len });
	return 0;
}

/* Mutates one of the two, field by field. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	static uint8_t authority[64 << 10];
	size_t len = size >= 2 ? data[0] | (size_t)data[1] << 8 : 0, rest, done;

	if (size < 2 || len > size - 2 || size - 2 - len > sizeof authority || max < size || seed % 16 == 0)
		return LLVMFuzzerMutate(data, size, max);
	rest = size - 2 - len;
	if (seed % 16 < 6) {
		done = fuzz_der_mutate(data + 2 + len, rest, max - 2 - len, seed / 16);
		return done > 0 ? 2 + len + done : LLVMFuzzerMutate(data, size, max);
	}
	memcpy(authority, data + 2 + len, rest);
	done = fuzz_der_mutate(data + 2, len, max - 2 - rest < 0xffff ? max - 2 - rest : 0xffff, seed / 16);
	if (done == 0)
		return LLVMFuzzerMutate(data, size, max);
	data[0] = (uint8_t)done;
	data[1] = (uint8_t)(done >> 8);
	memcpy(data + 2 + done, authority, rest);
	return 2 + done + rest;
}
