/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which key opens, and which one the owner holds, at each step of a rotation:
 *
 *   1 protectors in memory           banks: old, old   he has the old one
 *   2 new config key in the keyring  banks: old, old   under its second name, beside the old one
 *   3 first bank, counter            banks: new, old   from here on a boot opens the new one by itself
 *   4 keyring: new one alone
 *   5 the new recovery key is shown  banks: new, old   he has both
 *   6 other bank                     banks: new, new   he has both, and needs the new one
 *
 * The new recovery key must not be shown before it opens something (3), and the old one's bank must not go before he has
 * the new one (6): with both banks written at once, a power cut before 5 and a TPM that dies in it would leave him with a
 * key that opens nothing. Behind the fence the TPM gives the new config key to nobody, and whoever dies between 3 and 4
 * would leave a host that holds the wrong one. So it is in the keyring before there is a bank under it; every command takes
 * the one of the two that vouches for the newest bank (keys/host/key.c), so `recovery list` shows what a dead `recovery
 * rotate` didn't.
 */
#include "keys/change/rotate.h"

#include "keys/choice/seals.h"
#include "keys/core/defences.h"
#include "keys/crypto/hash.h"
#include "keys/crypto/kdf.h"
#include "keys/crypto/sign.h"
#include "keys/host/pins.h"
#include "keys/host/state.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"
#include "keys/store/identity.h"
#include "keys/tpm/object.h"
#include "keys/tpm/srk.h"

#include <string.h>

static enum es_reason new_key(const struct es_secret *old, struct es_secret **ret)
{
	enum es_reason r;

	if (ES_WITH_ROTATION_KEY)
		return es_random_secret(ES_KEY_LEN, ret);
	r = es_secret_new(es_secret_len(old), ret);
	if (r == ES_OK)
		memcpy(es_secret_data(*ret), es_secret_bytes(old), es_secret_len(old));
	return r;
}

/* A fresh secret under the policy that the protector has: what it is for, and unknown fields, stay. */
static enum es_reason seal_again(struct es_host *host, struct es_protector *p, const struct es_secret *key)
{
	struct es_tpm_seal_request request = {
		.expected = &p->tpm.expected,
		.pcrs = p->tpm.pcrs,
		.unset_ok = ES_PCR_BIT(ES_PCR_IMAGE), /* of a boot without the stub; judged when it was made */
		.sha256 = es_sha256,
	};
	struct es_vendor_key vendor;
	struct es_rsa_public rsa;
	ES_SECRET secret = NULL;
	ES_BUF public_part = { NULL, 0 };
	ES_BUF private_part = { NULL, 0 };
	enum es_reason r = es_random_secret(ES_KEY_LEN, &secret);

	if (r == ES_OK && p->tpm.is_signed) {
		r = es_rsa_public_read(es_buf_span(&p->tpm.vendor.public_key), &rsa);
		vendor.modulus = (struct es_span){ rsa.modulus, rsa.len };
		request.vendor = &vendor;
	}
	if (r != ES_OK)
		return r;
	request.secret = secret;
	r = es_tpm_seal(host->tpm, &request, &public_part, &private_part);
	if (r != ES_OK)
		return es_host_refuse(host, r, "%s", es_tpm_last_refusal(host->tpm));
	es_buf_free(&p->tpm.public_part);
	es_buf_free(&p->tpm.private_part);
	p->tpm.public_part = es_buf_take(&public_part);
	p->tpm.private_part = es_buf_take(&private_part);
	r = es_uuid_make(p->id);
	return r == ES_OK ? es_protector_wrap(p, secret, key) : r;
}

static enum es_reason seal_all_again(struct es_host *host, struct es_info *info, const struct es_secret *key)
{
	const struct es_protector *first = es_info_find(info, ES_PROTECTOR_TPM);
	enum es_reason r = es_host_tpm_usable(host);

	if (r != ES_OK)
		return r;
	/* To another TPM nothing is sealed by the way: `set --mode=tpm` takes one. */
	r = es_tpm_srk_check(host->tpm);
	if (r != ES_OK)
		return es_host_refuse(host, r, "%s", es_tpm_last_refusal(host->tpm));
	es_seals_drop_other_srks(info, es_buf_span(&first->tpm.srk));
	for (unsigned i = 0; i < info->protector_count && r == ES_OK; i++)
		if (info->protectors[i]->type == ES_PROTECTOR_TPM)
			r = seal_again(host, info->protectors[i], key);
	return r;
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
		if (p->kdf.bound_to_product_uuid && !es_product_uuid_real(product_uuid))
			return es_host_refuse(host, ES_LOCKED_MACHINE,
					      "the key is bound to a machine's UUID, and this one shows none");
		r = es_protector_make_kdf(p, product_uuid, key);
	}
	return r;
}

