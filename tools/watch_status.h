/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the watching service, for `etcseal status`. */
#ifndef ES_TOOLS_WATCH_STATUS_H
#define ES_TOOLS_WATCH_STATUS_H

#include "keys/store/watch_record.h"

#include <stdbool.h>

struct es_watch_status {
	bool running; /* something holds its lock */
	bool known;   /* this boot has a readable watch.json */
	struct es_watch_record record;
};
void es_watch_status(const char *run_dir, struct es_watch_status *ret);

#endif
