/* SPDX-License-Identifier: Apache-2.0 */
/* The two banks of the running host, and which of them the host uses. */
#ifndef ES_HOST_BANKS_H
#define ES_HOST_BANKS_H

#include "keys/host/host.h"

/* Reads both banks, unless that was done already, and picks the one to use: the newest. If one is a kdf bank, whose
 * number means nothing to the TPM, the counter decides (es_choice_bank). */
ES_MUST_CHECK enum es_reason es_host_banks(struct es_host *host);
/* The same, but always reads the banks again. */
ES_MUST_CHECK enum es_reason es_host_reload(struct es_host *host);
/* Why there is no bank to use: ES_NOT_CONFIGURED or ES_BANKS_DAMAGED. For current < 0. */
enum es_reason es_host_no_bank_reason(const struct es_host *host);

/* For tpm.c, which pick.c calls: reads both banks, and picks the one whose storage key the TPM is pinned to. */
ES_MUST_CHECK enum es_reason es_host_read_banks(struct es_host *host);
/* One bank is of mode tpm, the other of mode kdf. */
bool es_host_has_mixed_modes(const struct es_host *host);

#endif
