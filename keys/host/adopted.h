/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running host's list of adopted files (keys/adopt/list.h), in RAM beside the tree: the boot helper leaves the archive's,
 * every commit packs it again. And the root file system below the mounts of the configuration.
 */
#ifndef ES_HOST_ADOPTED_H
#define ES_HOST_ADOPTED_H

#include "keys/core/buf.h"
#include "keys/host/host.h"

/* As text; empty if there is none. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_host_adopted(struct es_host *host, struct es_buf *ret);
ES_MUST_CHECK enum es_reason es_host_set_adopted(struct es_host *host, struct es_span text);

/* The root file system without what covers it: where the boot helper left it, else a mount of our own, which takes
 * CAP_SYS_ADMIN. The caller closes *ret_fd. */
ES_MUST_CHECK enum es_reason es_host_below(struct es_host *host, int *ret_fd);

#endif
