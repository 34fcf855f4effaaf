/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/mode.h"

#include "keys/change/protect.h"
#include "keys/change/rotate_to.h"
#include "keys/host/counter.h"
#include "keys/host/machine.h"
#include "keys/protector/protector.h"

/* Whether keeping this mode with the same key would protect the host less than the mode can: the key derived from a
 * copy of encryption.info alone would still open what is saved. */
static bool raises_protection(const struct es_host *host, struct es_info *info, enum es_mode mode)
{
	const struct es_protector *p = es_info_find(info, ES_PROTECTOR_KDF);
	char product_uuid[ES_UUID_TEXT];

	if (mode == ES_MODE_TPM || p == NULL || p->kdf.bound_to_product_uuid)
		return false;
	es_host_product_uuid(host, product_uuid);
	return es_product_uuid_is_unique(product_uuid);
}

static enum es_reason protect_as_before(struct es_change *c)
{
	enum es_reason r;

	if (c->info->mode == ES_MODE_KDF) {
		r = es_protect_by_kdf(c);
	} else {
		r = es_protect_by_tpm(c);
		if (r == ES_OK)
			r = es_host_counter_make(c->host, NULL);
	}
	return r == ES_OK ? es_change_commit(c, NULL) : r;
}

enum es_reason es_host_set_mode(struct es_host *host, enum es_mode mode, char ret_old_id[static ES_RECOVERY_ID_TEXT],
				struct es_secret **ret_recovery)
{
	ES_CHANGE c = { .host = NULL };
	enum es_reason r = es_change_begin(host, &c);

	if (r != ES_OK)
		return r;
	if (mode == c.info->mode && !raises_protection(host, c.info, mode))
		return protect_as_before(&c);
	return es_rotate_to(&c, mode == ES_MODE_TPM ? es_protect_by_new_tpm : es_protect_by_kdf, ret_old_id,
			    ret_recovery);
}
