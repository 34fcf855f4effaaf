/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The storage root key at 0x81000001: ECC P-256, TCG template (TCG TPM v2.0 Provisioning Guidance 7.5.1; EK Credential
 * Profile template L-2 with an SRK's attributes). Its public part is pinned as a serialised ESYS_TR. So a boot needs no
 * command to learn it, and no other key can take its place: every session's salt is encrypted to the pinned key.
 */
#ifndef ES_TPM_SRK_H
#define ES_TPM_SRK_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"
#include "keys/core/pins.h"
#include "keys/tpm/context.h"

enum { ES_SRK_HANDLE = 0x81000001, ES_SRK_SERIALISED_MAX = 1024 };

/* Makes the SRK if there is none, or uses the existing key if it is a suitable storage key, and pins it for this
 * connection. ES_TPM_HANDLE_TAKEN: the handle holds an unsuitable key; ES_TPM_SRK_AUTH: the key has a password (the
 * last refusal describes the key). The caller owns *ret_serialised. */
ES_MUST_CHECK enum es_reason es_tpm_srk_make(struct es_tpm *tpm, struct es_buf *ret_serialised);

/* If nothing is pinned: whether es_tpm_srk_make could use the handle. A password isn't checked, since trying one counts
 * as a failed attempt. ES_OK, also if the handle is empty; ES_TPM_HANDLE_TAKEN. */
ES_MUST_CHECK enum es_reason es_tpm_srk_handle_check(struct es_tpm *tpm);

/* Pins the key from encryption.info; sends no command. ES_FORMAT: not a serialised key at our handle. */
ES_MUST_CHECK enum es_reason es_tpm_srk_pin(struct es_tpm *tpm, struct es_span serialised);

/* Whether this is the pinned key. */
bool es_tpm_srk_is(const struct es_tpm *tpm, struct es_span serialised);

/* The Name of a serialised SRK, computed from its public area; the Name stored beside it isn't used. ES_FORMAT. */
ES_MUST_CHECK enum es_reason es_tpm_srk_name(struct es_span serialised, es_sha256_fn *sha256,
					     uint8_t ret[static ES_SRK_NAME_LEN]);
/* Pins the key at our handle if it has that Name. Takes two commands, whose answers need no vouching. ES_TPM_CLEARED:
 * there is no key; ES_TPM_OTHER: it is another one. */
ES_MUST_CHECK enum es_reason es_tpm_srk_pin_named(struct es_tpm *tpm, const uint8_t name[static ES_SRK_NAME_LEN],
						  es_sha256_fn *sha256);

/* Whether the pinned key needs a password that we don't have. Takes one command. */
bool es_tpm_srk_has_password(struct es_tpm *tpm);

/* After a refusal: whether the pinned key is still the one in the TPM. ES_OK, ES_TPM_CLEARED, ES_TPM_OTHER,
 * ES_TPM_HIERARCHY; ES_TPM_FORGED: the TPM denies it, although it has proven on this connection that it holds the
 * key. */
ES_MUST_CHECK enum es_reason es_tpm_srk_check(struct es_tpm *tpm);
/* Whether it is ES_TPM_CLEARED, ES_TPM_OTHER or ES_TPM_HIERARCHY: no session can be salted to the pinned key, and
 * nothing sealed under it opens. */
bool es_tpm_srk_gone(enum es_reason reason);

#endif
