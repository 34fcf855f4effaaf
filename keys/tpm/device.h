/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's TPM device. tpm2-tss's device TCTI isn't used: it is loaded at run time (and would be missing in an
 * initramfs), sends a command of its own when it is opened, and considers a TPM absent that takes over a second for
 * that. Private to keys/tpm.
 */
#ifndef ES_TPM_DEVICE_H
#define ES_TPM_DEVICE_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

#include <tss2/tss2_common.h>

#define ES_TPM_SYSFS  "/sys/class/tpm/tpm0"
#define ES_TPM_DEVICE "/dev/tpmrm0"

/* ES_TPM_VERSION: sysfs/tpm_version_major is 1; ES_TPM_ABSENT: no such device; ES_TPM_NO_MANAGER: no such device,
 * although sysfs knows a TPM 2.0; ES_TPM_DENIED: we may not open it. */
ES_MUST_CHECK enum es_reason es_tpm_device_check(const char *sysfs, const char *device);

/* The kernel gives a device without a resource manager (/dev/tpm0) to one program at a time. */
#define ES_DEVICE_IN_USE (TSS2_TCTI_RC_LAYER | TSS2_LAYER_IMPLEMENTATION_SPECIFIC_OFFSET | 1u)

/* TSS2_TCTI_RC_NOT_PERMITTED, ES_DEVICE_IN_USE, or IO_ERROR: it doesn't exist. The caller closes *ret_fd. */
ES_MUST_CHECK TSS2_RC es_device_open(const char *path, int *ret_fd);

/* Sends one command and receives one answer of at most cap bytes; blocks for as long as the TPM takes. */
ES_MUST_CHECK TSS2_RC es_device_exchange(int fd, struct es_span command, uint8_t *response, size_t cap,
					 size_t *ret_len);

#endif
