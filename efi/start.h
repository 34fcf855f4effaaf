/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts the kernel without LoadImage: the firmware would measure it into PCR 4 and verify a signature of its own, and it
 * was measured and verified as a part of us. It runs as an image of ours, with a LoadedImage protocol on its own handle.
 */
#ifndef ES_EFI_START_H
#define ES_EFI_START_H

#include "efi/firmware.h"
#include "keys/core/pe.h"

struct es_start_request {
	struct es_span kernel;  /* a PE file */
	struct es_span options; /* UTF-8 */
	uint16_t machine;       /* what we run on */
};

/* Returns only if the kernel doesn't start, or comes back: then everything is as it was, and has been said. */
ES_MUST_CHECK EFI_STATUS es_start(const struct es_firmware *fw, const struct es_start_request *request);

#endif
