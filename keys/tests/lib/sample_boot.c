/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/sample_boot.h"

#include <string.h>

struct es_handover sample_handover(void)
{
	struct es_handover h = {
		.measured = ES_MEASURED,
		.outside = ES_OUTSIDE_DROPPED,
		.secure_boot = true,
		.recovery = true,
		.firmware_options = 3,
		.bank = { true, true },
		.bank_refused = { false, true },
		.device_uuid = SAMPLE_PARTITION,
	};

	return h;
}

struct es_boot_record sample_boot(void)
{
	struct es_boot_record r = {
		.state = ES_BOOT_UNLOCKED,
		.opened_by = ES_OPENED_BY_RECOVERY,
		.stub = true,
		.handover = sample_handover(),
		.refusal = "pcr-mismatch",
		.refusal_detail = "PCR 11: section .initrd of the image",
		.recovery_at_console = true,
		.bank = 1,
		.generation = 42,
		.tpm = true,
		.fenced = true,
		.fence_vouched = true,
		.freshness = ES_FRESHNESS_OLD,
		.has_counter = true,
		.counter = 47,
		.consent = ES_CONSENT_OLD,
		.unlock_ms = 812,
		.tpm_commands = 17,
		.path_count = 2,
		.paths = { "/etc", "/opt/app/conf" },
	};

	r.before_fence.present = ES_PCR_BIT(0) | ES_PCR_BIT(11) | ES_PCR_BIT(23);
	memset(&r.before_fence.value[0], 0x10, ES_SHA256_LEN);
	memset(&r.before_fence.value[11], 0xab, ES_SHA256_LEN);
	memset(&r.before_fence.value[23], 0xff, ES_SHA256_LEN);
	return r;
}
