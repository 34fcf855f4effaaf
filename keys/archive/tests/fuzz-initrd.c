/* SPDX-License-Identifier: Apache-2.0 */
/* An initramfs that is called good starts with something that the kernel unpacks. */
#include "keys/archive/initrd.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum es_initrd kind = es_initrd_inspect((struct es_span){ data, size });

	if ((unsigned)kind >= ES_INITRD_COUNT || (size < 2 && kind != ES_INITRD_UNKNOWN))
		abort();
	return 0;
}
