/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing the config key of the running host to a boot. */
#ifndef ES_HOST_SEAL_H
#define ES_HOST_SEAL_H

#include "keys/host/host.h"

/* Replaces info's tpm protectors by one for the way this host booted: SRK, a fresh secret, PCRs {7 or 2, 4}, 11, 12.
 * The values are those from before the fence, confirmed by the event log, and corrected after a recovery boot. If the
 * image's vendor signs policies, a protector under that signature and PCRs 7 and 12 is added. If the vendor counts
 * generations, that one is the only one: a literal protector would open this image even when it is long outdated. */
ES_MUST_CHECK enum es_reason es_host_seal(struct es_host *host, struct es_info *info,
					  const struct es_secret *config_key);
/* The same, but keeps the literal protectors with that purpose. */
ES_MUST_CHECK enum es_reason es_host_reseal_keeping(struct es_host *host, struct es_info *info,
						    const struct es_secret *config_key, const char *purpose);
/* One more literal protector, for a boot with these values; `purpose` as in es_protector. Protectors of another SRK are
 * removed: nothing opens them any more, and the helper pins the first one's SRK. */
ES_MUST_CHECK enum es_reason es_host_add_seal(struct es_host *host, struct es_info *info,
					      const struct es_secret *config_key, const struct es_pcr_values *expected,
					      const char *purpose);
/* Seals each tpm protector to another key, under the policy that it has: purpose and unknown fields stay.
 * ES_TPM_CLEARED, ES_TPM_OTHER: nothing is sealed to another TPM this way. */
ES_MUST_CHECK enum es_reason es_host_seal_again(struct es_host *host, struct es_info *info,
						const struct es_secret *config_key);

/* The values of pcrs in the next boot if nothing changes, confirmed by the event log, and corrected after a recovery
 * boot. PCR 12 includes what firmware hands over now. ES_NEXT_UNKNOWN: there is something that will make the stub shut
 * the seal. */
ES_MUST_CHECK enum es_reason es_host_expected_pcrs(struct es_host *host, es_pcr_mask pcrs, struct es_pcr_values *ret);

#endif
