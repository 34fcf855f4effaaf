/* SPDX-License-Identifier: Apache-2.0 */
/* Help and completion, generated from the table of verbs. */
#ifndef ES_TOOLS_HELP_H
#define ES_TOOLS_HELP_H

#include "tools/verb.h"

#include <stdio.h>

void es_help_overview(const struct es_verb *verbs, FILE *out);
/* The help of one verb; verb NULL: of all. name is its full name, "recovery list". */
enum es_exit es_help_show(const struct es_args *args, const struct es_verb *verb, const char *name, FILE *out);

enum es_exit es_verb_help(const struct es_args *args);
enum es_exit es_verb_version(const struct es_args *args);
enum es_exit es_verb_completion(const struct es_args *args);

#endif
