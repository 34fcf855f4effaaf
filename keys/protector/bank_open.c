/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/protector/bank_open.h"

#include "keys/core/labels.h"
#include "keys/core/defences.h"
#include "keys/crypto/envelope.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"

#include <stdlib.h>

struct es_vouched {
	const struct es_bank *bank;
	uint8_t key_id[ES_KEY_ID_LEN], before[ES_PREDECESSORS_MAX][ES_KEY_ID_LEN];
};

enum es_reason es_bank_vouch(const struct es_bank *bank, const struct es_secret *config_key, struct es_vouched **ret)
{
	ES_VOUCHED v = calloc(1, sizeof *v);
	ES_SECRET mac_key = NULL;
	enum es_reason r;

	if (v == NULL)
		return ES_MEMORY;
	v->bank = bank;
	r = es_config_key_id(config_key, v->key_id);
	if (r == ES_OK)
		r = es_config_key_derive(config_key, ES_LABEL_INFO_MAC, &mac_key);
	if (r == ES_OK && ES_WITH_MAC)
		r = es_info_verify(es_buf_span(&bank->info_bytes), mac_key);
	if (r == ES_OK && bank->info != NULL)
		r = es_predecessor_ids(bank->info, config_key, v->before);
	if (r == ES_OK)
		*ret = es_take(v);
	return r;
}

void es_vouched_freep(struct es_vouched **v)
{
	free(*v);
	*v = NULL;
}

const struct es_info *es_vouched_info(const struct es_vouched *v)
{
	return v->bank->info;
}

const uint8_t *es_vouched_key_id(const struct es_vouched *v)
{
	return v->key_id;
}

bool es_vouched_accepted(const struct es_vouched *v, const struct es_pins *pins)
{
	bool accepted = es_pins_accept_key(pins, v->key_id);

	for (unsigned i = 0; i < v->bank->info->predecessor_count && !accepted; i++)
		accepted = es_pins_accept_key(pins, v->before[i]);
	return accepted;
}

enum es_reason es_vouched_decrypt(const struct es_vouched *v, const struct es_secret *config_key,
				  struct es_secret **ret_tar)
{
	ES_SECRET kek = NULL;
	enum es_reason r = es_config_key_derive(config_key, ES_LABEL_ARCHIVE, &kek);

	if (r == ES_OK)
		r = es_envelope_open(kek, v->bank->info->key_id, es_buf_span(&v->bank->archive), ret_tar);
	return r == ES_BAD_TAG || r == ES_FORMAT || r == ES_VERSION ? ES_TAMPERED_ARCHIVE : r;
}

enum es_reason es_bank_verify(const struct es_bank *bank, const struct es_secret *config_key)
{
	ES_VOUCHED v = NULL;

	return es_bank_vouch(bank, config_key, &v);
}

enum es_reason es_bank_decrypt(const struct es_bank *bank, const struct es_secret *config_key,
			       struct es_secret **ret_tar)
{
	ES_VOUCHED v = NULL;
	enum es_reason r = es_bank_vouch(bank, config_key, &v);

	return r == ES_OK ? es_vouched_decrypt(v, config_key, ret_tar) : r;
}

enum es_reason es_bank_recover(const struct es_info *info, const struct es_secret *recovery,
			       struct es_secret **ret_config_key)
{
	enum es_reason r = ES_LOCKED_NO_PROTECTOR;

	for (unsigned i = 0; i < info->protector_count; i++) {
		const struct es_protector *p = info->protectors[i];

		if (p->type != ES_PROTECTOR_RECOVERY)
			continue;
		r = es_protector_unwrap(p, recovery, ret_config_key);
		if (r != ES_BAD_TAG && r != ES_FORMAT)
			return r;
		r = ES_RECOVERY_WRONG;
	}
	return r;
}

enum es_reason es_recovery_text_read(const char *text, size_t len, struct es_secret **ret_recovery,
				     struct es_code_fault *ret_fault)
{
	ES_SECRET recovery = NULL;
	enum es_reason r = es_secret_new(ES_RECOVERY_LEN, &recovery);

	if (r == ES_OK)
		r = es_recovery_code_read(text, len, es_secret_data(recovery), ret_fault);
	if (r == ES_OK)
		*ret_recovery = es_take(recovery);
	return r;
}