/* Each protector, in memory, to the new key: none that wraps the old one is left. */
static enum es_reason protect_again(struct es_host *host, struct es_info *info, const struct es_secret *key,
				    struct es_commit *commit)
{
	const bool tpm = info->mode == ES_MODE_TPM;

	(void)commit;
	es_info_remove_type(info, tpm ? ES_PROTECTOR_KDF : ES_PROTECTOR_TPM);
	es_seals_prune(es_host_boot(host), info);
	if (info->protector_count == 0)
		return ES_LOCKED_NO_PROTECTOR;
	return tpm ? seal_all_again(host, info, key) : derive_all_again(host, info, key);
}

/* An image that is pinned to the old key goes on opening, until one that is pinned to the new key has taken its place. */
static enum es_reason pass_on(struct es_host *host, struct es_info *info, const struct es_secret *old,
			      const struct es_secret *key)
{
	struct es_pins pins;
	enum es_reason r = es_host_image_pins(host, &pins);

	if (r != ES_OK)
		return r;
	if (pins.key_count > 0 || info->predecessor_count > 0)
		return es_predecessors_pass_on(info, old, key);
	return ES_OK;
}

static enum es_reason protect(struct es_host *host, const struct es_rotate_request *q, struct es_commit *commit,
			      struct es_secret **ret_recovery)
{
	struct es_protector *p;
	enum es_reason r = es_config_key_id(commit->config_key, q->info->key_id);

	es_info_remove_type(q->info, ES_PROTECTOR_RECOVERY);
	if (r == ES_OK)
		r = pass_on(host, q->info, q->old, commit->config_key);
	if (r == ES_OK)
		r = q->protect(host, q->info, commit->config_key, commit);
	if (r == ES_OK)
		r = es_info_add(q->info, ES_PROTECTOR_RECOVERY, &p);
	return r == ES_OK ? es_protector_make_recovery(p, commit->config_key, ret_recovery) : r;
}

enum es_reason es_host_rotate_to(struct es_host *host, const struct es_rotate_request *request,
				 char ret_old_id[static ES_RECOVERY_ID_TEXT], struct es_secret **ret_recovery)
{
	const struct es_protector *before = es_info_find(request->info, ES_PROTECTOR_RECOVERY);
	struct es_commit commit = { .info = request->info, .one_bank = true };
	char old_id[ES_RECOVERY_ID_TEXT] = "";
	ES_SECRET key = NULL;
	ES_SECRET recovery = NULL;
	enum es_reason r = new_key(request->old, &key);

	if (r != ES_OK)
		return r;
	if (before != NULL)
		strcpy(old_id, before->id);
	commit.config_key = key;
	r = protect(host, request, &commit, &recovery);
	if (r == ES_OK)
		r = es_host_stage_key(host, key);
	if (r == ES_OK)
		r = es_host_commit_counted(host, &commit);
	if (!es_host_key_fits_bank(host, key)) {
		/* Where the banks can't be read now both keys stay: what is there decides, once it can be read. */
		if (es_host_key_fits_bank(host, request->old))
			es_host_promote_key(host, request->old);
		return r;
	}
	es_host_promote_key(host, key);
	strcpy(ret_old_id, old_id);
	*ret_recovery = es_take(recovery);
	return r;
}

enum es_reason es_host_rotate(struct es_host *host, char ret_old_id[static ES_RECOVERY_ID_TEXT],
			      struct es_secret **ret_recovery)
{
	ES_SECRET old = NULL;
	ES_INFO info = NULL;
	enum es_reason r = es_host_begin(host, &old, &info);

	if (r == ES_OK && !host->have_boot)
		r = ES_NOT_BOOTED;
	if (r != ES_OK)
		return r;
	return es_host_rotate_to(host,
				 &(struct es_rotate_request){ .info = info, .old = old, .protect = protect_again },
				 ret_old_id, ret_recovery);
}

enum es_reason es_host_rotate_finish(struct es_host *host)
{
	return host->current >= 0 ? es_host_mirror(host) : es_host_no_bank_reason(host);
}
