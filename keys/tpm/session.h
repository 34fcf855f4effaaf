/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions, each salted to the pinned SRK: only the TPM that holds that key knows the session key, so only that TPM can
 * compute a right HMAC or read an encrypted parameter. SHA-256, AES-128-CFB. Part 1, "Session-Based Authorizations".
 * Private to keys/tpm.
 */
#ifndef ES_TPM_SESSION_H
#define ES_TPM_SESSION_H

#include "keys/tpm/connection.h"

/* The connection's HMAC session with these attributes (continueSession is added). It is opened on first use and kept;
 * the connection owns it. If no SRK is pinned: ESYS_TR_NONE for audit, ESYS_TR_PASSWORD for auth. */
enum es_session_use {
	ES_SESSION_AUDIT, /* only its HMAC matters: the command needs no authorisation */
	ES_SESSION_AUTH,
	/* continueSession is clear: the command's success ends the session, see es_session_ended */
	ES_SESSION_AUTH_LAST,
	ES_SESSION_AUTH_DECRYPT, /* also encrypts the first parameter */
};
ES_MUST_CHECK enum es_reason es_session_use(struct es_tpm *tpm, enum es_session_use use, ESYS_TR *ret);

/* As es_session_use(ES_SESSION_AUTH) if the session is open already; otherwise a password, which costs no command. */
ESYS_TR es_session_if_open(struct es_tpm *tpm);

/* Makes the next command in the session encrypt the first parameter of its answer and end the session in the TPM, which
 * saves the command to flush it. */
ES_MUST_CHECK enum es_reason es_session_last_use(struct es_tpm *tpm, ESYS_TR session);

/* Starts a policy session, which the caller owns. */
ES_MUST_CHECK enum es_reason es_session_policy(struct es_tpm *tpm, struct es_loaded *ret);

/* Resets its policy, for another try. */
ES_MUST_CHECK enum es_reason es_session_restart(struct es_tpm *tpm, ESYS_TR session);

/* es_tpm_judge for a command that was sent in a session (or with ESYS_TR_PASSWORD or ESYS_TR_NONE instead). A refused
 * HMAC under a pinned SRK means another TPM, a cleared one, or a command that was changed in transit. May ask the TPM
 * for its SRK. Success in a session proves that the TPM holds the pinned SRK. */
ES_MUST_CHECK enum es_reason es_session_judge(struct es_tpm *tpm, const char *command, ESYS_TR session, TSS2_RC rc);

#endif
