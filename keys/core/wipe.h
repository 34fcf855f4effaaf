/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing and comparing secrets, in firmware and on the host alike. */
#ifndef ES_CORE_WIPE_H
#define ES_CORE_WIPE_H

#include <stdbool.h>
#include <stddef.h>

/* Overwrites with zeros; the compiler can't optimise it away. */
void es_wipe(void *data, size_t len);

/* Takes the same time wherever the first difference is. */
bool es_equal_constant_time(const void *a, const void *b, size_t len);

#endif
