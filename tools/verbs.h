/* SPDX-License-Identifier: Apache-2.0 */
/* The functions in the table, one file each. */
#ifndef ES_TOOLS_VERBS_H
#define ES_TOOLS_VERBS_H

#include "keys/host/host.h"
#include "tools/verb.h"

es_verb_fn es_verb_adopt;
es_verb_fn es_verb_backup;
es_verb_fn es_verb_below;
es_verb_fn es_verb_check;
es_verb_fn es_verb_diff;
es_verb_fn es_verb_extract;
es_verb_fn es_verb_get;
es_verb_fn es_verb_init;
es_verb_fn es_verb_monitor;
es_verb_fn es_verb_recovery_list;
es_verb_fn es_verb_recovery_rotate;
es_verb_fn es_verb_reseal;
es_verb_fn es_verb_set;
es_verb_fn es_verb_status;
es_verb_fn es_verb_watch;

/* What root's timer has published (tools/public.h), for users who may not see more. false: nothing is there. */
bool es_status_published(const struct es_args *args, const char *dir, enum es_exit *ret);

/* As `get` prints them; `set --json` too. */
enum es_exit es_show_settings(const struct es_args *args, const struct es_info *info);

#endif
