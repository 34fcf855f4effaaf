/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bytes of encryption.info to struct es_info. This runs before the MAC can be checked, in the boot helper, on
 * bytes that an attacker may have written: nothing here may be expensive, and every field is capped.
 */
#include "keys/core/defences.h"
#include "keys/crypto/kdf.h"
#include "keys/crypto/wrap.h"
#include "keys/store/info_mac.h"
#include "keys/store/info_rules.h"
#include "keys/store/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void parse_pcrs(struct es_json *j, struct es_protector *p)
{
	char where[64] = "";
	json_t *pcrs = es_json_get(j, "pcrs", JSON_OBJECT);
	struct es_json in = { .obj = pcrs, .where = where, .reason = j->reason, .detail = j->detail };
	const char *name;
	json_t *value;

	if (pcrs == NULL)
		return;
	snprintf(where, sizeof where, "%spcrs.", j->where);
	json_object_foreach(pcrs, name, value)
	{
		char *end;
		unsigned long n = strtoul(name, &end, 10);
		char canonical[8];

		snprintf(canonical, sizeof canonical, "%lu", n < ES_PCR_COUNT ? n : 0);
		/* "07" beside "7" would be the same PCR twice. */
		if (strcmp(name, canonical) != 0) {
			es_json_fail(j, ES_FORMAT, "pcrs", "names something that isn't a PCR (0 to 23)");
			return;
		}
		es_json_hex(&in, name, p->tpm.expected.value[n].bytes, ES_SHA256_LEN);
		p->tpm.pcrs |= ES_PCR_BIT(n);
	}
	p->tpm.expected.present = p->tpm.pcrs;
	if (in.reason != ES_OK)
		j->reason = in.reason;
	else if (p->tpm.pcrs == 0)
		es_json_fail(j, ES_FORMAT, "pcrs", "empty: it would open in every boot");
}

static void parse_tpm(struct es_json *j, struct es_protector *p)
{
	es_json_shaped(j, "id", ES_SHAPE_UUID, p->id, sizeof p->id);
	es_json_text(j, "for", p->tpm.purpose, sizeof p->tpm.purpose);
	es_json_base64(j, "srk", 1, ES_INFO_BLOB_MAX, &p->tpm.srk);
	es_json_expect(j, "bank", "sha256", ES_VERSION);
	parse_pcrs(j, p);
	es_info_parse_signed(j, p);
	es_json_base64(j, "public", 1, ES_INFO_BLOB_MAX, &p->tpm.public_part);
	es_json_base64(j, "private", 1, ES_INFO_BLOB_MAX, &p->tpm.private_part);
}

static void parse_bound_to(struct es_json *j, struct es_protector *p)
{
	json_t *list = es_json_get(j, "bound_to", JSON_ARRAY);

	if (list == NULL)
		return;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *v = json_array_get(list, i);

		if (!json_is_string(v))
			es_json_fail(j, ES_FORMAT, "bound_to", "contains something that isn't text");
		else if (strcmp(json_string_value(v), ES_BOUND_PRODUCT_UUID) != 0)
			es_json_fail(j, ES_VERSION, "bound_to", "names something unknown to this release");
		else if (p->kdf.bound_to_product_uuid)
			es_json_fail(j, ES_FORMAT, "bound_to", "names the same thing twice");
		p->kdf.bound_to_product_uuid = true;
		if (j->reason != ES_OK)
			return;
	}
}

static void parse_kdf(struct es_json *j, struct es_protector *p)
{
	es_json_shaped(j, "id", ES_SHAPE_UUID, p->id, sizeof p->id);
	es_json_expect(j, "kdf", "scrypt", ES_VERSION);
	p->kdf.n = es_json_uint(j, "n", ES_SCRYPT_N_MAX);
	if (p->kdf.n < 2 || (p->kdf.n & (p->kdf.n - 1)) != 0)
		es_json_fail(j, ES_FORMAT, "n", "not a power of two above 1");
	p->kdf.r = (uint32_t)es_json_uint(j, "r", ES_SCRYPT_R_MAX);
	if (p->kdf.r == 0)
		es_json_fail(j, ES_FORMAT, "r", "zero");
	p->kdf.p = (uint32_t)es_json_uint(j, "p", ES_SCRYPT_P_MAX);
	if (p->kdf.p == 0)
		es_json_fail(j, ES_FORMAT, "p", "zero");
	es_json_base64(j, "salt", 1, ES_INFO_SALT_MAX, &p->kdf.salt);
	es_json_base64(j, "input", 1, ES_INFO_INPUT_MAX, &p->kdf.input);
	parse_bound_to(j, p);
}

static void time_or_null(struct es_json *j, const char *key, char ret[static ES_TIME_TEXT])
{
	if (!es_json_is_null(j, key))
		es_json_shaped(j, key, ES_SHAPE_TIME, ret, ES_TIME_TEXT);
}

static void parse_recovery(struct es_json *j, struct es_protector *p)
{
	es_json_shaped(j, "id", ES_SHAPE_GUID, p->id, sizeof p->id);
	es_json_shaped(j, "created", ES_SHAPE_TIME, p->recovery.created, sizeof p->recovery.created);
	es_json_base64(j, "salt", 1, ES_INFO_SALT_MAX, &p->recovery.salt);
	es_json_base64(j, "escrow", 1, ES_INFO_ESCROW_MAX, &p->recovery.escrow);
	time_or_null(j, "verified", p->recovery.verified);
	time_or_null(j, "acknowledged", p->recovery.acknowledged);
}

