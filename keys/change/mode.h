/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal set --mode`. */
#ifndef ES_CHANGE_MODE_H
#define ES_CHANGE_MODE_H

#include "keys/host/host.h"

/* tpm: ES_TPM_… if it is unusable. kdf: voids the seal, and removes the TPM's counter. A change of mode is a rotation:
 * what the old mode protected less, or differently, must not open what is saved from now on. *ret_recovery is then the
 * new recovery key, to be shown before es_host_rotate_finish, and everything is as with es_host_rotate
 * (keys/change/rotate.h). If the host was already in this mode, *ret_recovery stays NULL: the seal is made again, under
 * the same keys. */
ES_MUST_CHECK enum es_reason es_host_set_mode(struct es_host *host, enum es_mode mode,
					      char ret_old_id[static ES_RECOVERY_ID_TEXT],
					      struct es_secret **ret_recovery);

#endif
