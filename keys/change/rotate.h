/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rotation: a new config key, and with it a new recovery key. What the old ones opened they still open (copies of older
 * banks), and nothing that comes after.
 *
 * It comes in two steps, so that the owner holds a recovery key that opens a bank of this host at every moment, whatever
 * becomes of power or TPM: the first bank gets the new keys and is counted; he is shown the new key; only then the bank
 * that the old key opens goes.
 */
#ifndef ES_ROTATE_H
#define ES_ROTATE_H

#include "keys/host/host.h"

/* The tree in RAM becomes a counted generation under a new config key, in the bank that a boot would take last. Every
 * automatic protector is made anew, for what it was for: the PCR values in encryption.info, not those of now.
 * *ret_recovery is the new recovery key, and ret_old_id the ID of the one before ("": there was none). It is in force, to be
 * shown, also where the call failed, if *ret_recovery was written: then the old one opens the other bank until a save
 * succeeds. Not written: nothing has changed; or the banks can't be read back, and then the old one opens one of them and
 * es_host_recovery_key tells later which is in force. On ES_OK no other command commits until es_host_rotate_finish, or the
 * host is closed. ES_TPM_CLEARED, ES_TPM_OTHER: seal with es_host_set_mode first. The caller owns *ret_recovery. */
ES_MUST_CHECK enum es_reason es_host_rotate(struct es_host *host, char ret_old_id[static ES_RECOVERY_ID_TEXT],
					    struct es_secret **ret_recovery);

/* When the owner has the new key: the other bank gets the same. Not called, the next save does that. */
ES_MUST_CHECK enum es_reason es_host_rotate_finish(struct es_host *host);

#endif
