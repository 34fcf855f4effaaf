/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tpm2-tss 3.2 leaves a secret in three places: SAPI's buffer, where an answer is decrypted; ESAPI's copy of the last
 * TPM2_Create's parameters; and the stack below us, of which ESAPI uses less than 48 KiB for a command. This can't
 * reach copies that the kernel or a library made elsewhere. The attacks attack_find_the_secret_after_a_seal and
 * _after_an_unseal search all memory that this process can write.
 */
#include "keys/tpm/scrub.h"

#include "keys/core/wipe_stack.h"
#include "keys/tpm/defences.h"

/* ESAPI copies the parameters before it looks up the parent's handle. So this call replaces the copied ones and is then
 * refused: it sends nothing. */
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
	es_tcti_scrub(tpm->tcti);
	if (!tpm->stuck)
		scrub_create(tpm->esys);
	es_wipe_stack();
}
