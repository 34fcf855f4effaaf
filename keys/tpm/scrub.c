/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tpm2-tss 3.2 leaves a secret in three places: SAPI's buffer, where an answer is decrypted; ESAPI's note of the last
 * TPM2_Create's parameters; and the stack below us, of which ESAPI takes less than 48 KiB for a command. It can't reach
 * what the kernel or a library copied elsewhere; attack_find_the_secret_in_memory looks through all that this process can
 * write.
 */
#include "keys/tpm/scrub.h"

#include "keys/core/wipe_stack.h"
#include "keys/tpm/defences.h"

/* The parameters are noted before the parent's handle is looked up, and so refused after they have replaced the ones
 * noted before: nothing is sent. */
static void scrub_create(ESYS_CONTEXT *esys)
{
	const TPM2B_SENSITIVE_CREATE none = { 0 };
	const TPM2B_PUBLIC public = { 0 };
	const TPM2B_DATA data = { 0 };
	const TPML_PCR_SELECTION pcrs = { 0 };
	TSS2_RC rc = Esys_Create_Async(esys, ESYS_TR_NONE, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &none, &public,
				       &data, &pcrs);

	(void)rc;
}

void es_tpm_scrub(struct es_tpm *tpm)
{
	if (!ES_WITH_SCRUB)
		return;
	es_tcti_scrub(tpm->bound);
	if (!tpm->stuck)
		scrub_create(tpm->esys);
	es_wipe_stack();
}
