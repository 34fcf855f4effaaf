/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a rotation, in `recovery rotate` and in a change of mode: the new recovery key is shown once, and only
 * then is the bank replaced that the old one opens (keys/change/rotate.h). If it can't be shown, the old one stays
 * valid.
 */
#ifndef ES_TOOLS_ROTATED_H
#define ES_TOOLS_ROTATED_H

#include "keys/host/host.h"
#include "tools/verb.h"

struct es_rotated {
	char old_id[ES_RECOVERY_ID_TEXT]; /* "": there was none */
	struct es_secret *recovery;       /* the new one; NULL: nothing was rotated */
	bool settings;                    /* with --json: the object also has the fields of `get` */
};

/* reason: what the rotation returned; a failure is reported too. */
enum es_exit es_rotated_show(const struct es_args *args, struct es_host *host, const struct es_rotated *rotated,
			     enum es_reason reason);

#endif
