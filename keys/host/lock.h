/* SPDX-License-Identifier: Apache-2.0 */
/* One change of a host at a time. */
#ifndef ES_HOST_LOCK_H
#define ES_HOST_LOCK_H

#include "keys/host/host.h"

/* Waits until no other command is changing this host. ES_BUSY: the wait timed out. Held until es_host_unlock or until
 * the host is closed; a second call is fine. */
ES_MUST_CHECK enum es_reason es_host_lock(struct es_host *host);
void es_host_unlock(struct es_host *host);

#endif
