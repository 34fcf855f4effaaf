/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running host's TPM. The bank that the host uses names the TPM's storage key, and every session is salted to that
 * key. A TPM that was swapped in, or that somebody emulates between us and the real one, is therefore sent nothing that
 * it can read, and can't lie about the counter. Another TPM is accepted only if the host has none yet, or if its owner
 * asks for it: after a boot that the TPM didn't open, or by confirming that they replaced it while the host ran.
 */
#include "keys/host/tpm.h"

#include "keys/choice/choice.h"
#include "keys/host/banks.h"
#include "keys/host/state.h"
#include "keys/tpm/srk.h"

#include <string.h>

static enum es_reason pin(struct es_host *host)
{
	const struct es_protector *p = NULL;

	if (host->unpinned || host->pinned == host->current)
		return ES_OK;
	if (host->current >= 0)
		p = es_info_find(host->banks[host->current].info, ES_PROTECTOR_TPM);
	if (p != NULL && es_tpm_srk_pin(host->tpm, es_buf_span(&p->tpm.srk)) != ES_OK)
		return es_host_refuse(host, ES_TAMPERED_INFO, "the storage key of the first tpm protector");
	host->pinned = host->current;
	return ES_OK;
}

enum es_reason es_host_connect(struct es_host *host)
{
	enum es_reason r = host->banks_read ? ES_OK : es_host_read_banks(host);

	if (r != ES_OK)
		return r;
	if (host->tpm != NULL)
		return pin(host);
	host->pinned = -1;
	r = es_tpm_open(host->tcti, ES_TPM_TIMEOUT_MS, &host->tpm);
	if (r != ES_OK && r != ES_TPM_ABSENT)
		return es_host_refuse(host, r, "%s", host->tcti != NULL ? host->tcti : "/dev/tpmrm0");
	return r == ES_OK ? pin(host) : r;
}

enum es_reason es_host_refuse_tpm(struct es_host *host, enum es_reason reason)
{
	return host->tpm != NULL ? es_host_refuse(host, reason, "%s", es_tpm_last_refusal(host->tpm)) : reason;
}

enum es_reason es_host_is_pinned_tpm(struct es_host *host)
{
	enum es_reason r = es_host_connect(host);

	if (r != ES_OK)
		return r;
	r = es_tpm_srk_check(host->tpm);
	return r == ES_OK ? ES_OK : es_host_refuse_tpm(host, r);
}

bool es_host_locked_out(struct es_host *host, bool *ret_matters)
{
	bool locked_out;

	return es_host_connect(host) == ES_OK && es_tpm_lockout(host->tpm, &locked_out, ret_matters) == ES_OK &&
	       locked_out;
}

enum es_reason es_host_unpin(struct es_host *host)
{
	es_tpm_closep(&host->tpm);
	host->unpinned = true;
	return es_host_connect(host);
}

enum es_reason es_host_accept_tpm(struct es_host *host, struct es_info *info)
{
	enum es_reason r = es_host_connect(host);

	if (r != ES_OK || es_info_find(info, ES_PROTECTOR_TPM) == NULL)
		return r;
	r = es_tpm_srk_check(host->tpm);
	if (r != ES_TPM_CLEARED && r != ES_TPM_OTHER)
		return r == ES_OK ? ES_OK : es_host_refuse_tpm(host, r);
	if (!host->new_tpm_ok && (!host->have_boot || host->boot.opened_by == ES_OPENED_BY_TPM))
		return es_host_refuse(
		    host, r,
		    "it isn't the TPM that opened this boot; if you just cleared or replaced it, confirm "
		    "that with --yes");
	return es_host_unpin(host);
}

enum es_reason es_host_srk(struct es_host *host, struct es_info *info, struct es_buf *ret_serialised)
{
	const struct es_protector *p = es_info_find(info, ES_PROTECTOR_TPM);
	enum es_reason r;

	if (p != NULL && !host->unpinned)
		return es_buf_copy(es_buf_span(&p->tpm.srk), ret_serialised);
	r = es_tpm_srk_make(host->tpm, ret_serialised);
	return r == ES_OK ? ES_OK : es_host_refuse_tpm(host, r);
}

void es_host_allow_no_secure_boot(struct es_host *host)
{
	host->no_secure_boot_ok = true;
}

void es_host_allow_new_tpm(struct es_host *host)
{
	host->new_tpm_ok = true;
}

bool es_host_new_tpm(const struct es_host *host)
{
	return host->unpinned;
}

enum es_reason es_host_tpm_usable(struct es_host *host)
{
	const es_pcr_mask must = ES_PCR_BIT(ES_PCR_BOOT_LOADER) | ES_PCR_BIT(ES_PCR_SECURE_BOOT);
	enum es_reason r;

	host->detail[0] = '\0';
	r = es_host_connect(host);
	if (r != ES_OK)
		return r;
	r = es_tpm_usable(host->tpm);
	if (r != ES_OK)
		return es_host_refuse_tpm(host, r);
	if (!host->have_boot || (host->boot.before_fence.present & must) != must)
		return ES_OK;
	for (unsigned pcr = ES_PCR_BOOT_LOADER; pcr <= ES_PCR_SECURE_BOOT; pcr++)
		if ((must & ES_PCR_BIT(pcr)) != 0 && es_pcr_is_unset(&host->boot.before_fence.value[pcr]))
			return es_host_refuse(host, ES_TPM_UNSET_PCR, "nothing is measured into PCR %u (%s)", pcr,
					      es_pcr_meaning(pcr));
	return ES_OK;
}
