/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions, each salted to the pinned SRK: only the TPM that holds that key knows the session key, so only it can make a
 * right HMAC or read an encrypted parameter. SHA-256, AES-128-CFB. Part 1, "Session-Based Authorizations". Private to
 * keys/tpm.
 */
#ifndef ES_TPM_SESSION_H
#define ES_TPM_SESSION_H

#include "keys/tpm/connection.h"

/* The connection's HMAC session, opened at its first use and kept, with these attributes (continueSession is added); it
 * stays the connection's. Where no SRK is pinned: ESYS_TR_NONE for audit, ESYS_TR_PASSWORD for auth. */
enum es_session_use {
	ES_SESSION_AUDIT, /* only its HMAC matters: the command needs no authorisation */
	ES_SESSION_AUTH,
	ES_SESSION_AUTH_LAST,    /* continueSession is clear: with its success the session ends, es_session_ended */
	ES_SESSION_AUTH_DECRYPT, /* and the first parameter goes encrypted */
};
ES_MUST_CHECK enum es_reason es_session_use(struct es_tpm *tpm, enum es_session_use use, ESYS_TR *ret);

/* As es_session_use(ES_SESSION_AUTH) if it is open already; a password, which costs no command, if it is not. */
ESYS_TR es_session_if_open(struct es_tpm *tpm);

/* The next command in it gets its answer's first parameter encrypted, and ends the session in the TPM: that saves the
 * command that would flush it. */
ES_MUST_CHECK enum es_reason es_session_last_use(struct es_tpm *tpm, ESYS_TR session);

/* A policy session; the caller's. */
ES_MUST_CHECK enum es_reason es_session_policy(struct es_tpm *tpm, struct es_loaded *ret);

/* Its policy from the start, for another try. */
ES_MUST_CHECK enum es_reason es_session_restart(struct es_tpm *tpm, ESYS_TR session);

/* es_tpm_judge for a command that was sent in a session (or with ESYS_TR_PASSWORD or ESYS_TR_NONE in its place): a
 * refused HMAC under a pinned SRK means another TPM, one that was cleared, or a command that was changed on its way.
 * May ask the TPM for its SRK. Success in a session vouches for the TPM. */
ES_MUST_CHECK enum es_reason es_session_judge(struct es_tpm *tpm, const char *command, ESYS_TR session, TSS2_RC rc);

#endif
