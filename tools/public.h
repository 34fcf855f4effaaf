/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What anyone on the host may know of it: root's timer writes it (etcseal-monitor.service), `status` and `monitor` of
 * other users show it. Lines of "name value"; nothing in it is of the configuration.
 */
#ifndef ES_TOOLS_PUBLIC_H
#define ES_TOOLS_PUBLIC_H

#include "keys/core/buf.h"
#include "keys/store/info.h"
#include "tools/conditions.h"

#include <time.h>

#define ES_PUBLIC_DIR     "/run/etcseal-public"
#define ES_PUBLIC_STATUS  "status"
#define ES_PUBLIC_METRICS "etcseal.prom"

enum { ES_PUBLIC_AGE = 15 * 60 /* seconds after which it says nothing about now */ };

struct es_public {
	time_t time;
	bool configured, opened;
	enum es_mode mode;
	uint64_t generation;
	bool unsaved, watched;
	bool next_known, next_opens; /* the next boot */
	bool has[ES_CONDITION_COUNT];
};

/* The worst level of its conditions; unknown if nothing is configured. */
enum es_level es_public_level(const struct es_public *p);
unsigned es_public_count(const struct es_public *p, enum es_level level);

ES_MUST_CHECK enum es_reason es_public_write(const struct es_public *p, struct es_buf *ret);
/* ES_FORMAT: not one of this release. */
ES_MUST_CHECK enum es_reason es_public_parse(struct es_span text, struct es_public *ret);
/* For a text-file collector of Prometheus. */
ES_MUST_CHECK enum es_reason es_public_metrics(const struct es_public *p, struct es_buf *ret);

/* Both files, readable by everyone. ES_MISSING: no such folder. */
ES_MUST_CHECK enum es_reason es_public_save(const char *dir, const struct es_public *p);
/* ES_MISSING; ES_UNSAFE: the file isn't root's. */
ES_MUST_CHECK enum es_reason es_public_load(const char *dir, struct es_public *ret);

#endif
