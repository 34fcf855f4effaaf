/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/info_rules.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static unsigned count(const struct es_info *info, enum es_protector_type type)
{
	unsigned n = 0;

	for (unsigned i = 0; i < info->protector_count; i++)
		n += info->protectors[i]->type == type;
	return n;
}

static void check_ids(struct es_json *j, const struct es_info *info)
{
	char what[64];

	for (unsigned i = 0; i < info->protector_count; i++)
		for (unsigned k = 0; k < i; k++)
			if (strcmp(info->protectors[i]->id, info->protectors[k]->id) == 0) {
				snprintf(what, sizeof what, "[%u] and [%u] have the same id", k, i);
				es_json_fail(j, ES_FORMAT, "protectors", what);
			}
}

void es_info_check_rules(struct es_json *j, const struct es_info *info)
{
	if (j->reason != ES_OK)
		return;
	check_ids(j, info);
	if (info->archive_size == 0)
		es_json_fail(j, ES_FORMAT, "archive.size", "zero");
	if (info->mode == ES_MODE_TPM) {
		/* A kdf protector needs no secret from the TPM, so it would defeat the seal. */
		if (count(info, ES_PROTECTOR_KDF) > 0)
			es_json_fail(j, ES_FORMAT, "protectors", "a kdf protector in mode tpm");
		if (count(info, ES_PROTECTOR_TPM) == 0)
			es_json_fail(j, ES_FORMAT, "protectors", "no tpm protector in mode tpm");
	} else {
		if (count(info, ES_PROTECTOR_TPM) > 0)
			es_json_fail(j, ES_FORMAT, "protectors", "a tpm protector in mode kdf");
		if (count(info, ES_PROTECTOR_KDF) == 0)
			es_json_fail(j, ES_FORMAT, "protectors", "no kdf protector in mode kdf");
	}
}
