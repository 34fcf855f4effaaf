/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel shows of the machine. */
#ifndef ES_HOST_MACHINE_H
#define ES_HOST_MACHINE_H

#include "keys/host/host.h"

/* The kernel's event log. ES_LOG_…, with the path as detail. */
ES_MUST_CHECK enum es_reason es_host_event_log(struct es_host *host, struct es_buf *ret);
/* The machine's UUID; "" if it shows none. */
void es_host_product_uuid(const struct es_host *host, char ret[static ES_UUID_TEXT]);

#endif
