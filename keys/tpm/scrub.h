/* SPDX-License-Identifier: Apache-2.0 */
/* Erases what tpm2-tss keeps of a secret that passed through it: tpm2-tss wipes nothing, and its memory is neither
 * locked nor kept out of core dumps. Private to keys/tpm. */
#ifndef ES_TPM_SCRUB_H
#define ES_TPM_SCRUB_H

#include "keys/tpm/connection.h"

/* To be called after every TPM2_Create and TPM2_Unseal, while the ESAPI context still exists. Sends no command. */
void es_tpm_scrub(struct es_tpm *tpm);

#endif
