/* SPDX-License-Identifier: Apache-2.0 */
/* What was in a path before this start was the first to cover it. */
#ifndef ES_TOOLS_WATCH_ADOPT_H
#define ES_TOOLS_WATCH_ADOPT_H

#include "tools/watch.h"

/* On a host that has adopted before: adopts it, and says so in the journal. False: try again later, since the boot
 * partition isn't there yet, or another command is running. Any other failure is reported and not retried: `status`
 * names what is in the clear. */
bool es_watch_adopt(const struct es_watch *w);

#endif
