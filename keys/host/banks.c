/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/banks.h"

#include "keys/host/state.h"

bool es_host_has_mixed_modes(const struct es_host *host)
{
	const struct es_bank *a = &host->banks[0], *b = &host->banks[1];

	return a->state == ES_BANK_WHOLE && b->state == ES_BANK_WHOLE && a->info->mode != b->info->mode;
}

enum es_reason es_host_read_banks(struct es_host *host)
{
	enum es_reason r;

	host->current = -1;
	host->pinned = -1;
	host->banks_read = host->bank_picked = false;
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		es_bank_free(&host->banks[i]);
		if (host->banks_dirfd < 0)
			continue;
		r = es_bank_read(host->banks_dirfd, i, &host->banks[i]);
		if (r != ES_OK)
			return es_host_refuse(host, r, "%s/" ES_BANK_FOLDER "/bank%u", host->boot_dir, i);
	}
	host->banks_read = true;
	host->current = es_bank_newest(host->banks);
	if (es_host_has_mixed_modes(host))
		host->current = host->banks[0].info->mode == ES_MODE_TPM ? 0 : 1; /* the bank whose TPM is asked */
	return ES_OK;
}

enum es_reason es_host_no_bank_reason(const struct es_host *host)
{
	return !es_bank_has_content(&host->banks[0]) && !es_bank_has_content(&host->banks[1]) ? ES_NOT_CONFIGURED
											      : ES_BANKS_DAMAGED;
}
