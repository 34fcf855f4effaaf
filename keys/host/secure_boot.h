/* SPDX-License-Identifier: Apache-2.0 */
/* What depends on the judgement on Secure Boot (es_host_secure_boot, host.h): nothing is sealed to a PCR 7 that vouches
 * for nothing. */
#ifndef ES_HOST_SECURE_BOOT_H
#define ES_HOST_SECURE_BOOT_H

#include "keys/host/host.h"

/* Call this before sealing anything under info's requirements. ES_NOT_VOUCHED: info requires Secure Boot, and there is
 * no proof that it vouched for the running image. If the image's file is missing, so that this can't be decided, the
 * PCR 7 that info is already sealed to may be sealed to again: now is what this boot measured. */
ES_MUST_CHECK enum es_reason es_host_secure_boot_needed(struct es_host *host, const struct es_info *info,
							const struct es_pcr_values *now);
/* The refusal of a requirement: ES_NOT_MET if Secure Boot is off, else ES_NOT_VOUCHED. */
ES_MUST_CHECK enum es_reason es_host_secure_boot_refuse(struct es_host *host, const struct es_secure_boot *judged);

#endif
