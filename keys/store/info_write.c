/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From struct es_info to the bytes of encryption.info. A document that was read is overwritten field by field, so that
 * unknown fields stay where they were.
 */
#include "keys/core/hex.h"
#include "keys/crypto/hash.h"
#include "keys/store/info_mac.h"
#include "keys/store/info_rules.h"
#include "keys/store/json.h"

#include <stdio.h>
#include <string.h>

/* A copy of the document that was read, or a new object; NULL: no memory. */
static json_t *begin(json_t *read)
{
	return read != NULL ? json_deep_copy(read) : json_object();
}

/* The object in that field; made if there is none. Borrowed; NULL: no memory. */
static json_t *child(json_t *obj, const char *key)
{
	json_t *v = json_object_get(obj, key);

	if (!json_is_object(v)) {
		v = json_object();
		if (!es_json_set(obj, key, v))
			return NULL;
	}
	return v;
}

static bool set_uint(json_t *obj, const char *key, uint64_t n)
{
	return es_json_set(obj, key, json_integer((json_int_t)n));
}

static bool set_bool(json_t *obj, const char *key, bool b)
{
	return es_json_set(obj, key, json_boolean(b));
}

static bool set_buf(json_t *obj, const char *key, const struct es_buf *b)
{
	return es_json_set_base64(obj, key, es_buf_span(b));
}

static bool set_time(json_t *obj, const char *key, const char *time)
{
	return time[0] != '\0' ? es_json_set_text(obj, key, time) : es_json_set_null(obj, key);
}

static bool set_pcrs(json_t *obj, const struct es_protector *p)
{
	json_t *pcrs = json_object();

	if (!es_json_set(obj, "pcrs", pcrs))
		return false;
	for (unsigned i = 0; i < ES_PCR_COUNT; i++) {
		char name[12];

		snprintf(name, sizeof name, "%u", i);
		if ((p->tpm.pcrs & ES_PCR_BIT(i)) != 0 &&
		    !es_json_set_hex(pcrs, name, p->tpm.expected.value[i].bytes, ES_SHA256_LEN))
			return false;
	}
	return true;
}

static bool set_tpm(json_t *o, const struct es_protector *p)
{
	return es_json_set_text(o, "for", p->tpm.purpose) && set_buf(o, "srk", &p->tpm.srk) &&
	       es_json_set_text(o, "bank", "sha256") && set_pcrs(o, p) && es_info_set_signed(o, p) &&
	       set_buf(o, "public", &p->tpm.public_part) && set_buf(o, "private", &p->tpm.private_part) &&
	       set_buf(o, "wrapped", &p->wrapped);
}

static bool set_bound_to(json_t *o, const struct es_protector *p)
{
	json_t *list = json_array();

	if (!es_json_set(o, "bound_to", list))
		return false;
	return !p->kdf.bound_to_product_uuid ||
	       json_array_append_new(list, json_string_nocheck(ES_BOUND_PRODUCT_UUID)) == 0;
}

static bool set_kdf(json_t *o, const struct es_protector *p)
{
	return es_json_set_text(o, "kdf", "scrypt") && set_uint(o, "n", p->kdf.n) && set_uint(o, "r", p->kdf.r) &&
	       set_uint(o, "p", p->kdf.p) && set_buf(o, "salt", &p->kdf.salt) && set_buf(o, "input", &p->kdf.input) &&
	       set_bound_to(o, p) && set_buf(o, "wrapped", &p->wrapped);
}

static bool set_recovery(json_t *o, const struct es_protector *p)
{
	return es_json_set_text(o, "created", p->recovery.created) && set_buf(o, "salt", &p->recovery.salt) &&
	       set_buf(o, "wrapped", &p->wrapped) && set_buf(o, "escrow", &p->recovery.escrow) &&
	       set_time(o, "verified", p->recovery.verified) && set_time(o, "acknowledged", p->recovery.acknowledged);
}

static bool add_protector(json_t *list, const struct es_protector *p)
{
	static bool (*const set[ES_PROTECTOR_TYPES])(json_t *, const struct es_protector *) = {
		[ES_PROTECTOR_TPM] = set_tpm,
		[ES_PROTECTOR_KDF] = set_kdf,
		[ES_PROTECTOR_RECOVERY] = set_recovery,
	};
	json_t *o = begin(p->json);

	return json_array_append_new(list, o) == 0 && es_json_set_text(o, "type", es_protector_type_names[p->type]) &&
	       es_json_set_text(o, "id", p->id) && set[p->type](o, p);
}

