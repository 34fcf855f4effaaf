/* SPDX-License-Identifier: Apache-2.0 */
/* Whether two secrets have the same length and bytes. The product compares no two of them. */
#ifndef ES_TESTLIB_SAME_SECRET_H
#define ES_TESTLIB_SAME_SECRET_H

#include "keys/core/secret.h"

#include <stdbool.h>

bool same_secret(const struct es_secret *a, const struct es_secret *b);

#endif
