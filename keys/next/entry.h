/* SPDX-License-Identifier: Apache-2.0 */
/* What the firmware's boot entries say of the next boot: which program it starts, and with which options. */
#ifndef ES_NEXT_ENTRY_H
#define ES_NEXT_ENTRY_H

#include "keys/core/pcr.h"
#include "keys/host/host.h"

/* True if the next boot won't start what this one did: BootNext is set to another entry, or BootOrder has changed since
 * the firmware measured it and another entry is first. es_host_detail describes it. */
bool es_next_entry_is_other(struct es_host *host);

/* PCR 12 as the next boot will have it, if the firmware starts the running image from the same entry again, with the
 * options that the entry has now. They may be others than this boot's, which may have been typed. False: that can't be
 * told, and this boot's value is the best guess. */
bool es_next_entry_options(struct es_host *host, struct es_digest *ret);

/* The id of the first boot entry that holds a recovery key, "Boot0003"; false: none does. */
enum { ES_NEXT_ENTRY_ID = 9 };
bool es_next_entry_key(const struct es_host *host, char ret_id[static ES_NEXT_ENTRY_ID]);

#endif
