/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_TOOLS_VERB_TABLE_H
#define ES_TOOLS_VERB_TABLE_H

#include "tools/verb.h"

/* Every verb. The table refers to every verb's file, so only dispatch.c includes this; code below it takes the table
 * from its struct es_args. */
extern const struct es_verb es_verbs[];

#endif
