/* SPDX-License-Identifier: Apache-2.0 */
/* What was in a path before this start was the first to cover it. */
#ifndef ES_TOOLS_WATCH_ADOPT_H
#define ES_TOOLS_WATCH_ADOPT_H

#include "keys/host/host.h"

/* On a host that has adopted before: adopts it, once, and says so in the journal. A failure is reported and not
 * retried: `status` names what is in the clear. */
void es_watch_adopt(struct es_host *host, const char *run_dir);

#endif
