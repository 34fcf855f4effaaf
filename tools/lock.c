/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/lock.h"

#include "keys/core/harden.h"
#include "tools/output.h"

void es_lock_memory(void)
{
	if (es_harden_memory() != ES_OK)
		es_warn("%s", ES_MEMORY_UNLOCKED_TEXT);
}
