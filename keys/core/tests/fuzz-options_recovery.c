/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The remaining options hold no recovery key (a second pass takes nothing), never grow, and are zeroed after their end.
 * The value reads as a key, as two keys, or as a fault in a group. The mutator writes keys, and parts of them, into the
 * text.
 *
 * Covers: options_recovery.c recovery_find.c recovery_like.c recovery_text.c
 */
#include "keys/core/options_recovery.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

static void check_value(const char *value)
{
	uint8_t key[ES_RECOVERY_LEN];
	struct es_code_fault fault = { .group = 1 };

	if (memchr(value, '\0', ES_RECOVERY_INPUT_MAX) == NULL)
		abort();
	if (es_recovery_code_read(value, strlen(value), key, &fault) == ES_RECOVERY_FORM &&
	    (fault.fault == ES_GROUP_OK || fault.group < 1 || fault.group > ES_RECOVERY_GROUPS))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char value[ES_RECOVERY_INPUT_MAX], again[ES_RECOVERY_INPUT_MAX], *options = malloc(size + 1);
	const bool holds = es_options_contain_recovery((struct es_span){ data, size });
	size_t len = size, less;

	if (options == NULL)
		return 0;
	if (size > 0)
		memcpy(options, data, size);
	if (es_options_take_recovery(options, &len, value)) {
		if (len > size || !holds)
			abort();
		for (size_t i = len; i < size; i++)
			if (options[i] != '\0')
				abort();
		less = len;
		if (es_options_take_recovery(options, &less, again))
			abort();
		check_value(value);
	} else if (holds || len != size || memcmp(options, data, size) != 0) {
		abort();
	}
	free(options);
	return 0;
}

static const char code[] = "478269-039194-473926-430939-686855-231401-642208-184477-"
			   "602511-225586-551660-586542-338394-092578-687140-267425";

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size_t from = seed % 3 == 0 ? 0 : seed / 3 % 16 * 7, len = seed % 2 == 0 ? sizeof code - 1 - from : 7, at;

	if (len > sizeof code - 1 - from)
		len = sizeof code - 1 - from;
	if (seed % 5 > 1 || size + len > max)
		return LLVMFuzzerMutate(data, size, max);
	at = seed / 64 % (size + 1);
	memmove(data + at + len, data + at, size - at);
	memcpy(data + at, code + from, len);
	return size + len;
}
