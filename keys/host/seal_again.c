/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/choice/seals.h"
#include "keys/crypto/hash.h"
#include "keys/crypto/sign.h"
#include "keys/host/seal.h"
#include "keys/host/state.h"
#include "keys/host/tpm.h"
#include "keys/protector/protector.h"
#include "keys/store/identity.h"
#include "keys/tpm/object.h"

/* A fresh secret under the policy that the protector has: purpose and unknown fields stay. */
static enum es_reason seal_again(struct es_host *host, struct es_protector *p, const struct es_secret *key)
{
	struct es_tpm_seal_request request = {
		.expected = &p->tpm.expected,
		.pcrs = p->tpm.pcrs,
		.unset_ok = ES_PCR_BIT(ES_PCR_IMAGE), /* of a boot without the stub; checked when it was made */
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
		return es_host_refuse_tpm(host, r);
	es_buf_free(&p->tpm.public_part);
	es_buf_free(&p->tpm.private_part);
	p->tpm.public_part = es_buf_take(&public_part);
	p->tpm.private_part = es_buf_take(&private_part);
	r = es_uuid_make(p->id);
	return r == ES_OK ? es_protector_wrap(p, secret, key) : r;
}

enum es_reason es_host_seal_again(struct es_host *host, struct es_info *info, const struct es_secret *config_key)
{
	const struct es_protector *first = es_info_find(info, ES_PROTECTOR_TPM);
	enum es_reason r = es_host_tpm_usable(host);

	if (r == ES_OK)
		r = es_host_is_pinned_tpm(host);
	if (r != ES_OK)
		return r;
	es_seals_drop_other_srks(info, es_buf_span(&first->tpm.srk));
	for (unsigned i = 0; i < info->protector_count && r == ES_OK; i++)
		if (info->protectors[i]->type == ES_PROTECTOR_TPM)
			r = seal_again(host, info->protectors[i], config_key);
	return r;
}
