/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts the kernel without LoadImage, which would measure it into PCR 4 and verify its own signature: the kernel was
 * already measured and verified as part of this image. It runs with a LoadedImage protocol on a handle of its own.
 */
#ifndef ES_EFI_START_H
#define ES_EFI_START_H

#include "efi/firmware.h"
#include "keys/core/pe.h"

struct es_start_request {
	struct es_span kernel;  /* a PE file */
	struct es_span options; /* UTF-8 */
	uint16_t machine;       /* the PE machine type of the stub */
};

/* Returns only if the kernel doesn't start, or returns: then the firmware's state is restored, and the failure
 * reported. */
ES_MUST_CHECK EFI_STATUS es_start(const struct es_firmware *fw, const struct es_start_request *request);

#endif
