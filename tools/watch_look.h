/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the watching service, for `etcseal status`. */
#ifndef ES_TOOLS_WATCH_LOOK_H
#define ES_TOOLS_WATCH_LOOK_H

#include "keys/store/watch_record.h"

#include <stdbool.h>

struct es_watch_look {
	bool running; /* something holds its lock */
	bool known;   /* this boot has a readable watch.json */
	struct es_watch_record record;
};
void es_watch_look(const char *run_dir, struct es_watch_look *ret);

#endif
