/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON of an encryption.info, to which a MAC line is added; or, if it has a MAC line, the whole file. What is
 * parsed is written, verifies, parses, and is then written the same. A refusal has a printable detail.
 */
#include "keys/core/hex.h"
#include "keys/crypto/hash.h"
#include "keys/store/info.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_detail(const char *detail)
{
	if (memchr(detail, '\0', ES_DETAIL_TEXT) == NULL || detail[0] == '\0')
		abort();
	for (; *detail != '\0'; detail++)
		if (*detail < 0x20 || *detail > 0x7e)
			abort();
}

static void check_rewriting(const struct es_info *info)
{
	ES_SECRET key = NULL;
	ES_BUF first = { NULL, 0 };
	ES_BUF second = { NULL, 0 };
	ES_INFO again = NULL;
	enum es_reason r;

	if (es_secret_new(32, &key) != ES_OK)
		abort();
	r = es_info_write(info, key, &first);
	if (r == ES_TOO_LARGE) /* pretty printing may exceed the cap */
		return;
	if (r != ES_OK || es_info_verify(es_buf_span(&first), key) != ES_OK ||
	    es_info_parse(es_buf_span(&first), &again, NULL) != ES_OK || es_info_write(again, key, &second) != ES_OK ||
	    first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
	if (again->generation != info->generation || again->mode != info->mode ||
	    again->protector_count != info->protector_count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mac[] = "\nmac 0000000000000000000000000000000000000000000000000000000000000000\n";
	char detail[ES_DETAIL_TEXT] = "";
	ES_BUF file = { NULL, 0 };
	ES_INFO info = NULL;

	if (es_buf_new(size + sizeof mac - 1, &file) != ES_OK)
		return 0;
	if (size > 0)
		memcpy(file.data, data, size);
	if (size > 0 && memmem(data, size, "\nmac ", 5) != NULL)
		file.len = size;
	else
		memcpy(file.data + size, mac, sizeof mac - 1);
	if (es_info_parse(es_buf_span(&file), &info, detail) == ES_OK)
		check_rewriting(info);
	else
		check_detail(detail);
	return 0;
}
