/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The envelope has only one form, so it is written and read here, field by field, and not by a general CMS library.
 * Such a library would expose an ASN.1 parser to the attacker's bytes, keep the plaintext in buffers that it doesn't
 * wipe, and accept encodings, optional fields and further recipients that no tag covers.
 *
 *   SEQUENCE { id-ct-authEnvelopedData, [0] { SEQUENCE {             RFC 5652 section 3, RFC 5083 section 2.1
 *     INTEGER 0,
 *     SET { [2] { INTEGER 4, SEQUENCE { OCTET STRING key id },       RFC 5652 section 6.2.3
 *                 SEQUENCE { id-aes256-wrap }, OCTET STRING wrapped } },
 *     SEQUENCE { id-data,
 *                SEQUENCE { id-aes256-GCM, SEQUENCE { OCTET STRING nonce, INTEGER 16 } },    RFC 5084 section 3.2
 *                [0] ciphertext },
 *     OCTET STRING tag } } }
 */
#include "keys/crypto/envelope.h"

#include "keys/core/labels.h"
#include "keys/core/wipe.h"
#include "keys/crypto/gcm.h"
#include "keys/crypto/hash.h"
#include "keys/crypto/wrap.h"

#include <string.h>

enum { KEY_ID_LEN = 8 };

enum tag {
	INTEGER = 0x02,
	OCTETS = 0x04,
	OID = 0x06,
	SEQUENCE = 0x30,
	SET = 0x31,
	CONTENT = 0x80,  /* [0] IMPLICIT OCTET STRING, in one piece */
	EXPLICIT = 0xa0, /* [0] EXPLICIT */
	KEK_RECIPIENT = 0xa2,
};

static const uint8_t oid_auth_enveloped[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17 };
static const uint8_t oid_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 };
static const uint8_t oid_wrap[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2d };
static const uint8_t oid_gcm[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e };
static const uint8_t version_cms[] = { 0 }, version_recipient[] = { 4 }, tag_len[] = { ES_GCM_TAG_LEN };

#define SPAN(array) ((struct es_span){ (array), sizeof(array) })

/* The parts that differ between envelopes. */
struct parts {
	struct es_span key_id, wrapped, nonce, cipher, tag;
};

/* Writes backwards, from the last byte to the first, so that every length is known when it is written. */
struct back_writer {
	uint8_t *data;
	size_t pos; /* of the first byte written so far */
};

static void put(struct back_writer *w, const void *data, size_t len)
{
	w->pos -= len;
	memcpy(w->data + w->pos, data, len);
}

/* The header of what was written since `end`. DER: the length in its shortest form. */
static void put_head(struct back_writer *w, uint8_t tag, size_t end)
{
	size_t len = end - w->pos;
	uint8_t head[6];
	size_t at = sizeof head;

	if (len < 0x80) {
		head[--at] = (uint8_t)len;
	} else {
		size_t start = at;

		for (; len > 0; len >>= 8)
			head[--at] = (uint8_t)len;
		head[at - 1] = (uint8_t)(0x80 | (start - at));
		at--;
	}
	head[--at] = tag;
	put(w, head + at, sizeof head - at);
}

static void put_whole(struct back_writer *w, uint8_t tag, struct es_span content)
{
	size_t end = w->pos;

	put(w, content.data, content.len);
	put_head(w, tag, end);
}

/* An upper bound for everything but the ciphertext. */
enum { OVERHEAD_MAX = 256 };

static void put_recipients(struct back_writer *w, const struct parts *p)
{
	size_t end = w->pos, inner;

	put_whole(w, OCTETS, p->wrapped);
	inner = w->pos;
	put_whole(w, OID, SPAN(oid_wrap));
	put_head(w, SEQUENCE, inner);
	inner = w->pos;
	put_whole(w, OCTETS, p->key_id);
	put_head(w, SEQUENCE, inner);
	put_whole(w, INTEGER, SPAN(version_recipient));
	put_head(w, KEK_RECIPIENT, end);
	put_head(w, SET, end);
}

static void put_content(struct back_writer *w, const struct parts *p)
{
	size_t end = w->pos, algorithm;

	w->pos -= p->cipher.len;
	put_head(w, CONTENT, end);
	algorithm = w->pos;
	put_whole(w, INTEGER, SPAN(tag_len));
	put_whole(w, OCTETS, p->nonce);
	put_head(w, SEQUENCE, algorithm);
	put_whole(w, OID, SPAN(oid_gcm));
	put_head(w, SEQUENCE, algorithm);
	put_whole(w, OID, SPAN(oid_data));
	put_head(w, SEQUENCE, end);
}

