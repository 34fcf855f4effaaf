/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on the judgement on Secure Boot (es_host_secure_boot, host.h): nothing is sealed to a PCR 7 that vouches for nothing. */
#ifndef ES_HOST_SECURE_BOOT_H
#define ES_HOST_SECURE_BOOT_H

#include "keys/host/host.h"

/* Before something is sealed under info's requirements. ES_NOT_VOUCHED: it requires Secure Boot, and it isn't shown that this
 * vouched for the image that runs. Where the image's file is missing, so that it can't be told, what info is sealed to already
 * may be sealed to again: now is what this boot measured. */
ES_MUST_CHECK enum es_reason es_host_secure_boot_needed(struct es_host *host, const struct es_info *info,
							const struct es_pcr_values *now);
/* A requirement can't be made: ES_NOT_MET where Secure Boot is off, else ES_NOT_VOUCHED. */
ES_MUST_CHECK enum es_reason es_host_secure_boot_refuse(struct es_host *host, const struct es_secure_boot *judged);

#endif
