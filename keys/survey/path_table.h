/* SPDX-License-Identifier: Apache-2.0 */
/* Private to keys/survey: paths, each with the package that has it, the checksums that packages know for it, and where
 * a diversion moves it (dpkg-divert(1)). Bounded: what comes after the bounds isn't taken in, and is nobody's. */
#ifndef ES_SURVEY_PATH_TABLE_H
#define ES_SURVEY_PATH_TABLE_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"
#include "keys/crypto/hash.h"

enum {
	ES_PATH_ENTRIES_MAX = 1 << 23,
	ES_NO_ENTRY = UINT32_MAX,
};

struct es_path_sum {
	uint8_t md5[ES_MD5_LEN];
	uint32_t next; /* another one of the same path, or ES_NO_ENTRY */
};

struct es_path_entry {
	struct es_span path; /* absolute; its bytes are the caller's, and outlive the table */
	uint64_t hash;
	const char *owner; /* NULL: no package has it */
	uint32_t sum;
	uint32_t moved_to; /* the entry where a diversion moves it, or ES_NO_ENTRY */
	const char *moved_by;
};

struct es_path_table {
	uint64_t seed;
	struct es_path_entry *entries;
	size_t count, room;
	struct es_path_sum *sums;
	size_t sum_count, sum_room;
	uint32_t *slots; /* of a power of two */
	size_t slot_count;
};

ES_MUST_CHECK enum es_reason es_path_table_init(struct es_path_table *t);
void es_path_table_free(struct es_path_table *t);

/* ES_NO_ENTRY if there is none. */
uint32_t es_path_table_find(const struct es_path_table *t, struct es_span path);
/* Finds or adds. ES_TOO_LARGE, ES_MEMORY. */
ES_MUST_CHECK enum es_reason es_path_table_put(struct es_path_table *t, struct es_span path, uint32_t *ret);

/* The package's file of that path, which is elsewhere if another package has diverted it. package outlives the
 * table. */
ES_MUST_CHECK enum es_reason es_path_table_own(struct es_path_table *t, struct es_span path, const char *package);
/* The same, with a checksum; of two packages that have a path, the one with a checksum is its owner. */
ES_MUST_CHECK enum es_reason es_path_table_own_sum(struct es_path_table *t, struct es_span path, const char *package,
						   const uint8_t md5[static ES_MD5_LEN]);

#endif
