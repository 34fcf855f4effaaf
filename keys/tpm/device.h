/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the kernel has a TPM 2.0, before anything is sent to it. Private to keys/tpm. */
#ifndef ES_TPM_DEVICE_H
#define ES_TPM_DEVICE_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#define ES_TPM_SYSFS  "/sys/class/tpm/tpm0"
#define ES_TPM_DEVICE "/dev/tpmrm0"

/* ES_TPM_VERSION: sysfs/tpm_version_major says 1; ES_TPM_ABSENT: no such device; ES_PERMISSION: not ours to open. */
ES_MUST_CHECK enum es_reason es_tpm_device_check(const char *sysfs, const char *device);

#endif
