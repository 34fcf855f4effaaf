/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what the banks say of this host can be believed. */
#ifndef ES_HOST_VERIFY_H
#define ES_HOST_VERIFY_H

#include "keys/host/host.h"

/* ES_OK: the MAC of es_host_bank()'s encryption.info holds under the running host's key; where the newest bank isn't ours and
 * the other one is, es_host_bank() is that one from now on. ES_NOT_UNLOCKED: there is no key here to check with, so
 * es_host_bank() says what anybody may have written. ES_NOT_CONFIGURED, ES_BANKS_DAMAGED, ES_NO_BOOT_PARTITION, ES_TAMPERED_INFO: no
 * bank, or none of ours. */
ES_MUST_CHECK enum es_reason es_host_verify(struct es_host *host);

#endif
