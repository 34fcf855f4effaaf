/* SPDX-License-Identifier: Apache-2.0 */
/* The part of authorize.c that object.c needs. Private to keys/tpm. */
#ifndef ES_TPM_AUTHORIZED_H
#define ES_TPM_AUTHORIZED_H

#include "keys/tpm/authorize.h"
#include "keys/tpm/connection.h"

/* Whether this TPM takes the key: some know only RSA of 2048 bits. ES_NOT_MET, and the refusal says so. */
ES_MUST_CHECK enum es_reason es_vendor_key_check(struct es_tpm *tpm, const struct es_vendor_key *key);

/* Brings a fresh policy session to that digest: LoadExternal, PolicyPCR, PolicyNV, VerifySignature, PolicyAuthorize.
 * ES_TPM_POLICY: the PCRs aren't those that were signed; ES_IMAGE_OLD: the counter is above the generation;
 * ES_IMAGE_SIGNATURE: not the key's signature; ES_COUNTER_MISSING. */
ES_MUST_CHECK enum es_reason es_session_authorize(struct es_tpm *tpm, ESYS_TR session,
						  const struct es_authorization *authorization);

#endif