static void put_envelope(struct back_writer *w, const struct parts *p)
{
	size_t end = w->pos;

	put_whole(w, OCTETS, p->tag);
	put_content(w, p);
	put_recipients(w, p);
	put_whole(w, INTEGER, SPAN(version_cms));
	put_head(w, SEQUENCE, end);
	put_head(w, EXPLICIT, end);
	put_whole(w, OID, SPAN(oid_auth_enveloped));
	put_head(w, SEQUENCE, end);
}

enum es_reason es_envelope_seal(const struct es_secret *kek, const uint8_t key_id[static 8], struct es_span plain,
				struct es_buf *ret_der)
{
	uint8_t nonce[ES_GCM_NONCE_LEN], wrapped[ES_WRAPPED_LEN], tag[ES_GCM_TAG_LEN];
	ES_SECRET content_key = NULL;
	struct es_gcm gcm = { .nonce = nonce };
	struct parts parts;
	struct back_writer w;
	ES_BUF out = { NULL, 0 };
	uint8_t *cipher;
	enum es_reason r;

	if (plain.len == 0)
		return ES_ARGUMENT;
	if (plain.len > ES_ARCHIVE_MAX - OVERHEAD_MAX)
		return ES_TOO_LARGE;
	r = es_random_secret(ES_KEY_LEN, &content_key);
	if (r == ES_OK)
		r = es_random_bytes(nonce, sizeof nonce);
	if (r == ES_OK)
		r = es_key_wrap(kek, content_key, wrapped);
	if (r == ES_OK)
		r = es_buf_new(OVERHEAD_MAX + plain.len, &out);
	if (r != ES_OK)
		return r;
	/* The ciphertext's place is known in advance: only the tag, with its header of two bytes, follows it. */
	gcm.key = content_key;
	w = (struct back_writer){ out.data, out.len };
	cipher = out.data + out.len - 2 - sizeof tag - plain.len;
	r = es_gcm_encrypt(&gcm, plain, cipher, tag);
	if (r != ES_OK)
		return r;
	parts.cipher = (struct es_span){ cipher, plain.len };
	parts.key_id = (struct es_span){ key_id, KEY_ID_LEN };
	parts.wrapped = SPAN(wrapped);
	parts.nonce = SPAN(nonce);
	parts.tag = SPAN(tag);
	put_envelope(&w, &parts);
	out.len -= w.pos;
	memmove(out.data, out.data + w.pos, out.len);
	*ret_der = es_buf_take(&out);
	return ES_OK;
}

/* The content of the next field, in place; bad for another tag, a length that isn't DER, or one past the end. */
static struct es_span field(struct es_reader *r, uint8_t tag)
{
	bool right = es_read_u8(r) == tag;
	size_t len = es_read_u8(r);

	if (len >= 0x80) {
		size_t bytes = len - 0x80;

		right = right && bytes >= 1 && bytes <= 4;
		len = 0;
		for (size_t i = 0; right && i < bytes; i++)
			len = len << 8 | es_read_u8(r);
		/* The shortest form: no leading zero, and not used for lengths that fit in seven bits. */
		right = right && len >= 0x80 && (bytes == 1 || len >> 8 * (bytes - 1) != 0);
	}
	if (!right)
		r->bad = true;
	return es_read_span(r, len);
}

static struct es_reader within(struct es_reader *r, uint8_t tag)
{
	struct es_reader inner = { .in = field(r, tag), .bad = r->bad };

	return inner;
}

/* Whether everything was there, and nothing more. */
static bool done(const struct es_reader *r)
{
	return !r->bad && r->pos == r->in.len;
}

