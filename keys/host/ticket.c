/* SPDX-License-Identifier: Apache-2.0 */
/* The TPM's ticket for the running image's signed policy. A wrong ticket costs the next boot a command, and opens
 * nothing. */
#include "keys/host/ticket.h"

#include "keys/choice/vendor.h"
#include "keys/crypto/hash.h"
#include "keys/host/state.h"
#include "keys/host/tpm.h"
#include "keys/store/file.h"
#include "keys/tpm/authorize.h"

#include <fcntl.h>
#include <stdio.h>

static enum es_reason read_signatures(const struct es_host *host, struct es_pcr_signatures *ret)
{
	char path[ES_PATH_TEXT + 32], detail[ES_SIGNATURE_DETAIL];
	ES_BUF json = { NULL, 0 };
	enum es_reason r;

	snprintf(path, sizeof path, "%s/%s", host->run_dir, ES_RUN_SIGNATURE_NAME);
	r = es_file_read(AT_FDCWD, path, ES_SIGNATURE_FILE_MAX, &json);
	return r == ES_OK ? es_signatures_parse(es_buf_span(&json), ret, detail) : r;
}

static enum es_reason take_ticket(struct es_host *host, const struct es_vendor_match *m, struct es_buf *ret)
{
	const struct es_authorization a = {
		.key = { { m->key.modulus, m->key.len } },
		.pcrs = ES_PCR_BIT(ES_PCR_IMAGE),
		.generation = m->generation,
		.policy = m->policy,
		.signature = m->signature,
		.sha256 = es_sha256,
	};
	enum es_reason r = es_host_connect(host);

	return r == ES_OK ? es_vendor_ticket(host->tpm, &a, ret) : r;
}

static void note_protector(struct es_host *host, const struct es_pcr_signatures *signatures, struct es_protector *p)
{
	struct es_vendor_match m;
	ES_BUF ticket = { NULL, 0 };

	if (es_vendor_match(es_buf_span(&p->tpm.vendor.public_key), signatures, &host->boot.before_fence, &m) != ES_OK)
		return;
	if (p->tpm.vendor.checked.ticket.len == 0 || !es_digest_equal(&p->tpm.vendor.checked.policy, &m.policy)) {
		if (take_ticket(host, &m, &ticket) != ES_OK)
			return;
		es_buf_free(&p->tpm.vendor.checked.ticket);
		p->tpm.vendor.checked.ticket = es_buf_take(&ticket);
		p->tpm.vendor.checked.policy = m.policy;
	}
	if (host->boot.image_generation > p->tpm.vendor.checked.generation)
		p->tpm.vendor.checked.generation = host->boot.image_generation;
}

void es_host_note_ticket(struct es_host *host, struct es_info *info)
{
	ES_SIGNATURES signatures = { .count = 0 };

	if (!host->have_boot || (host->boot.before_fence.present & ES_PCR_BIT(ES_PCR_IMAGE)) == 0 ||
	    read_signatures(host, &signatures) != ES_OK)
		return;
	for (unsigned i = 0; i < info->protector_count; i++)
		if (info->protectors[i]->type == ES_PROTECTOR_TPM && info->protectors[i]->tpm.is_signed)
			note_protector(host, &signatures, info->protectors[i]);
}
