/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/firmware.h"

#include "keys/host/machine.h"
#include "keys/host/state.h"

#include <stdio.h>

enum es_reason es_host_firmware(const struct es_host *host, struct es_firmware_now *ret)
{
	return es_firmware_now_read(host->firmware, ret);
}

void es_host_firmware_words(struct es_host *host, char *ret_text, size_t cap)
{
	ES_FIRMWARE_NOW now = { .count = 0 };
	ES_BUF log = { NULL, 0 };

	ret_text[0] = '\0';
	if (es_host_firmware(host, &now) != ES_OK)
		return;
	if (es_host_event_log(host, &log) == ES_OK)
		es_firmware_changes(&now, es_buf_span(&log), ret_text, cap);
	if (ret_text[0] == '\0' && host->current >= 0)
		es_firmware_changes(&now, es_buf_span(&host->banks[host->current].log), ret_text, cap);
	/* The configuration was saved after the option was set, so both logs contain it. */
	for (unsigned i = 0; ret_text[0] == '\0' && i < now.count; i++) {
		char words[96];

		es_firmware_words(&now, i, words, sizeof words);
		snprintf(ret_text, cap, "%s is set", words);
	}
}
