/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/hex.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/sample_info.h"
#include "keys/tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct es_secret *sample_mac_key(void)
{
	return hex_secret(SAMPLE_MAC_KEY_HEX);
}

static void put(struct es_buf *b, uint8_t fill, size_t len)
{
	assert_int_equal(es_buf_new(len, b), ES_OK);
	memset(b->data, fill, len);
}

static void add_tpm(struct es_info *info)
{
	struct es_protector *p = NULL;

	assert_int_equal(es_info_add(info, ES_PROTECTOR_TPM, &p), ES_OK);
	strcpy(p->id, SAMPLE_TPM_ID);
	strcpy(p->tpm.purpose, "this boot");
	put(&p->tpm.srk, 0x51, 120);
	put(&p->tpm.public_part, 0x52, 80);
	put(&p->tpm.private_part, 0x53, 160);
	put(&p->wrapped, 0x54, 40);
	p->tpm.pcrs = ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12);
	p->tpm.expected.present = p->tpm.pcrs;
	memset(&p->tpm.expected.value[7], 0x77, ES_SHA256_LEN);
	memset(&p->tpm.expected.value[11], 0xbb, ES_SHA256_LEN);
	memset(&p->tpm.expected.value[12], 0xcc, ES_SHA256_LEN);
}

static void add_kdf(struct es_info *info)
{
	struct es_protector *p = NULL;

	assert_int_equal(es_info_add(info, ES_PROTECTOR_KDF, &p), ES_OK);
	strcpy(p->id, SAMPLE_KDF_ID);
	p->kdf.n = 32768;
	p->kdf.r = 8;
	p->kdf.p = 1;
	p->kdf.bound_to_product_uuid = true;
	put(&p->kdf.salt, 0x61, 32);
	put(&p->kdf.input, 0x62, 32);
	put(&p->wrapped, 0x63, 40);
}

static void add_recovery(struct es_info *info)
{
	struct es_protector *p = NULL;

	assert_int_equal(es_info_add(info, ES_PROTECTOR_RECOVERY, &p), ES_OK);
	strcpy(p->id, SAMPLE_RECOVERY_ID);
	strcpy(p->recovery.created, SAMPLE_TIME);
	put(&p->recovery.salt, 0x71, 32);
	put(&p->recovery.escrow, 0x72, 60);
	put(&p->wrapped, 0x73, 40);
}

struct es_info *sample_info(enum es_mode mode, uint64_t generation, struct es_span archive, struct es_span log)
{
	struct es_info *info = NULL;

	assert_int_equal(es_info_new(&info), ES_OK);
	strcpy(info->host, SAMPLE_HOST);
	info->generation = generation;
	info->mode = mode;
	memset(info->key_id, 0x1d, sizeof info->key_id);
	assert_true(es_sha256(&archive, 1, &info->archive_sha256));
	info->archive_size = archive.len;
	assert_true(es_sha256(&log, 1, &info->log_sha256));
	if (mode == ES_MODE_TPM) {
		add_tpm(info);
	} else {
		add_kdf(info);
	}
	add_recovery(info);
	return info;
}

struct es_buf sample_info_file(enum es_mode mode, uint64_t generation, struct es_span archive, struct es_span log)
{
	ES_INFO info = sample_info(mode, generation, archive, log);
	ES_SECRET key = sample_mac_key();
	struct es_buf file = { NULL, 0 };

	assert_int_equal(es_info_write(info, key, &file), ES_OK);
	return file;
}

struct es_buf sample_info_sealed(const char *json)
{
	ES_SECRET key = sample_mac_key();
	struct es_buf file = { NULL, 0 };
	char hex[2 * ES_SHA256_LEN + 1];
	struct es_digest mac;
	int n;

	assert_int_equal(es_hmac_sha256(key, es_text_span(json), &mac), ES_OK);
	es_hex_encode(mac.bytes, sizeof mac.bytes, hex);
	assert_int_equal(es_buf_new(strlen(json) + sizeof hex + 8, &file), ES_OK);
	n = snprintf((char *)file.data, file.len, "%smac %s\n", json, hex);
	file.len = (size_t)n;
	return file;
}

struct es_buf sample_info_edited(enum es_mode mode, const char *from, const char *to)
{
	ES_BUF file = sample_info_file(mode, 7, es_text_span("archive"), es_text_span("log"));
	ES_BUF text = { NULL, 0 };
	char *json, *at;
	struct es_buf edited;

	assert_int_equal(es_buf_new(file.len + strlen(to) + 1, &text), ES_OK);
	json = (char *)text.data;
	memcpy(json, file.data, file.len);
	*strstr(json, "\nmac ") = '\0';
	strcat(json, "\n");
	at = strstr(json, from);
	assert_non_null(at);
	memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
	memcpy(at, to, strlen(to));
	edited = sample_info_sealed(json);
	return edited;
}
