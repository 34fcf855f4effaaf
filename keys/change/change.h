/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owner of a change, bound to a scope. It begins with the lock, the banks read under it, and the key proven by the
 * MAC; it ends with a commit, and always drops the lock. Private to keys/change.
 */
#ifndef ES_CHANGE_H
#define ES_CHANGE_H

#include "keys/host/commit.h"
#include "keys/host/host.h"

struct es_change {
	struct es_host *host;
	struct es_secret *key;   /* in force until the commit */
	struct es_info *info;    /* of the bank that the host uses, to work on */
	struct es_commit commit; /* of info under key; a rotation sets another key here */
	bool keep_lock;          /* another step of this change follows */
};

/* ES_NOT_BOOTED: this system wasn't started through the boot helper. For the other reasons see es_host_lock and
 * es_host_key. */
ES_MUST_CHECK enum es_reason es_change_begin(struct es_host *host, struct es_change *ret);
/* For a host that has neither key nor info yet: only takes the lock and reads the banks. */
ES_MUST_CHECK enum es_reason es_change_begin_first(struct es_host *host, struct es_change *ret);
/* Writes the generation. With commit.one_bank the lock is kept for es_host_mirror. */
ES_MUST_CHECK enum es_reason es_change_commit(struct es_change *c, struct es_pack_report *ret_report);
void es_change_end(struct es_change *c);
#define ES_CHANGE ES_SCOPED(es_change_end) struct es_change

#endif
