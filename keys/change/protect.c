/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/protect.h"

#include "keys/choice/seals.h"
#include "keys/host/counter.h"
#include "keys/host/machine.h"
#include "keys/host/seal.h"
#include "keys/host/secure_boot.h"
#include "keys/host/state.h"
#include "keys/host/tpm.h"
#include "keys/protector/protector.h"

#include <stdio.h>

enum es_reason es_protect_by_tpm(struct es_change *c)
{
	struct es_host *host = c->host;
	struct es_info *info = c->info;
	enum es_reason r;

	info->mode = ES_MODE_TPM;
	if (host->no_secure_boot_ok && !info->require_exec_installed_only)
		info->require_secure_boot = false;
	es_info_remove_type(info, ES_PROTECTOR_KDF);
	/* Before the TPM that was sealed to is given up for another. */
	r = es_host_secure_boot_needed(host, info, &host->boot.before_fence);
	if (r == ES_OK)
		r = es_host_accept_tpm(host, info);
	return r == ES_OK ? es_host_seal(host, info, c->commit.config_key) : r;
}

enum es_reason es_protect_by_new_tpm(struct es_change *c)
{
	enum es_reason r = es_protect_by_tpm(c);

	return r == ES_OK ? es_host_counter_predict(c->host, &c->commit.new_counter_at) : r;
}

/* *ret: the TPM holds a counter of ours, which would make a kdf bank look like a downgrade. */
static enum es_reason look_for_counter(struct es_host *host, bool *ret)
{
	char why[160];
	uint64_t value;
	enum es_reason r = es_host_counter(host, &value);

	/* The TPM may have been cleared or replaced since: then a boot will see the present TPM's counter. */
	if ((r == ES_TPM_CLEARED || r == ES_TPM_OTHER) && es_host_unpin(host) == ES_OK)
		r = es_host_counter(host, &value);
	*ret = r == ES_OK || r == ES_COUNTER_UNCOUNTED;
	if (*ret || r == ES_COUNTER_MISSING || r == ES_TPM_ABSENT || r == ES_TPM_VERSION || r == ES_TPM_HIERARCHY)
		return ES_OK;
	/* A counter that the TPM can't be asked about may exist: every kdf bank would then be refused as a
	 * downgrade. */
	snprintf(why, sizeof why, "%.*s", (int)sizeof why - 1, host->detail);
	return es_host_refuse(host, r, "can't determine whether the TPM holds a counter of this host: %s", why);
}

enum es_reason es_protect_by_kdf(struct es_change *c)
{
	char product_uuid[ES_UUID_TEXT];
	struct es_info *info = c->info;
	struct es_protector *p;
	enum es_reason r;

	info->mode = ES_MODE_KDF;
	info->require_secure_boot = false;
	info->require_exec_installed_only = false;
	es_info_remove_type(info, ES_PROTECTOR_TPM);
	es_info_remove_type(info, ES_PROTECTOR_KDF);
	r = look_for_counter(c->host, &c->commit.delete_counter);
	if (r == ES_OK)
		r = es_info_add(info, ES_PROTECTOR_KDF, &p);
	if (r != ES_OK)
		return r;
	es_host_product_uuid(c->host, product_uuid);
	return es_protector_make_kdf(p, product_uuid, c->commit.config_key);
}

static enum es_reason derive_all_again(struct es_host *host, struct es_info *info, const struct es_secret *key)
{
	char product_uuid[ES_UUID_TEXT];
	enum es_reason r = ES_OK;

	es_host_product_uuid(host, product_uuid);
	for (unsigned i = 0; i < info->protector_count && r == ES_OK; i++) {
		struct es_protector *p = info->protectors[i];

		if (p->type != ES_PROTECTOR_KDF)
			continue;
		if (p->kdf.bound_to_product_uuid && !es_product_uuid_is_unique(product_uuid))
			return es_host_refuse(host, ES_LOCKED_MACHINE,
					      "the key is bound to a machine's UUID, and this machine shows none");
		r = es_protector_make_kdf(p, product_uuid, key);
	}
	return r;
}

/* Leaves no protector that wraps the old key. */
enum es_reason es_protect_again(struct es_change *c)
{
	struct es_info *info = c->info;
	const bool tpm = info->mode == ES_MODE_TPM;

	es_info_remove_type(info, tpm ? ES_PROTECTOR_KDF : ES_PROTECTOR_TPM);
	es_seals_prune(es_host_boot(c->host), info);
	if (info->protector_count == 0)
		return ES_LOCKED_NO_PROTECTOR;
	return tpm ? es_host_seal_again(c->host, info, c->commit.config_key)
		   : derive_all_again(c->host, info, c->commit.config_key);
}

enum es_reason es_refuse_requirement(struct es_host *host)
{
	return es_host_refuse(host, ES_ARGUMENT,
			      "in kdf mode nothing is sealed to the boot, so nothing can be required of it");
}
