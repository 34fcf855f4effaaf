/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The storage root key at 0x81000001: ECC P-256, TCG template (TCG TPM v2.0 Provisioning Guidance 7.5.1; EK Credential
 * Profile template L-2 with an SRK's attributes). Its public part is pinned as a serialised ESYS_TR, so that at boot no
 * command is needed to learn it, and no other key can take its place: every session's salt is encrypted to the pinned one.
 */
#ifndef ES_TPM_SRK_H
#define ES_TPM_SRK_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"
#include "keys/core/pins.h"
#include "keys/tpm/context.h"

enum { ES_SRK_HANDLE = 0x81000001, ES_SRK_SERIALISED_MAX = 1024 };

/* Makes the SRK where there is none, takes the one that is there if it is a fit storage key, and pins it for this
 * connection. ES_TPM_HANDLE_TAKEN: the handle holds a key that doesn't serve; ES_TPM_SRK_AUTH: one that has a password (the last
 * refusal describes the key). The caller owns *ret_serialised. */
ES_MUST_CHECK enum es_reason es_tpm_srk_make(struct es_tpm *tpm, struct es_buf *ret_serialised);

/* Where nothing is pinned: whether es_tpm_srk_make could use the handle, but for a password, since to try one counts as a wrong
 * try. ES_OK, also where nothing is there yet; ES_TPM_HANDLE_TAKEN. */
ES_MUST_CHECK enum es_reason es_tpm_srk_place(struct es_tpm *tpm);

/* Pins what encryption.info holds; sends no command. ES_FORMAT: not a serialised key at our handle. */
ES_MUST_CHECK enum es_reason es_tpm_srk_pin(struct es_tpm *tpm, struct es_span serialised);

/* Whether that is what is pinned. */
bool es_tpm_srk_is(const struct es_tpm *tpm, struct es_span serialised);

/* The Name of a serialised SRK, computed from its public area and not taken from beside it. ES_FORMAT. */
ES_MUST_CHECK enum es_reason es_tpm_srk_name(struct es_span serialised, es_sha256_fn *sha256,
					     uint8_t ret[static ES_SRK_NAME_LEN]);
/* Pins the key at our handle if its Name is that one: two commands, whose answers nobody has to vouch for. ES_TPM_CLEARED: there
 * is no key; ES_TPM_OTHER: it is another. */
ES_MUST_CHECK enum es_reason es_tpm_srk_pin_named(struct es_tpm *tpm, const uint8_t name[static ES_SRK_NAME_LEN],
						  es_sha256_fn *sha256);

/* Whether that one needs a password that we don't have: a command more. */
bool es_tpm_srk_has_password(struct es_tpm *tpm);

/* After a refusal: is the pinned key still the one in the TPM? ES_OK, ES_TPM_CLEARED, ES_TPM_OTHER, ES_TPM_HIERARCHY; ES_TPM_FORGED: it says no,
 * and yet has proved within this connection that it holds the key. */
ES_MUST_CHECK enum es_reason es_tpm_srk_check(struct es_tpm *tpm);
/* One of these three: no session can be salted to the pinned key, and nothing that was sealed under it opens. */
bool es_tpm_srk_gone(enum es_reason reason);

#endif
