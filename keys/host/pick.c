/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/choice/choice.h"
#include "keys/host/banks.h"
#include "keys/host/state.h"

#include <string.h>

/* An interrupted change of mode leaves one bank of each mode. The next commit would overwrite the one that isn't
 * picked. */
static void pick_bank(struct es_host *host)
{
	char detail[sizeof host->detail];
	struct es_counter counter;

	host->bank_picked = true;
	if (!es_host_has_mixed_modes(host))
		return;
	memcpy(detail, host->detail, sizeof detail);
	counter.state = es_host_counter(host, &counter.value);
	host->current = es_choice_bank(host->banks, counter, &(struct es_pins){ .key_count = 0 });
	memcpy(host->detail, detail, sizeof detail); /* of the operation in progress */
}

enum es_reason es_host_banks(struct es_host *host)
{
	enum es_reason r = host->banks_read ? ES_OK : es_host_read_banks(host);

	if (r == ES_OK && !host->bank_picked)
		pick_bank(host);
	return r;
}

enum es_reason es_host_reload(struct es_host *host)
{
	host->banks_read = false;
	return es_host_banks(host);
}
