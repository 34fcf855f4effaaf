/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/authenticode.h"

enum {
	OPTIONAL_AT = 24, /* of the optional header, from the "PE\0\0" signature */
	CHECKSUM_AT = OPTIONAL_AT + 64,
	CHECKSUM_LEN = 4,
	DIRECTORIES_AT = OPTIONAL_AT + 108, /* the number of data directories, which follow it */
	CERTIFICATES_AT = DIRECTORIES_AT + 4 + 4 * 8,
	DIRECTORY_LEN = 8,
	CERTIFICATES_NUMBER = 4,

	PARTS_MAX = 3 + ES_PE_SECTIONS_MAX + 1,

	/* WIN_CERTIFICATE, UEFI specification 32.2.4 */
	CERTIFICATE_HEADER = 8,
	CERTIFICATE_ALIGNMENT = 8,
	CERTIFICATE_REVISION = 0x0200,
	CERTIFICATE_PKCS7 = 0x0002,
};

struct parts {
	struct es_span list[PARTS_MAX];
	size_t count;
	bool bad;
};

static void take(struct parts *p, struct es_span image, uint64_t from, uint64_t to)
{
	if (from > to || !es_span_part(image, from, to - from, &p->list[p->count]))
		p->bad = true;
	else if (from < to)
		p->count++;
}

/* All of the headers but the two fields that signing changes. */
static void take_headers(struct parts *p, const struct es_pe *pe)
{
	uint64_t pe_at = pe->header_offset, from = pe_at + CHECKSUM_AT + CHECKSUM_LEN;
	struct es_reader number = { .in = pe->image, .pos = pe->header_offset + DIRECTORIES_AT };

	take(p, pe->image, 0, pe_at + CHECKSUM_AT);
	if (es_read_le32(&number) > CERTIFICATES_NUMBER) {
		take(p, pe->image, from, pe_at + CERTIFICATES_AT);
		from = pe_at + CERTIFICATES_AT + DIRECTORY_LEN;
	}
	take(p, pe->image, from, pe->headers_size);
}

/* In the order of their place in the file. Returns how many bytes were taken, headers included. */
static uint64_t take_sections(struct parts *p, const struct es_pe *pe)
{
	uint64_t end = pe->headers_size, sum = pe->headers_size;

	for (unsigned taken = 0; taken < pe->section_count; taken++) {
		const struct es_pe_section *next = NULL;

		for (unsigned i = 0; i < pe->section_count; i++) {
			const struct es_pe_section *s = &pe->sections[i];

			if (s->raw_size > 0 && s->raw_offset >= end &&
			    (next == NULL || s->raw_offset < next->raw_offset))
				next = s;
		}
		if (next == NULL)
			break;
		end = (uint64_t)next->raw_offset + next->raw_size;
		sum += next->raw_size;
		take(p, pe->image, next->raw_offset, end);
	}
	return sum;
}

enum es_reason es_authenticode(const struct es_pe *pe, es_sha256_fn *sha256, struct es_digest *ret)
{
	struct parts p = { .count = 0 };
	struct es_digest digest;
	uint64_t sum;

	if (pe->cert_size > 0 && (uint64_t)pe->cert_offset + pe->cert_size != pe->image.len)
		return ES_FORMAT;
	take_headers(&p, pe);
	sum = take_sections(&p, pe);
	/* By the sum of the sizes, not by the end of the last section: with gaps between sections they differ. The
	 * specification defines it so, and firmware does it so. */
	take(&p, pe->image, sum, pe->image.len - pe->cert_size);
	if (p.bad)
		return ES_FORMAT;
	if (!sha256(p.list, p.count, &digest))
		return ES_CRYPTO;
	*ret = digest;
	return ES_OK;
}

enum es_reason es_pe_signature(const struct es_pe *pe, unsigned n, struct es_span *ret)
{
	struct es_reader in = { .pos = 0 };

	if (!es_span_part(pe->image, pe->cert_offset, pe->cert_size, &in.in))
		return ES_FORMAT;
	while (es_reader_left(&in) > 0) {
		uint32_t len = es_read_le32(&in);
		uint16_t revision = es_read_le16(&in), type = es_read_le16(&in);
		struct es_span content;

		if (in.bad || len < CERTIFICATE_HEADER)
			return ES_FORMAT;
		content = es_read_span(&in, len - CERTIFICATE_HEADER);
		if (in.bad)
			return ES_FORMAT;
		if (n-- == 0) {
			if (revision != CERTIFICATE_REVISION || type != CERTIFICATE_PKCS7)
				return ES_VERSION;
			*ret = content;
			return ES_OK;
		}
		/* Skips to the next multiple, or to the end, where some tools omit the padding. */
		for (size_t pad = (0 - (size_t)len) % CERTIFICATE_ALIGNMENT; pad > 0 && es_reader_left(&in) > 0; pad--)
			es_read_u8(&in);
	}
	return ES_MISSING;
}
