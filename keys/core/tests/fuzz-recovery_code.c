/* SPDX-License-Identifier: Apache-2.0 */
/* A key that is read is written back the same; a fault names a group from 1 to 16, and leaves no key. */
#include "keys/core/recovery_code.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[ES_RECOVERY_LEN];
	uint8_t key[ES_RECOVERY_LEN], again[ES_RECOVERY_LEN];
	char text[ES_RECOVERY_TEXT_LEN + 1];
	struct es_code_fault fault = { ES_GROUP_OK, 0, 0 };

	if (es_recovery_code_read((const char *)data, size, key, &fault) == ES_OK) {
		es_recovery_code_write(key, text);
		if (es_recovery_code_read(text, strlen(text), again, &fault) != ES_OK ||
		    memcmp(key, again, sizeof key) != 0)
			abort();
	} else if (fault.fault == ES_GROUP_OK || fault.group < 1 || fault.group > ES_RECOVERY_GROUPS ||
		   fault.fits > 11 || memcmp(key, zeros, sizeof key) != 0) {
		abort();
	}
	return 0;
}