static bool same(struct es_span a, struct es_span b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static uint8_t next_tag(const struct es_reader *r)
{
	return es_reader_left(r) > 0 ? r->in.data[r->pos] : 0;
}

static enum es_reason read_recipients(struct es_reader *r, struct parts *ret)
{
	struct es_reader set = within(r, SET), kek, id, algorithm;
	struct es_span version, oid;

	/* Tags of the other kinds of recipient, RFC 5652 section 6.2: valid in CMS, but not written by us. */
	if (next_tag(&set) == SEQUENCE ||
	    (next_tag(&set) >= 0xa1 && next_tag(&set) <= 0xa4 && next_tag(&set) != KEK_RECIPIENT))
		return ES_VERSION;
	kek = within(&set, KEK_RECIPIENT);
	version = field(&kek, INTEGER);
	id = within(&kek, SEQUENCE);
	ret->key_id = field(&id, OCTETS);
	algorithm = within(&kek, SEQUENCE);
	oid = field(&algorithm, OID);
	ret->wrapped = field(&kek, OCTETS);
	if (set.bad || kek.bad || id.bad || algorithm.bad)
		return ES_FORMAT;
	/* A second recipient, or a key id or content key of another length: valid in CMS, but not written by us. */
	if (!same(version, SPAN(version_recipient)) || !same(oid, SPAN(oid_wrap)) || !done(&set) ||
	    ret->key_id.len != KEY_ID_LEN || ret->wrapped.len != ES_WRAPPED_LEN)
		return ES_VERSION;
	return done(&kek) && done(&id) && done(&algorithm) ? ES_OK : ES_FORMAT;
}

static enum es_reason read_content(struct es_reader *r, struct parts *ret)
{
	struct es_reader content = within(r, SEQUENCE), algorithm, params;
	struct es_span type, oid, length;

	type = field(&content, OID);
	algorithm = within(&content, SEQUENCE);
	oid = field(&algorithm, OID);
	if (content.bad || algorithm.bad)
		return ES_FORMAT;
	if (!same(type, SPAN(oid_data)) || !same(oid, SPAN(oid_gcm)))
		return ES_VERSION;
	params = within(&algorithm, SEQUENCE);
	ret->nonce = field(&params, OCTETS);
	if (done(&params))
		return ES_VERSION; /* no tag length, which means the default of 12 bytes */
	length = field(&params, INTEGER);
	ret->cipher = field(&content, CONTENT);
	if (!done(&content) || !done(&algorithm) || !done(&params))
		return ES_FORMAT;
	return same(length, SPAN(tag_len)) && ret->nonce.len == ES_GCM_NONCE_LEN ? ES_OK : ES_VERSION;
}

static enum es_reason read_envelope(struct es_span der, struct parts *ret)
{
	struct es_reader file = { .in = der }, info, explicit, envelope;
	struct es_span type, version;
	enum es_reason r;

	info = within(&file, SEQUENCE);
	type = field(&info, OID);
	if (!done(&file) || info.bad)
		return ES_FORMAT;
	if (!same(type, SPAN(oid_auth_enveloped)))
		return ES_VERSION;
	explicit = within(&info, EXPLICIT);
	envelope = within(&explicit, SEQUENCE);
	version = field(&envelope, INTEGER);
	if (!done(&info) || !done(&explicit) || envelope.bad)
		return ES_FORMAT;
	if (!same(version, SPAN(version_cms)) || next_tag(&envelope) == EXPLICIT)
		return ES_VERSION; /* [0]: originatorInfo */
	r = read_recipients(&envelope, ret);
	if (r == ES_OK)
		r = read_content(&envelope, ret);
	if (r != ES_OK)
		return r;
	if (next_tag(&envelope) == 0xa1)
		return ES_VERSION; /* [1]: authAttrs */
	ret->tag = field(&envelope, OCTETS);
	if (next_tag(&envelope) == 0xa2)
		return ES_VERSION; /* [2]: unauthAttrs */
	return done(&envelope) && ret->tag.len == ES_GCM_TAG_LEN ? ES_OK : ES_FORMAT;
}

enum es_reason es_envelope_open(const struct es_secret *kek, const uint8_t key_id[static 8], struct es_span der,
				struct es_secret **ret_plain)
{
	ES_SECRET content_key = NULL;
	struct es_gcm gcm = { .aad = { NULL, 0 } };
	struct parts parts;
	enum es_reason r;

	if (der.len > ES_ARCHIVE_MAX)
		return ES_TOO_LARGE;
	r = read_envelope(der, &parts);
	if (r != ES_OK)
		return r;
	if (!es_equal_constant_time(parts.key_id.data, key_id, KEY_ID_LEN))
		return ES_BAD_TAG;
	r = es_key_unwrap(kek, parts.wrapped, &content_key);
	if (r != ES_OK)
		return r;
	gcm.key = content_key;
	gcm.nonce = parts.nonce.data;
	return es_gcm_decrypt(&gcm, parts.cipher, parts.tag.data, ret_plain);
}
