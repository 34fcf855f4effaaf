/* SPDX-License-Identifier: Apache-2.0 */
/* The cpio after the embedded initrd: what the stub hands over to the boot helper. FORMAT.md, "Handover". */
#ifndef ES_EFI_HANDOVER_H
#define ES_EFI_HANDOVER_H

#include "efi/banks.h"
#include "keys/core/handover.h"
#include "keys/core/pe.h"

struct es_handover_cpio_request {
	const struct es_handover *handover;
	const struct es_banks *banks;
	const struct es_uki *uki;
	const char *recovery_value; /* NULL: none */
};

struct es_handover_cpio {
	struct es_pages cpio;    /* secret if it contains a recovery key */
	struct es_span recovery; /* the key's bytes within it; empty: none */
};

ES_MUST_CHECK EFI_STATUS es_handover_cpio_build(const struct es_firmware *fw,
						const struct es_handover_cpio_request *request,
						struct es_handover_cpio *ret);

#endif
