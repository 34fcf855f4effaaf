/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/signature_list.h"

#include <string.h>

enum { GUID_LEN = 16, LIST_HEADER = GUID_LEN + 12, SHA256_LEN = 32, TIME_LEN = 16 };

static const struct {
	uint8_t guid[GUID_LEN];
	enum es_signature_kind kind;
	size_t data_len; /* 0: any */
} kinds[] = {
	{ { 0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72 },
	  ES_SIGNATURE_X509,
	  0 },
	{ { 0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28 },
	  ES_SIGNATURE_SHA256,
	  SHA256_LEN },
	{ { 0x92, 0xa4, 0xd2, 0x3b, 0xc0, 0x96, 0x79, 0x40, 0xb4, 0x20, 0xfc, 0xf9, 0x8e, 0xf1, 0x03, 0xed },
	  ES_SIGNATURE_TBS_SHA256,
	  SHA256_LEN + TIME_LEN },
	{ { 0x6e, 0x87, 0x76, 0x70, 0xc2, 0x80, 0xe6, 0x4e, 0xaa, 0xd2, 0x28, 0xb3, 0x49, 0xa6, 0x86, 0x5b },
	  ES_SIGNATURE_TBS_SHA384,
	  48 + TIME_LEN },
	{ { 0x63, 0xbf, 0x6d, 0x44, 0x02, 0x25, 0xda, 0x4c, 0xbc, 0xfa, 0x24, 0x65, 0xd2, 0xb0, 0xfe, 0x9d },
	  ES_SIGNATURE_TBS_SHA512,
	  64 + TIME_LEN },
};

void es_signature_list_open(struct es_span variable, struct es_signature_list *ret)
{
	*ret = (struct es_signature_list){ .lists = { .in = variable } };
}

static enum es_signature_kind kind_of(struct es_span guid, size_t data_len)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (memcmp(guid.data, kinds[i].guid, GUID_LEN) == 0)
			return kinds[i].data_len == 0 || kinds[i].data_len == data_len ? kinds[i].kind
										       : ES_SIGNATURE_OTHER;
	return ES_SIGNATURE_OTHER;
}

static enum es_reason next_list(struct es_signature_list *l)
{
	struct es_span guid, body;
	uint32_t list_len, header_len, entry_len;

	if (es_reader_left(&l->lists) == 0)
		return l->lists.bad ? ES_FORMAT : ES_MISSING;
	guid = es_read_span(&l->lists, GUID_LEN);
	list_len = es_read_le32(&l->lists);
	header_len = es_read_le32(&l->lists);
	entry_len = es_read_le32(&l->lists);
	if (l->lists.bad || list_len < LIST_HEADER || entry_len < ES_SIGNATURE_OWNER)
		return ES_FORMAT;
	body = es_read_span(&l->lists, list_len - LIST_HEADER);
	if (l->lists.bad || header_len > body.len || (body.len - header_len) % entry_len != 0)
		return ES_FORMAT;
	l->entries = (struct es_reader){ .in = { body.data + header_len, body.len - header_len } };
	l->entry_len = entry_len;
	l->kind = kind_of(guid, entry_len - ES_SIGNATURE_OWNER);
	return ES_OK;
}

enum es_reason es_signature_list_next(struct es_signature_list *l, struct es_signature *ret)
{
	while (es_reader_left(&l->entries) == 0) {
		enum es_reason r = next_list(l);

		if (r != ES_OK)
			return r;
	}
	ret->kind = l->kind;
	ret->entry = es_read_span(&l->entries, l->entry_len);
	ret->data = (struct es_span){ ret->entry.data + ES_SIGNATURE_OWNER, ret->entry.len - ES_SIGNATURE_OWNER };
	return ES_OK;
}
