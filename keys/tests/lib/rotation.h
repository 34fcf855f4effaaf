/* SPDX-License-Identifier: Apache-2.0 */
/* A host whose keys are changed: "first" is saved with the old ones, "second" is yet to be saved. */
#ifndef ES_TESTLIB_ROTATION_H
#define ES_TESTLIB_ROTATION_H

#include "keys/tests/lib/machine.h"

struct rotation {
	struct machine m;
	struct es_boot_record record;
	char before[ES_RECOVERY_TEXT_LEN + 1], after[ES_RECOVERY_TEXT_LEN + 1]; /* recovery keys */
	char old_id[ES_RECOVERY_ID_TEXT];
};

void rotation_start(struct rotation *s, bool kdf);
enum es_reason rotation_boot(struct rotation *s, const char *recovery); /* the key, or NULL */
enum es_reason rotation_backup(struct rotation *s);

/* The first step; `after` gets the key that it hands out, or "" for none. */
enum es_reason rotation_on(struct rotation *s, struct es_host *host);
/* The first step only, as if the command had died after it; and both. They must succeed. */
void rotation_half(struct rotation *s);
void rotation_whole(struct rotation *s);

void assert_rotation_opens(struct rotation *s, const char *recovery, const char *text);
void assert_rotation_lists(struct rotation *s, const char *key);
/* The running host's only key: there is no second one beside it. The caller frees it. */
void rotation_key(const struct rotation *s, struct es_secret **ret);

#endif
