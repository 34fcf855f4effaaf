/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/protector/config_key.h"

#include "keys/core/labels.h"
#include "keys/crypto/aead.h"
#include "keys/crypto/kdf.h"
#include "keys/crypto/wrap.h"

#include <stdio.h>
#include <string.h>

enum es_reason es_config_key_derive(const struct es_secret *config_key, const char *label, struct es_secret **ret)
{
	return es_hkdf(config_key, (struct es_span){ NULL, 0 }, label, ES_KEY_LEN, ret);
}

enum es_reason es_config_key_id(const struct es_secret *config_key, uint8_t ret[static ES_KEY_ID_LEN])
{
	ES_SECRET id = NULL;
	enum es_reason r = es_hkdf(config_key, (struct es_span){ NULL, 0 }, ES_LABEL_KEY_ID, 8, &id);

	if (r == ES_OK)
		memcpy(ret, es_secret_bytes(id), 8);
	return r;
}

static enum es_reason predecessor_unwrap(const struct es_info *info, unsigned i, const struct es_secret *kek,
					 struct es_secret **ret)
{
	enum es_reason r = es_key_unwrap(kek, (struct es_span){ info->predecessor[i], ES_WRAPPED_LEN }, ret);

	return r == ES_BAD_TAG || r == ES_FORMAT ? ES_TAMPERED_INFO : r;
}

enum es_reason es_predecessor_ids(const struct es_info *info, const struct es_secret *config_key,
				  uint8_t ret[static ES_PREDECESSORS_MAX][ES_KEY_ID_LEN])
{
	ES_SECRET kek = NULL;
	enum es_reason r = es_config_key_derive(config_key, ES_LABEL_PREDECESSOR, &kek);

	for (unsigned i = 0; i < info->predecessor_count && r == ES_OK; i++) {
		ES_SECRET before = NULL;

		r = predecessor_unwrap(info, i, kek, &before);
		if (r == ES_OK)
			r = es_config_key_id(before, ret[i]);
	}
	return r;
}

enum es_reason es_predecessors_rewrap(struct es_info *info, const struct es_secret *old, const struct es_secret *next)
{
	uint8_t wrapped[ES_PREDECESSORS_MAX][ES_WRAPPED_LEN];
	unsigned first = info->predecessor_count == ES_PREDECESSORS_MAX ? 1 : 0, count = 0;
	ES_SECRET old_kek = NULL;
	ES_SECRET kek = NULL;
	enum es_reason r = es_config_key_derive(old, ES_LABEL_PREDECESSOR, &old_kek);

	if (r == ES_OK)
		r = es_config_key_derive(next, ES_LABEL_PREDECESSOR, &kek);
	for (unsigned i = first; i < info->predecessor_count && r == ES_OK; i++) {
		ES_SECRET before = NULL;

		r = predecessor_unwrap(info, i, old_kek, &before);
		if (r == ES_OK)
			r = es_key_wrap(kek, before, wrapped[count++]);
	}
	if (r == ES_OK)
		r = es_key_wrap(kek, old, wrapped[count++]);
	if (r != ES_OK)
		return r;
	memcpy(info->predecessor, wrapped, count * sizeof wrapped[0]);
	info->predecessor_count = count;
	return ES_OK;
}
