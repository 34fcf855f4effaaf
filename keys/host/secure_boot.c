/* SPDX-License-Identifier: Apache-2.0 */
/* Judges Secure Boot for the running host, and enforces the result: nothing is sealed to a PCR 7 that vouches for
 * nothing. */
#include "keys/host/secure_boot.h"

#include "keys/core/defences.h"
#include "keys/host/booted_image.h"
#include "keys/host/state.h"
#include "keys/image/booted.h"
#include "keys/image/efi_variables.h"
#include "keys/store/file.h"

#include <fcntl.h>

static bool variable_on(const struct es_host *host)
{
	if (host->have_boot && host->boot.stub)
		return host->boot.handover.secure_boot;
	return es_efi_variable_is_one(host->efivars, "SecureBoot", ES_EFI_GLOBAL);
}

static void judge(const struct es_host *host, struct es_secure_boot *ret)
{
	static const struct es_pcr_values none = { .present = 0 };
	struct es_secure_boot_request q = { .read = host->have_boot ? &host->boot.before_fence : &none,
					    .stub = host->have_boot && host->boot.stub,
					    .variable_on = variable_on(host),
					    .modes = es_secure_boot_modes(host->efivars) };
	ES_BUF log = { NULL, 0 };
	ES_BOOTED_FILE file = { .path = "" };

	if (!ES_WITH_SECURE_BOOT_CHECK) {
		*ret = (struct es_secure_boot){ .state = q.variable_on ? ES_SECURE_BOOT_BY_DB : ES_SECURE_BOOT_OFF };
		return;
	}
	if (es_file_read(AT_FDCWD, host->event_log, ES_LOG_MAX, &log) == ES_OK)
		q.log = es_buf_span(&log);
	if (es_booted_open(host, q.log, &file))
		q.installed = &file.pe;
	es_secure_boot_judge(&q, ret);
}

void es_host_secure_boot(struct es_host *host, struct es_secure_boot *ret)
{
	if (!host->have_judged)
		judge(host, &host->judged);
	host->have_judged = true;
	*ret = host->judged;
}

static bool is_off(enum es_secure_boot_state state)
{
	return state == ES_SECURE_BOOT_OFF || state == ES_SECURE_BOOT_SETUP || state == ES_SECURE_BOOT_AUDIT;
}

static enum es_reason refuse(struct es_host *host, enum es_reason reason, const struct es_secure_boot *judged)
{
	const struct es_secure_boot_words *w = es_secure_boot_words(judged->state);
	bool told = judged->detail[0] != '\0';

	/* ES_NOT_MET's own advice covers Secure Boot that is switched off. */
	return es_host_refuse(host, reason, "Secure Boot is %s%s%s%s%s%s", w->what, told ? " (" : "", judged->detail,
			      told ? ")" : "", reason == ES_NOT_MET ? "" : ". ", reason == ES_NOT_MET ? "" : w->advice);
}

enum es_reason es_host_secure_boot_refuse(struct es_host *host, const struct es_secure_boot *judged)
{
	return refuse(host, is_off(judged->state) ? ES_NOT_MET : ES_NOT_VOUCHED, judged);
}

/* That boot was judged when it was sealed to; the same PCR 7 vouches for as much now. */
static bool sealed_to_pcr_7(const struct es_info *info, const struct es_pcr_values *now)
{
	for (unsigned i = 0; i < info->protector_count; i++) {
		const struct es_protector *p = info->protectors[i];

		if (p->type == ES_PROTECTOR_TPM && (p->tpm.pcrs & ES_PCR_BIT(ES_PCR_SECURE_BOOT)) != 0 &&
		    es_pcr_differ(&p->tpm.expected, now, ES_PCR_BIT(ES_PCR_SECURE_BOOT)) == 0)
			return true;
	}
	return false;
}

enum es_reason es_host_secure_boot_needed(struct es_host *host, const struct es_info *info,
					  const struct es_pcr_values *now)
{
	struct es_secure_boot judged;

	if (!info->require_secure_boot)
		return ES_OK;
	es_host_secure_boot(host, &judged);
	if (es_secure_boot_vouched(judged.state) ||
	    (judged.state == ES_SECURE_BOOT_NO_FILE && sealed_to_pcr_7(info, now)))
		return ES_OK;
	return refuse(host, ES_NOT_VOUCHED, &judged);
}
