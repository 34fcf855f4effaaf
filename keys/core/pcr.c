/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/pcr.h"

#include <string.h>

bool es_pcr_extend(struct es_digest *pcr, const struct es_digest *digest, es_sha256_fn *sha256)
{
	const struct es_span parts[] = { { pcr->bytes, sizeof pcr->bytes }, { digest->bytes, sizeof digest->bytes } };
	struct es_digest extended;

	if (!sha256(parts, 2, &extended))
		return false;
	*pcr = extended;
	return true;
}

bool es_pcr_event(struct es_digest *pcr, struct es_span data, es_sha256_fn *sha256)
{
	struct es_digest digest;

	return sha256(&data, 1, &digest) && es_pcr_extend(pcr, &digest, sha256);
}

bool es_pcr_is_unset(const struct es_digest *pcr)
{
	uint8_t any = 0, all = 0xff;

	for (size_t i = 0; i < sizeof pcr->bytes; i++) {
		any |= pcr->bytes[i];
		all &= pcr->bytes[i];
	}
	return any == 0 || all == 0xff;
}

bool es_digest_equal(const struct es_digest *a, const struct es_digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

es_pcr_mask es_pcr_differ(const struct es_pcr_values *a, const struct es_pcr_values *b, es_pcr_mask mask)
{
	es_pcr_mask differ = mask & ~(ES_PCR_BIT(ES_PCR_COUNT) - 1); /* PCRs that don't exist */

	for (unsigned n = 0; n < ES_PCR_COUNT; n++) {
		es_pcr_mask bit = mask & ES_PCR_BIT(n);

		if ((a->present & b->present & bit) != bit || !es_digest_equal(&a->value[n], &b->value[n]))
			differ |= bit;
	}
	return differ;
}

/* Linux TPM PCR registry (UAPI group); TCG PC Client Platform Firmware Profile 1.05, section 3.3.4. */
static const char *const meanings[ES_PCR_COUNT] = {
	[0] = "the firmware's own code",
	[1] = "the firmware's settings and the boot order",
	[2] = "the drivers that the firmware loaded, from cards or disks",
	[3] = "settings of add-in cards",
	[4] = "the boot programs that the firmware loaded",
	[5] = "the partition table and boot loader settings",
	[6] = "the maker's own measurements",
	[7] = "the Secure Boot state and keys",
	[8] = "boot loader commands and kernel options",
	[9] = "files that the boot loader or the kernel loaded",
	[10] = "programs and files measured by the running kernel (IMA)",
	[11] = "the boot image's sections (kernel, initrd, options)",
	[12] = "boot options that came from outside the image",
	[13] = "the configuration banks",
	[14] = "the machine owner keys of shim",
	[15] = "the system's identity",
	[16] = "debugging",
	[17] = "the dynamic launch environment",
	[18] = "the dynamic launch environment",
	[19] = "the dynamic launch environment",
	[20] = "the dynamic launch environment",
	[21] = "the dynamic launch environment",
	[22] = "the dynamic launch environment",
	[23] = "what applications measured",
};

const char *es_pcr_meaning(unsigned pcr)
{
	return pcr < ES_PCR_COUNT ? meanings[pcr] : "no PCR";
}
