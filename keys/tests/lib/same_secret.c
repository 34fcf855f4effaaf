/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/same_secret.h"

#include <string.h>

bool same_secret(const struct es_secret *a, const struct es_secret *b)
{
	return es_secret_len(a) == es_secret_len(b) &&
	       memcmp(es_secret_bytes(a), es_secret_bytes(b), es_secret_len(a)) == 0;
}
