/* SPDX-License-Identifier: Apache-2.0 */
/* Two bytes of length, a signature, an authority: neither makes the readers do more than say no. */
#include "keys/crypto/signer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ES_BUF der = { NULL, 0 };
	size_t len;

	if (size < 2)
		return 0;
	len = data[0] | (size_t)data[1] << 8;
	data += 2;
	size -= 2;
	if (len > size)
		len = size;
	if (es_signer_certificate((struct es_span){ data, len }, &der) == ES_OK && der.len == 0)
		abort();
	(void)!es_signer_leads_to((struct es_span){ data, len }, (struct es_span){ data + len, size - len });
	return 0;
}
