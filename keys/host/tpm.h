/* SPDX-License-Identifier: Apache-2.0 */
/* The running host's TPM, for the files that seal and count. On every refusal, the detail is the TPM's words. */
#ifndef ES_HOST_TPM_H
#define ES_HOST_TPM_H

#include "keys/host/host.h"

/* Connects on first use, and pins the storage key of the bank that the host uses. */
ES_MUST_CHECK enum es_reason es_host_connect(struct es_host *host);
/* Sets the detail to the TPM's words for its last refusal, if there is a connection; returns the reason. */
enum es_reason es_host_refuse_tpm(struct es_host *host, enum es_reason reason);

/* ES_OK: this is the TPM that the host is sealed to. ES_TPM_CLEARED, ES_TPM_OTHER, … */
ES_MUST_CHECK enum es_reason es_host_is_pinned_tpm(struct es_host *host);
/* Whether the TPM is locked out, and whether that affects what etcseal keeps there. False: it isn't, or it can't be
 * asked. */
bool es_host_locked_out(struct es_host *host, bool *ret_matters);

/* From here on, any TPM is accepted. */
ES_MUST_CHECK enum es_reason es_host_unpin(struct es_host *host);
/* The owner seals again: a TPM that was cleared or replaced is accepted, if the previous one didn't open this boot. */
ES_MUST_CHECK enum es_reason es_host_accept_tpm(struct es_host *host, struct es_info *info);
/* The storage key to seal to, serialised: info's own; or the TPM's, made if need be, if info has none or another TPM
 * was accepted. The caller owns *ret_serialised. */
ES_MUST_CHECK enum es_reason es_host_srk(struct es_host *host, struct es_info *info, struct es_buf *ret_serialised);

#endif
