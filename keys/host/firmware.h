/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware gives the running host's next boot as options. */
#ifndef ES_HOST_FIRMWARE_H
#define ES_HOST_FIRMWARE_H

#include "keys/host/host.h"
#include "keys/image/firmware_now.h"

/* The host's own. */
ES_MUST_CHECK enum es_reason es_host_firmware(const struct es_host *host, struct es_firmware_now *ret);
/* Why PCR 12 of the next boot isn't what was sealed to, for a message: in what firmware's options differ from this boot, or from
 * the one that was sealed in; else what is set. "" if there is nothing. */
void es_host_firmware_words(struct es_host *host, char *ret_text, size_t cap);

#endif
