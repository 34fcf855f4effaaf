/* SPDX-License-Identifier: Apache-2.0 */
/* A rotation with the caller's protectors; a change of mode is also one. Private to keys/change. */
#ifndef ES_CHANGE_ROTATE_TO_H
#define ES_CHANGE_ROTATE_TO_H

#include "keys/change/protect.h"

/* es_host_rotate with these protectors (keys/change/rotate.h). */
ES_MUST_CHECK enum es_reason es_rotate_to(struct es_change *c, es_protect_fn *protect,
					  char ret_old_id[static ES_RECOVERY_ID_TEXT], struct es_secret **ret_recovery);

#endif
