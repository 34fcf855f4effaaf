/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rotation: a new config key, and with it a new recovery key. The old keys still open what they opened (copies of older
 * banks), but nothing newer.
 *
 * Rotation has two steps, so that at every moment the owner holds a recovery key that opens a bank of this host,
 * whatever happens to the power or the TPM. The first bank gets the new keys and is counted; then the owner is shown
 * the new key; only then is the bank that the old key opens overwritten.
 */
#ifndef ES_ROTATE_H
#define ES_ROTATE_H

#include "keys/host/host.h"

/* Makes the tree in RAM a counted generation under a new config key, in the bank that a boot would take last. Every
 * automatic protector is made again for its purpose: for the PCR values in encryption.info, not the present ones.
 * *ret_recovery is the new recovery key, and ret_old_id the ID of the previous one ("": there was none). If
 * *ret_recovery was written, the new key is in force and must be shown, even if the call failed: then the old key opens
 * the other bank until a save succeeds. If it wasn't written, either nothing has changed, or the banks can't be read
 * back; in that case the old key opens one of them, and es_host_recovery_key reports later which key is in force. On
 * ES_OK no other command commits until es_host_rotate_finish, or until the host is closed. ES_TPM_CLEARED,
 * ES_TPM_OTHER: seal with es_host_set_mode first. The caller owns *ret_recovery. */
ES_MUST_CHECK enum es_reason es_host_rotate(struct es_host *host, char ret_old_id[static ES_RECOVERY_ID_TEXT],
					    struct es_secret **ret_recovery);

/* Call this when the owner has the new key: the other bank gets the same content. Without this call, the next save does
 * it. */
ES_MUST_CHECK enum es_reason es_host_rotate_finish(struct es_host *host);

#endif
