/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/measure.h"

#include "efi/cleanup.h"
#include "efi/defences.h"
#include "keys/core/labels.h"
#include "keys/core/pcr.h"
#include "keys/core/utf16.h"

#include <string.h>

enum {
	EV_IPL = 13,
	DESCRIPTION_MAX = 64, /* bytes of a short description in UTF-16 */
};

/* *ret_unknown: the firmware doesn't say, so there may be one. */
static bool tpm_present(const struct es_firmware *fw, struct es_measuring *m, bool *ret_unknown)
{
	EFI_GUID guid = ES_TCG2_GUID;
	struct es_tcg2_capability have = { .size = sizeof have };
	void *found;

	if (EFI_ERROR(es_protocol(fw, NULL, &guid, &found)))
		return false; /* none, or a TPM 1.2 */
	m->tcg2 = found;
	if (EFI_ERROR(m->tcg2->get_capability(m->tcg2, &have)) ||
	    have.size <= offsetof(struct es_tcg2_capability, tpm_present)) {
		*ret_unknown = true;
		return true;
	}
	return have.tpm_present != 0;
}

static struct es_cc *confidential(const struct es_firmware *fw)
{
	EFI_GUID guid = ES_CC_GUID;
	struct es_cc_capability have = { .size = sizeof have };
	struct es_cc *cc;
	void *found;

	if (EFI_ERROR(es_protocol(fw, NULL, &guid, &found)))
		return NULL;
	cc = found;
	if (EFI_ERROR(cc->get_capability(cc, &have)) || !(have.event_logs & ES_TCG2_LOG_TCG_2))
		return NULL;
	return cc;
}

static void fill_event(uint8_t *to, unsigned pcr, struct es_span description)
{
	const struct es_event_header header = {
		.size = (UINT32)(sizeof header + description.len),
		.header_size = sizeof header - sizeof header.size,
		.header_version = ES_EVENT_HEADER_VERSION,
		.pcr = pcr,
		.type = EV_IPL,
	};

	memcpy(to, &header, sizeof header);
	memcpy(to + sizeof header, description.data, description.len);
}

/* Sends the event to the TPM and to the confidential VM, as far as there are any. A full log isn't a failure: the PCR
 * was extended (TCG EFI Protocol 6.6.5). */
static bool extend(struct es_measuring *m, unsigned pcr, struct es_span data, uint8_t *event)
{
	struct es_event_header *header = (struct es_event_header *)event;
	EFI_PHYSICAL_ADDRESS at = (EFI_PHYSICAL_ADDRESS)(uintptr_t)data.data;
	bool done = true;
	EFI_STATUS status;
	UINT32 mr;

	if (m->tcg2) {
		status = m->tcg2->hash_log_extend(m->tcg2, 0, at, data.len, header);
		done = !EFI_ERROR(status) || status == EFI_VOLUME_FULL;
	}
	if (m->cc) {
		status = m->cc->map_pcr(m->cc, pcr, &mr);
		if (!EFI_ERROR(status)) {
			header->pcr = mr;
			status = m->cc->hash_log_extend(m->cc, 0, at, data.len, header);
		}
		done &= !EFI_ERROR(status) || status == EFI_VOLUME_FULL;
	}
	return done;
}

/* Anyone knows the event: it only keeps the PCRs from having the expected values. */
static void poison(struct es_measuring *m, struct es_span event_text)
{
	static const unsigned pcrs[] = { ES_PCR_IMAGE, ES_PCR_OPTIONS };
	uint8_t event[sizeof(struct es_event_header) + DESCRIPTION_MAX];

	for (size_t i = 0; i < sizeof pcrs / sizeof pcrs[0]; i++) {
		fill_event(event, pcrs[i], event_text);
		(void)extend(m, pcrs[i], event_text, event);
	}
}

void es_measuring_fail(struct es_measuring *m)
{
	const struct es_span text = { (const uint8_t *)ES_UNMEASURED_EVENT, sizeof ES_UNMEASURED_EVENT - 1 };

	if ((!m->tcg2 && !m->cc) || !ES_WITH_MEASURE_CHECK || m->result == ES_MEASURED_FAILED)
		return;
	m->result = ES_MEASURED_FAILED;
	poison(m, text);
	es_say(m->fw,
	       "there is a TPM, but this boot can't be measured into it. The seal stays shut for this boot; have the "
	       "recovery key at hand, and check the TPM in the firmware setup.");
}

void es_measuring_end(struct es_measuring *m)
{
	const struct es_span text = { (const uint8_t *)ES_RETURNED_EVENT, sizeof ES_RETURNED_EVENT - 1 };

	if ((!m->tcg2 && !m->cc) || !ES_WITH_RETURN_POISON)
		return;
	poison(m, text);
	es_say(
	    m->fw,
	    "the program that starts next can't open the seal. Reboot the machine so that this image opens it again.");
}

void es_measuring_open(const struct es_firmware *fw, struct es_measuring *ret)
{
	bool unknown = false;

	*ret = (struct es_measuring){ .fw = fw, .result = ES_MEASURED };
	ret->cc = confidential(fw);
	if (!tpm_present(fw, ret, &unknown)) {
		ret->tcg2 = NULL;
		ret->result = ES_MEASURED_NOTHING;
	}
	if (unknown)
		es_measuring_fail(ret);
}

/* One EV_IPL event: extends with data, logs description as given, without adding a NUL. */
static void measure(struct es_measuring *m, unsigned pcr, struct es_span data, struct es_span description)
{
	ES_PAGES event = { .data = NULL };
	bool done;

	if (!m->tcg2 && !m->cc)
		return;
	done = !EFI_ERROR(es_pages_new(m->fw, EfiLoaderData, sizeof(struct es_event_header) + description.len, &event));
	if (done) {
		fill_event(event.data, pcr, description);
		done = extend(m, pcr, data, event.data);
	}
	if (!done)
		es_measuring_fail(m);
}

/* The description in the format of other stubs: UTF-16 with a NUL. */
static void measure_described(struct es_measuring *m, unsigned pcr, struct es_span data, const char *name)
{
	uint8_t utf16[DESCRIPTION_MAX];
	struct es_writer w = { .data = utf16, .cap = sizeof utf16 };

	es_utf16_from_utf8((struct es_span){ (const uint8_t *)name, strlen(name) }, &w);
	measure(m, pcr, data, (struct es_span){ utf16, w.bad ? 0 : w.pos });
}

void es_measure_image(struct es_measuring *m, const struct es_uki *uki)
{
	for (int i = 0; i < ES_UKI_MEASURED_COUNT; i++) {
		const char *name = es_uki_section_names[i];

		if (!uki->present[i])
			continue;
		measure_described(m, ES_PCR_IMAGE, (struct es_span){ (const uint8_t *)name, strlen(name) + 1 }, name);
		measure_described(m, ES_PCR_IMAGE, uki->section[i], name);
	}
}

void es_measure_recovery(struct es_measuring *m)
{
	const struct es_span text = { (const uint8_t *)ES_RECOVERY_EVENT, sizeof ES_RECOVERY_EVENT - 1 };

	measure(m, ES_PCR_OPTIONS, text, text);
}

void es_measure_options(struct es_measuring *m, struct es_span utf16)
{
	measure(m, ES_PCR_OPTIONS, utf16, utf16);
}

void es_measure_firmware_option(struct es_measuring *m, struct es_span event)
{
	measure(m, ES_PCR_OPTIONS, event, event);
}

void es_measure_bank_file(struct es_measuring *m, const char *name, struct es_span bytes)
{
	measure_described(m, ES_PCR_BANKS, bytes, name);
}
