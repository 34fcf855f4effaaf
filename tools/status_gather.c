/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/status.h"

#include "keys/change/save.h"
#include "keys/host/firmware.h"
#include "keys/host/pins.h"
#include "keys/image/options.h"
#include "tools/common.h"

#include <stdio.h>
#include <string.h>

const char *const es_bank_state_names[ES_BANK_WHOLE + 1] = { "absent", "damaged", "whole" };

static void keep_detail(const struct es_host *host, enum es_reason r, char ret[static ES_STATUS_DETAIL])
{
	snprintf(ret, ES_STATUS_DETAIL, "%s", r == ES_OK || r == ES_TPM_ABSENT ? "" : es_host_detail(host));
}

static bool seal_fits(const struct es_info *info, const struct es_boot_record *boot)
{
	bool fits = false;

	for (unsigned i = 0; info != NULL && boot != NULL && i < info->protector_count; i++) {
		const struct es_protector *p = info->protectors[i];
		es_pcr_mask pcrs = p->tpm.pcrs & ~ES_PCR_BIT(ES_PCR_OPTIONS);

		fits |= p->type == ES_PROTECTOR_TPM && pcrs != 0 &&
			es_pcr_differ(&p->tpm.expected, &boot->before_fence, pcrs) == 0;
	}
	return fits;
}

static void look_at_firmware(struct es_status *s)
{
	ES_BUF options = { NULL, 0 };

	if (es_host_firmware(s->host, &s->firmware) != ES_OK)
		s->firmware = (struct es_firmware_now){ .count = 0 };
	s->takes_credentials = es_host_options(s->host, &options) == ES_OK &&
			       !es_needed_option_given(es_buf_span(&options), ES_NEEDED_NO_CREDENTIALS);
}

/* An image that is pinned to something else will not open what is saved now. */
static void look_at_pins(struct es_status *s)
{
	struct es_pins pins = { .key_count = 0 };
	enum es_reason r = es_host_image_pins(s->host, &pins);

	s->pinned = r == ES_BAD_PINS || pins.has_srk || es_pins_expect_config(&pins);
	if (s->pinned && r == ES_OK && s->state == ES_OK)
		r = es_host_fits_pins(s->host, &pins, &s->pinned_to_old_key);
	s->pins = s->pinned ? r : ES_OK;
	keep_detail(s->host, s->pins, s->pins_detail);
}

void es_status_free(struct es_status *s)
{
	es_firmware_now_free(&s->firmware);
}

void es_status_gather(struct es_host *host, const char *run_dir, struct es_status *ret)
{
	const struct es_protector *kdf;

	*ret = (struct es_status){ .host = host };
	ret->state = es_host_verify(host);
	keep_detail(host, ret->state, ret->state_detail);
	ret->boot = es_host_boot(host);
	ret->info = es_host_bank(host) != NULL ? es_host_bank(host)->info : NULL;
	ret->recovery = es_recovery_protector(host);
	kdf = es_kdf_protector(host);
	ret->bound = kdf != NULL && kdf->kdf.bound_to_product_uuid;
	ret->fits = seal_fits(ret->info, ret->boot);
	ret->tpm = es_host_tpm_usable(host);
	keep_detail(host, ret->tpm, ret->tpm_detail);
	ret->counter = es_host_counter(host, &ret->counter_value);
	es_host_secure_boot(host, &ret->secure_boot);
	es_root_check("/proc/self/mountinfo", "/sys", &ret->root);
	look_at_firmware(ret);
	look_at_pins(ret);
	es_watch_status(run_dir, &ret->watch);
	ret->unsaved_reason = es_host_unsaved(host, &ret->unsaved, &ret->packed);
	keep_detail(host, ret->unsaved_reason, ret->unsaved_detail);
	ret->below_reason = es_host_look_below(host, &(struct es_adopt_request){ .dry_run = true }, &ret->below);
	if (ret->boot != NULL)
		es_elsewhere_gather(ret->boot, &ret->elsewhere);
	es_status_warn(ret);
}
