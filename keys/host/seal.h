/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing the config key of the running host to a boot. */
#ifndef ES_HOST_SEAL_H
#define ES_HOST_SEAL_H

#include "keys/host/host.h"

/* Replaces info's tpm protectors by one for the way this host booted: SRK, a fresh secret, {7 or 2, 4}, 11, 12. The values
 * are those from before the fence, confirmed by the event log; a recovery boot's are put right. Where the image's vendor
 * signs policies, one under that signature and 7, 12 comes too; and alone, if the vendor counts generations: a literal one
 * would open this image even when it is long too old. */
ES_MUST_CHECK enum es_reason es_host_seal(struct es_host *host, struct es_info *info,
					  const struct es_secret *config_key);
/* The same, but the literal protectors of that purpose stay. */
ES_MUST_CHECK enum es_reason es_host_reseal_keeping(struct es_host *host, struct es_info *info,
						    const struct es_secret *config_key, const char *purpose);
/* One more protector, literal, for a boot with these values; `purpose` as in es_protector. Protectors of another SRK go: nothing
 * opens them any more, and the helper pins the first one's. */
ES_MUST_CHECK enum es_reason es_host_add_seal(struct es_host *host, struct es_info *info,
					      const struct es_secret *config_key, const struct es_pcr_values *expected,
					      const char *purpose);
/* Each tpm protector to another key, under the policy that it has: what it is for, and unknown fields, stay. ES_TPM_CLEARED,
 * ES_TPM_OTHER: to another TPM nothing is sealed this way. */
ES_MUST_CHECK enum es_reason es_host_seal_again(struct es_host *host, struct es_info *info,
						const struct es_secret *config_key);

/* The values of pcrs in the next boot if nothing changes, confirmed by the event log, a recovery boot's put right. In PCR 12
 * what firmware hands over is as it is now. ES_NEXT_UNKNOWN: there is something for which the stub will shut the seal. */
ES_MUST_CHECK enum es_reason es_host_expected_pcrs(struct es_host *host, es_pcr_mask pcrs, struct es_pcr_values *ret);

#endif
