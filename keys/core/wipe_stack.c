/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/wipe_stack.h"

#include "keys/core/wipe.h"

ES_OWN_FRAME void es_wipe_stack(void)
{
	unsigned char below[ES_STACK_WIPE_LEN];

	es_wipe(below, sizeof below);
}