static enum es_reason parse_protector(struct es_info *info, json_t *obj, char *detail)
{
	static void (*const parse[ES_PROTECTOR_TYPES])(struct es_json *, struct es_protector *) = {
		[ES_PROTECTOR_TPM] = parse_tpm,
		[ES_PROTECTOR_KDF] = parse_kdf,
		[ES_PROTECTOR_RECOVERY] = parse_recovery,
	};
	char where[32];
	struct es_json j = { .obj = obj, .where = where, .detail = detail };
	struct es_protector *p;
	enum es_protector_type type;
	enum es_reason r;

	snprintf(where, sizeof where, "protectors[%u].", info->protector_count);
	if (!json_is_object(obj))
		es_json_fail(&j, ES_FORMAT, NULL, "not an object");
	type = es_json_choice(&j, "type", es_protector_type_names, ES_PROTECTOR_TYPES, ES_VERSION);
	if (j.reason != ES_OK)
		return j.reason;
	r = es_info_add(info, type, &p);
	if (r != ES_OK)
		return r;
	p->json = json_incref(obj);
	parse[type](&j, p);
	es_json_base64(&j, "wrapped", ES_WRAPPED_LEN, ES_WRAPPED_LEN, &p->wrapped);
	return j.reason;
}

static void parse_protectors(struct es_json *j, struct es_info *info)
{
	json_t *list = es_json_get(j, "protectors", JSON_ARRAY);

	if (list == NULL)
		return;
	if (json_array_size(list) > ES_PROTECTORS_MAX)
		es_json_fail(j, ES_TOO_LARGE, "protectors", "more than 16");
	for (size_t i = 0; j->reason == ES_OK && i < json_array_size(list); i++)
		j->reason = parse_protector(info, json_array_get(list, i), j->detail);
}

/* A cursor over a field that is itself an object; it has already failed if j has. */
static struct es_json inner(struct es_json *j, const char *key, const char *where)
{
	json_t *obj = es_json_get(j, key, JSON_OBJECT);

	return (struct es_json){ .obj = obj, .where = where, .reason = j->reason, .detail = j->detail };
}

/* A constant, written for human readers. If a file could name the counter, it would decide itself how old it is. */
static void parse_rollback(struct es_json *j, enum es_mode mode)
{
	struct es_json in;

	if (!ES_WITH_COUNTER_INDEX)
		return;
	if (es_json_is_null(j, "rollback")) {
		if (mode == ES_MODE_TPM)
			es_json_fail(j, ES_FORMAT, "rollback", "null in mode tpm");
		return;
	}
	in = inner(j, "rollback", "rollback.");
	es_info_expect_index(&in, "nv_index", ES_COUNTER_INDEX);
	j->reason = in.reason;
	if (mode == ES_MODE_KDF)
		es_json_fail(j, ES_FORMAT, "rollback", "not null in mode kdf");
}

static void parse_top(struct es_json *j, struct es_info *info)
{
	struct es_json in;

	es_json_expect(j, "format", "etcseal", ES_FORMAT);
	if (es_json_uint(j, "version", UINT64_MAX) != 1)
		es_json_fail(j, ES_VERSION, "version", "unknown to this release");
	es_json_shaped(j, "host", ES_SHAPE_UUID, info->host, sizeof info->host);
	info->generation = es_json_uint(j, "generation", UINT64_MAX);
	if (j->reason == ES_OK && json_object_get(j->obj, "revision") != NULL)
		info->revision = es_json_uint(j, "revision", UINT64_MAX);
	info->mode = es_json_choice(j, "mode", es_mode_names, ES_MODE_COUNT, ES_VERSION);
	in = inner(j, "require", "require.");
	info->require_secure_boot = es_json_bool(&in, "secure_boot");
	info->require_exec_installed_only = es_json_bool(&in, "exec_installed_only");
	j->reason = in.reason;
	es_json_hex(j, "key_id", info->key_id, sizeof info->key_id);
	in = inner(j, "archive", "archive.");
	es_json_hex(&in, "sha256", info->archive_sha256.bytes, ES_SHA256_LEN);
	info->archive_size = es_json_uint(&in, "size", ES_ARCHIVE_MAX);
	j->reason = in.reason;
	es_json_hex(j, "log_sha256", info->log_sha256.bytes, ES_SHA256_LEN);
	parse_rollback(j, info->mode);
	es_info_parse_predecessors(j, info);
	parse_protectors(j, info);
	es_info_check_rules(j, info);
}

_Static_assert((int)ES_DETAIL_TEXT == (int)ES_JSON_DETAIL, "one buffer serves both");

enum es_reason es_info_parse(struct es_span bytes, struct es_info **ret, char *ret_detail)
{
	char detail[ES_DETAIL_TEXT] = "";
	struct es_span json;
	struct es_digest mac;
	ES_INFO info = NULL;
	ES_JSON obj = NULL;
	struct es_json j = { .where = "", .detail = detail };

	j.reason = es_info_split(bytes, &json, &mac, detail);
	if (j.reason == ES_OK)
		j.reason = es_json_parse(json, &obj, detail);
	if (j.reason == ES_OK)
		j.reason = es_info_new(&info);
	if (j.reason == ES_OK) {
		j.obj = obj;
		parse_top(&j, info);
	}
	if (ret_detail != NULL)
		memcpy(ret_detail, detail, sizeof detail);
	if (j.reason != ES_OK)
		return j.reason;
	info->json = es_take(obj);
	*ret = es_take(info);
	return ES_OK;
}
