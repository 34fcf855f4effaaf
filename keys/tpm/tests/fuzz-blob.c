/* SPDX-License-Identifier: Apache-2.0 */
/* This room's blobs in encryption.info; the first byte chooses which. */
#include "keys/tpm/blob.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_span in = { data + 1, size - 1 };
	TPM2B_PUBLIC public;
	TPM2B_PRIVATE private;
	TPMS_NV_PUBLIC nv;

	if (size == 0)
		return 0;
	switch (data[0] % 4) {
	case 0:
		es_srk_blob_read(in, &public);
		break;
	case 1:
		es_sealed_public_read(in, &public);
		break;
	case 2:
		es_sealed_private_read(in, &private);
		break;
	default:
		es_nv_blob_read(in, &nv);
	}
	return 0;
}
