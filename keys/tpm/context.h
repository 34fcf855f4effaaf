/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to a TPM 2.0 over any TCTI, with a limit on the total time that it may take. Once that is used up, every
 * further call returns ES_TPM_TIMEOUT at once, even if the TPM never answers.
 */
#ifndef ES_TPM_CONTEXT_H
#define ES_TPM_CONTEXT_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>
#include <stdint.h>

struct es_tpm;

enum { ES_TPM_TIMEOUT_MS = 30000 };

/* tcti as in tss2-tctildr(3), "swtpm:host=…,port=…"; NULL means device:/dev/tpmrm0. Sends no command. ES_TPM_ABSENT:
 * there is no TPM; ES_TPM_VERSION: a TPM 1.2 (Linux: tpm_version_major in sysfs). The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_tpm_open(const char *tcti, unsigned timeout_ms, struct es_tpm **ret);
void es_tpm_close(struct es_tpm *tpm); /* flushes what is still loaded; tpm may be NULL */
void es_tpm_closep(struct es_tpm **tpm);

#define ES_TPM ES_SCOPED(es_tpm_closep) struct es_tpm *

/* The number of commands sent so far, and the last refusal in words: "TPM2_Unseal: tpm:session(1):a policy check
 * failed". Never NULL; "" if nothing was refused. Holds no secret. */
unsigned es_tpm_commands(const struct es_tpm *tpm);
const char *es_tpm_last_refusal(const struct es_tpm *tpm);

/* Whether this TPM can hold our seal at all, for init, set and status: ES_OK (also in a dictionary attack lockout, from
 * which all our objects are exempt), ES_TPM_VERSION, ES_TPM_NO_SHA256, ES_TPM_HIERARCHY, ES_TPM_AUTH (an owner password
 * is set, and the SRK or the counter doesn't exist yet), or the reason of a refusal. */
ES_MUST_CHECK enum es_reason es_tpm_usable(struct es_tpm *tpm);

/* Whether the TPM is in a dictionary attack lockout, and whether that matters. It doesn't if we made the pinned SRK. */
ES_MUST_CHECK enum es_reason es_tpm_lockout(struct es_tpm *tpm, bool *ret_locked_out, bool *ret_matters);

#endif
