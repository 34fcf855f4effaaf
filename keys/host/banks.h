/* SPDX-License-Identifier: Apache-2.0 */
/* The two banks of the running host, and which of them it uses. */
#ifndef ES_HOST_BANKS_H
#define ES_HOST_BANKS_H

#include "keys/host/host.h"

/* Reads both, unless that was done already, and picks the one to use: the newest. Beside a kdf bank, whose number means nothing to
 * the TPM, the tpm bank, if the counter says so. */
ES_MUST_CHECK enum es_reason es_host_banks(struct es_host *host);
/* The same, and reads them in any case. */
ES_MUST_CHECK enum es_reason es_host_reload(struct es_host *host);
/* Why there is no bank to use: ES_NOT_CONFIGURED or ES_BANKS_DAMAGED. For current < 0. */
enum es_reason es_host_no_bank_reason(const struct es_host *host);

/* For tpm.c, which pick.c asks: reads both, and picks the one whose storage key the TPM is held to. */
ES_MUST_CHECK enum es_reason es_host_read_banks(struct es_host *host);
/* One bank of mode tpm and one of mode kdf. */
bool es_host_has_mixed_modes(const struct es_host *host);

#endif
