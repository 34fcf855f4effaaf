/* SPDX-License-Identifier: Apache-2.0 */
/* The TPM's ticket for the running image's signed policy. */
#ifndef ES_HOST_TICKET_H
#define ES_HOST_TICKET_H

#include "keys/host/host.h"

/* Before a commit: notes in info that the TPM has checked the running image's signature, and which generation the
 * helper counted to, so that the next boot needn't ask again. Asks the TPM only about an image that isn't noted yet. If
 * anything fails, that boot asks. */
void es_host_note_ticket(struct es_host *host, struct es_info *info);

#endif
