/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's TPM. Spoken to here and not by tpm2-tss's device TCTI, which is loaded at run time (so an initramfs would
 * lack it), sends a command of its own when it is opened, and takes a TPM for absent that needs over a second for it.
 * Private to keys/tpm.
 */
#ifndef ES_TPM_DEVICE_H
#define ES_TPM_DEVICE_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

#include <tss2/tss2_common.h>

#define ES_TPM_SYSFS  "/sys/class/tpm/tpm0"
#define ES_TPM_DEVICE "/dev/tpmrm0"

/* ES_TPM_VERSION: sysfs/tpm_version_major says 1; ES_TPM_ABSENT: no such device; ES_TPM_NO_MANAGER: none, though sysfs
 * knows a TPM 2.0; ES_TPM_DENIED: not ours to open. */
ES_MUST_CHECK enum es_reason es_tpm_device_check(const char *sysfs, const char *device);

/* The kernel lets one program at a time have a device without a resource manager (/dev/tpm0). */
#define ES_DEVICE_IN_USE (TSS2_TCTI_RC_LAYER | TSS2_LAYER_IMPLEMENTATION_SPECIFIC_OFFSET | 1u)

/* TSS2_TCTI_RC_NOT_PERMITTED, ES_DEVICE_IN_USE, or IO_ERROR: it isn't there. The caller closes *ret_fd. */
ES_MUST_CHECK TSS2_RC es_device_open(const char *path, int *ret_fd);

/* One command, one answer of at most cap bytes; blocks for as long as the TPM takes. */
ES_MUST_CHECK TSS2_RC es_device_exchange(int fd, struct es_span command, uint8_t *response, size_t cap,
					 size_t *ret_len);

#endif
