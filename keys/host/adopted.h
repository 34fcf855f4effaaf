/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running host's list of adopted files (keys/adopt/list.h), in RAM beside the tree. The boot helper unpacks it from
 * the archive, and every commit packs it again. Also the root file system below the mounts of the configuration.
 */
#ifndef ES_HOST_ADOPTED_H
#define ES_HOST_ADOPTED_H

#include "keys/core/buf.h"
#include "keys/host/host.h"

/* As text; empty if there is no list. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_host_adopted(struct es_host *host, struct es_buf *ret);
ES_MUST_CHECK enum es_reason es_host_set_adopted(struct es_host *host, struct es_span text);

/* The root file system without the mounts that cover it: where the boot helper mounted it, else a mount of our own,
 * which needs CAP_SYS_ADMIN. The caller closes *ret_fd. */
ES_MUST_CHECK enum es_reason es_host_below(struct es_host *host, int *ret_fd);

#endif
