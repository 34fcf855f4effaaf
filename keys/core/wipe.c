/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/wipe.h"

#include "keys/core/defences.h"

#include <stdint.h>
#include <string.h>

void es_wipe(void *data, size_t len)
{
	if (len == 0 || !ES_WITH_WIPE)
		return;
	memset(data, 0, len);
	/* Makes the compiler assume that something reads the zeros. */
	__asm__ __volatile__("" : : "r"(data) : "memory");
}

bool es_equal_constant_time(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t differ = 0;

	for (size_t i = 0; i < len; i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}
