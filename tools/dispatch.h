/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_TOOLS_DISPATCH_H
#define ES_TOOLS_DISPATCH_H

#include "keys/core/reason.h"

/* All of the program behind main(): parses, runs the verb, checks that its output went out. */
enum es_exit es_dispatch(int argc, char *const *argv);

#endif
