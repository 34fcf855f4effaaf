/* SPDX-License-Identifier: Apache-2.0 */
/* What is below the configuration, as `adopt`, `below` and `init` show it. */
#ifndef ES_TOOLS_BELOW_H
#define ES_TOOLS_BELOW_H

#include "keys/change/adopt.h"
#include "tools/common.h"

enum { ES_BELOW_NAMED = 3 };

/* Files kept for the output: all of them, and the first few of each kind of secret. */
struct es_below_list {
	struct es_below_line {
		char *path;
		enum es_below state;
		enum es_packaged packaged;
		enum es_sensitive sensitive;
		mode_t mode;
		uint64_t size;
	} * line;
	size_t count, room;
};
void es_below_list_free(struct es_below_list *list);
#define ES_BELOW_LIST ES_SCOPED(es_below_list_free) struct es_below_list

es_below_fn es_below_keep; /* context: struct es_below_list */

/* "pending  changed  /etc/shadow  (password hashes)" */
void es_below_say(const struct es_args *args, const struct es_below_list *list);
void es_below_emit(struct es_emit *j, const char *name, const struct es_below_list *list);

/* Warns of covered paths that weren't looked at. */
void es_unseen_say(const struct es_adopt_report *report);
/* After an adoption: how many, what happens next, what can't be undone, and which secrets to renew. */
void es_adopt_say(const struct es_args *args, const struct es_adopt_report *report, const struct es_below_list *list);
void es_adopt_emit(struct es_emit *j, const struct es_adopt_report *report);

#endif
