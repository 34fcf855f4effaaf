/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_TOOLS_VERB_TABLE_H
#define ES_TOOLS_VERB_TABLE_H

#include "tools/verb.h"

/* All that etcseal can do. It names every verb's file, so only what is above them all includes this: what is below takes the table
 * from its struct es_args. */
extern const struct es_verb es_verbs[];

#endif
