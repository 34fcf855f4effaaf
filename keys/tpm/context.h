/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to a TPM 2.0 over any TCTI, with a bound on all the time it may take: once that is used up every
 * further call answers ES_TPM_TIMEOUT at once, also when the TPM never answers.
 */
#ifndef ES_TPM_CONTEXT_H
#define ES_TPM_CONTEXT_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>
#include <stdint.h>

struct es_tpm;

enum { ES_TPM_BOUND_MS = 30000 };

/* tcti as in tss2-tctildr(3), "swtpm:host=…,port=…"; NULL is device:/dev/tpmrm0. Sends no command.
 * ES_TPM_ABSENT: there is none; ES_TPM_VERSION: a TPM 1.2 (Linux: tpm_version_major in sysfs). The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_tpm_open(const char *tcti, unsigned bound_ms, struct es_tpm **ret);
void es_tpm_close(struct es_tpm *tpm); /* flushes what is still loaded; NULL is fine */
void es_tpm_closep(struct es_tpm **tpm);

#define ES_TPM ES_SCOPED(es_tpm_closep) struct es_tpm *

/* Commands sent so far, and what the last refusal said: "TPM2_Unseal: tpm:session(1):a policy check failed". Never NULL;
 * "" if nothing was refused. Holds no secret. */
unsigned es_tpm_commands(const struct es_tpm *tpm);
const char *es_tpm_last_refusal(const struct es_tpm *tpm);

/* Whether this TPM can hold our seal at all, for init, set and status: ES_OK (also in a dictionary attack lockout, from
 * which all of ours is exempt), ES_TPM_VERSION, ES_TPM_NO_SHA256, ES_TPM_HIERARCHY, ES_TPM_AUTH (an owner password is set, and the SRK or
 * the counter has yet to be made), or what was refused. */
ES_MUST_CHECK enum es_reason es_tpm_usable(struct es_tpm *tpm);

/* Whether it is in a dictionary attack lockout, and whether that matters: not where the pinned SRK is one that we made. */
ES_MUST_CHECK enum es_reason es_tpm_lockout(struct es_tpm *tpm, bool *ret_locked_out, bool *ret_matters);

struct es_tpm_about {
	char manufacturer[5];
	uint32_t firmware_1, firmware_2;
	bool sha1, sha256, sha384, sha512; /* active banks */
};
ES_MUST_CHECK enum es_reason es_tpm_about(struct es_tpm *tpm, struct es_tpm_about *ret);

#endif