static bool set_rollback(json_t *o, enum es_mode mode)
{
	json_t *rollback;

	if (mode == ES_MODE_KDF)
		return es_json_set_null(o, "rollback");
	rollback = child(o, "rollback");
	return rollback != NULL && es_info_set_index(rollback, "nv_index", ES_COUNTER_INDEX);
}

/* Left out if it is zero: the first archive of a generation looks as it always did. */
static bool set_revision(json_t *o, uint64_t revision)
{
	if (revision != 0)
		return set_uint(o, "revision", revision);
	json_object_del(o, "revision");
	return true;
}

static bool set_top(json_t *o, const struct es_info *info)
{
	json_t *require, *archive, *list;

	if (!es_json_set_text(o, "format", "etcseal") || !set_uint(o, "version", 1) ||
	    !es_json_set_text(o, "host", info->host) || !set_uint(o, "generation", info->generation) ||
	    !es_json_set_text(o, "mode", es_mode_names[info->mode]))
		return false;
	require = child(o, "require");
	if (require == NULL || !set_revision(o, info->revision) ||
	    !set_bool(require, "secure_boot", info->require_secure_boot) ||
	    !set_bool(require, "exec_installed_only", info->require_exec_installed_only) ||
	    !es_json_set_hex(o, "key_id", info->key_id, sizeof info->key_id))
		return false;
	archive = child(o, "archive");
	if (archive == NULL || !es_json_set_hex(archive, "sha256", info->archive_sha256.bytes, ES_SHA256_LEN) ||
	    !set_uint(archive, "size", info->archive_size) ||
	    !es_json_set_hex(o, "log_sha256", info->log_sha256.bytes, ES_SHA256_LEN) || !set_rollback(o, info->mode))
		return false;
	if (!es_info_set_predecessors(o, info))
		return false;
	list = json_array();
	if (!es_json_set(o, "protectors", list))
		return false;
	for (unsigned i = 0; i < info->protector_count; i++)
		if (!add_protector(list, info->protectors[i]))
			return false;
	return true;
}

static enum es_reason append_mac(struct es_buf *json, const struct es_secret *mac_key, struct es_buf *ret)
{
	struct es_digest mac;
	char hex[2 * ES_SHA256_LEN + 1];
	ES_BUF b = { NULL, 0 };
	struct es_writer w = { 0 };
	enum es_reason r = es_hmac_sha256(mac_key, es_buf_span(json), &mac);

	if (r == ES_OK)
		r = es_buf_new(json->len + ES_MAC_LINE_LEN, &b);
	if (r != ES_OK)
		return r;
	es_hex_encode(mac.bytes, sizeof mac.bytes, hex);
	w = (struct es_writer){ .data = b.data, .cap = b.len };
	es_write_bytes(&w, json->data, json->len);
	es_write_text(&w, ES_MAC_WORD);
	es_write_text(&w, hex);
	es_write_text(&w, "\n");
	*ret = es_buf_take(&b);
	return ES_OK;
}

enum es_reason es_info_write(const struct es_info *info, const struct es_secret *mac_key, struct es_buf *ret)
{
	char detail[ES_DETAIL_TEXT];
	ES_JSON o = NULL;
	ES_BUF json = { NULL, 0 };
	ES_BUF file = { NULL, 0 };
	ES_INFO again = NULL;
	enum es_reason r;

	if (info->generation > ES_JSON_UINT_MAX || info->revision > ES_JSON_UINT_MAX ||
	    (unsigned)info->mode >= ES_MODE_COUNT)
		return ES_ARGUMENT;
	o = begin(info->json);
	if (o == NULL || !set_top(o, info))
		return ES_MEMORY;
	r = es_json_print(o, &json);
	if (r == ES_OK)
		r = append_mac(&json, mac_key, &file);
	if (r != ES_OK)
		return r;
	if (file.len > ES_INFO_MAX)
		return ES_TOO_LARGE;
	r = es_info_parse(es_buf_span(&file), &again, detail);
	if (r != ES_OK)
		return r == ES_MEMORY ? r : ES_ARGUMENT;
	*ret = es_buf_take(&file);
	return ES_OK;
}
