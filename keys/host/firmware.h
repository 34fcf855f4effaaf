/* SPDX-License-Identifier: Apache-2.0 */
/* The options that firmware will hand to the running host's next boot. */
#ifndef ES_HOST_FIRMWARE_H
#define ES_HOST_FIRMWARE_H

#include "keys/host/host.h"
#include "keys/image/firmware_now.h"

/* The options of the running host's firmware. */
ES_MUST_CHECK enum es_reason es_host_firmware(const struct es_host *host, struct es_firmware_now *ret);
/* Why PCR 12 of the next boot isn't the value that was sealed to, for a message: how firmware's options differ from
 * this boot, or from the boot that the bank was saved in; else which options are set. "" if there is nothing to say. */
void es_host_firmware_words(struct es_host *host, char *ret_text, size_t cap);

#endif
