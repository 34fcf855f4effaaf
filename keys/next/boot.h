/* SPDX-License-Identifier: Apache-2.0 */
/* What resealing and checking both need to know about a future boot. */
#ifndef ES_NEXT_BOOT_H
#define ES_NEXT_BOOT_H

#include "keys/host/state.h"
#include "keys/image/predict.h"

/* The values of the policy's PCRs in a boot with that image. ES_NEXT_UNKNOWN: one of them can't be predicted;
 * ES_NEXT_REFUSED: the firmware or shim won't start the image. */
ES_MUST_CHECK enum es_reason es_next_values(struct es_host *host, const struct es_info *info,
					    const struct es_predict_request *next, struct es_prediction *ret);

/* The policies that the image carries, .pcrsig; empty if it has none. */
struct es_span es_next_signature(const struct es_predict_request *next);

/* Whether a boot with those values opens by its vendor's signature, as the helper and the TPM will find it. ES_MISSING:
 * no vendor that this host is sealed to has signed a policy for that boot; ES_IMAGE_OLD, ES_IMAGE_AHEAD,
 * ES_IMAGE_SIGNATURE, ES_COUNTER_MISSING, ES_TPM_…: there is a policy, and it will be refused; es_host_detail says
 * why. */
ES_MUST_CHECK enum es_reason es_next_by_vendor(struct es_host *host, const struct es_info *info,
					       struct es_span signature, const struct es_pcr_values *values);

/* True if shim takes part in this host's boots and was asked to do something at the next boot; es_host_detail describes
 * the request. Then the next boot measures something else, whatever image it starts. */
bool es_next_has_request(struct es_host *host, const struct es_info *info);

/* True if the host is sealed to PCR 7 and the firmware's keys are no longer those that this boot measured into it
 * (after an update of dbx, for example); es_host_detail describes the difference. */
bool es_next_has_other_keys(struct es_host *host, const struct es_info *info);

#endif
