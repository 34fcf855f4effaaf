/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_TOOLS_DISPATCH_H
#define ES_TOOLS_DISPATCH_H

#include "keys/core/reason.h"

/* The whole program below main(): parses, runs the verb, checks that its output was written. */
enum es_exit es_dispatch(int argc, char *const *argv);

#endif
