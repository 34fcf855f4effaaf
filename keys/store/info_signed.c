/* SPDX-License-Identifier: Apache-2.0 */
/* The field "signed" of a tpm protector: whose signature opens it. libcrypto decides later whether it is a key at
 * all. */
#include "keys/store/info_rules.h"

#include <stdio.h>
#include <string.h>

/* Printable, with newlines: it is used in messages and written to a file. */
static bool is_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\n' && (text[i] < 0x20 || text[i] > 0x7e))
			return false;
	return true;
}

static void parse_key(struct es_json *j, struct es_protector *p)
{
	json_t *v = es_json_get(j, "public_key", JSON_STRING);
	size_t len = v != NULL ? json_string_length(v) : 0;
	enum es_reason r;

	if (v == NULL)
		return;
	if (len == 0 || len > ES_INFO_PEM_MAX) {
		es_json_fail(j, len == 0 ? ES_FORMAT : ES_TOO_LARGE, "public_key", "not 1 to 4096 bytes");
		return;
	}
	if (!is_text(json_string_value(v), len)) {
		es_json_fail(j, ES_FORMAT, "public_key", "not printable");
		return;
	}
	r = es_buf_copy((struct es_span){ (const uint8_t *)json_string_value(v), len }, &p->tpm.vendor.public_key);
	if (r != ES_OK)
		es_json_fail(j, r, "public_key", "no memory");
}

static void parse_pcrs(struct es_json *j, struct es_protector *p)
{
	json_t *list = es_json_get(j, "pcrs", JSON_ARRAY);

	/* A signature for more PCRs would be a different promise by the vendor, which this release doesn't know. */
	if (list == NULL)
		return;
	if (json_array_size(list) != 1 || !json_is_integer(json_array_get(list, 0)) ||
	    json_integer_value(json_array_get(list, 0)) != ES_PCR_IMAGE)
		es_json_fail(j, ES_VERSION, "pcrs", "not just PCR 11");
	p->tpm.vendor.pcrs = ES_PCR_BIT(ES_PCR_IMAGE);
}

static void parse_checked(struct es_json *j, struct es_protector *p)
{
	char where[64];
	struct es_json in;

	if (j->reason != ES_OK || json_object_get(j->obj, "checked") == NULL)
		return;
	snprintf(where, sizeof where, "%schecked.", j->where);
	in = (struct es_json){ .obj = es_json_get(j, "checked", JSON_OBJECT), .where = where, .detail = j->detail };
	if (j->reason != ES_OK)
		return;
	es_json_hex(&in, "policy", p->tpm.vendor.checked.policy.bytes, ES_SHA256_LEN);
	es_json_base64(&in, "ticket", 1, ES_INFO_TICKET_MAX, &p->tpm.vendor.checked.ticket);
	p->tpm.vendor.checked.generation = es_json_uint(&in, "generation", ES_JSON_UINT_MAX);
	j->reason = in.reason;
}

static bool set_checked(json_t *obj, const struct es_protector *p)
{
	json_t *o;

	if (p->tpm.vendor.checked.ticket.len == 0)
		return true;
	o = json_object();
	return es_json_set(obj, "checked", o) &&
	       es_json_set_hex(o, "policy", p->tpm.vendor.checked.policy.bytes, ES_SHA256_LEN) &&
	       es_json_set_base64(o, "ticket", es_buf_span(&p->tpm.vendor.checked.ticket)) &&
	       es_json_set(o, "generation", json_integer((json_int_t)p->tpm.vendor.checked.generation));
}

void es_info_parse_signed(struct es_json *j, struct es_protector *p)
{
	char where[48];
	struct es_json in;

	if (j->reason != ES_OK || json_object_get(j->obj, "signed") == NULL)
		return;
	snprintf(where, sizeof where, "%ssigned.", j->where);
	in = (struct es_json){ .obj = es_json_get(j, "signed", JSON_OBJECT), .where = where, .detail = j->detail };
	if (j->reason != ES_OK)
		return;
	p->tpm.is_signed = true;
	parse_pcrs(&in, p);
	parse_key(&in, p);
	p->tpm.vendor.has_counter = in.reason == ES_OK && json_object_get(in.obj, "generation_index") != NULL;
	if (p->tpm.vendor.has_counter)
		es_info_expect_index(&in, "generation_index", ES_GENERATION_INDEX);
	parse_checked(&in, p);
	j->reason = in.reason;
}

/* As parse_key takes it: a key with other line ends or with tabs would make a file that nobody reads. White space
 * doesn't count where the key is compared with an image's (keys/opening/vendor.c). */
static bool set_key(json_t *s, const struct es_buf *key)
{
	ES_BUF text = { NULL, 0 };
	size_t len = 0;

	if (es_buf_copy(es_buf_span(key), &text) != ES_OK)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] != '\r' && text.data[i] != '\t')
			text.data[len++] = text.data[i];
	return es_json_set(s, "public_key", json_stringn_nocheck((const char *)text.data, len));
}

bool es_info_set_signed(json_t *obj, const struct es_protector *p)
{
	json_t *s = json_object_get(obj, "signed"), *list;

	if (!p->tpm.is_signed)
		return true;
	if (s == NULL) {
		s = json_object();
		if (!es_json_set(obj, "signed", s))
			return false;
	}
	list = json_array();
	if (!es_json_set(s, "pcrs", list))
		return false;
	for (int i = 0; i < ES_PCR_COUNT; i++)
		if ((p->tpm.vendor.pcrs & ES_PCR_BIT(i)) != 0 && json_array_append_new(list, json_integer(i)) != 0)
			return false;
	return set_checked(s, p) && set_key(s, &p->tpm.vendor.public_key) &&
	       (!p->tpm.vendor.has_counter || es_info_set_index(s, "generation_index", ES_GENERATION_INDEX));
}
