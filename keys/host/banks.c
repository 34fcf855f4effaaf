/* SPDX-License-Identifier: Apache-2.0 */
/* Which banks there are, and which of them the host stands on. */
#include "keys/choice/choice.h"
#include "keys/host/state.h"

#include <string.h>

enum es_reason es_host_reload(struct es_host *host)
{
	enum es_reason r;

	host->current = -1;
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		es_bank_free(&host->banks[i]);
		if (host->banks_dirfd < 0)
			continue;
		r = es_bank_read(host->banks_dirfd, i, &host->banks[i]);
		if (r != ES_OK)
			return es_host_refuse(host, r, "%s/" ES_BANK_FOLDER "/bank%u", host->boot_dir, i);
	}
	host->pinned = -1;
	es_host_pick_bank(host);
	return ES_OK;
}

static bool mixed_modes(const struct es_bank banks[static ES_BANK_COUNT])
{
	return banks[0].state == ES_BANK_WHOLE && banks[1].state == ES_BANK_WHOLE &&
	       banks[0].info->mode != banks[1].info->mode;
}

/* A change of mode that was cut leaves one of each. The next commit would write whichever we stand on. */
void es_host_pick_bank(struct es_host *host)
{
	char detail[sizeof host->detail];
	struct es_counter counter;

	host->current = es_bank_newest(host->banks);
	if (!mixed_modes(host->banks))
		return;
	memcpy(detail, host->detail, sizeof detail);
	host->current = host->banks[0].info->mode == ES_MODE_TPM ? 0 : 1; /* whose TPM is asked */
	counter.state = es_host_counter(host, &counter.value);
	host->current = es_choice_bank(host->banks, counter, &(struct es_pins){ .key_count = 0 });
	memcpy(host->detail, detail, sizeof detail); /* of what was going on */
}
