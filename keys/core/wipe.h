/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing and comparing what is secret, in firmware and on the host alike. */
#ifndef ES_CORE_WIPE_H
#define ES_CORE_WIPE_H

#include <stdbool.h>
#include <stddef.h>

/* Overwrites with zeros in a way that the compiler keeps. */
void es_wipe(void *data, size_t len);

/* Takes the same time wherever the two differ. */
bool es_equal_constant_time(const void *a, const void *b, size_t len);

#endif
