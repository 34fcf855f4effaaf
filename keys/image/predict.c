/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/predict.h"

#include "keys/core/authenticode.h"
#include "keys/core/subject.h"
#include "keys/crypto/hash.h"
#include "keys/image/booted.h"
#include "keys/image/efi_variables.h"
#include "keys/image/image.h"
#include "keys/image/verdict.h"

#include <string.h>

static void put(struct es_prediction *p, unsigned pcr, const struct es_digest *value)
{
	p->values.present |= ES_PCR_BIT(pcr);
	p->values.value[pcr] = *value;
}

struct exchange {
	unsigned pcr;
	struct es_digest from, to;
};

/* Replays the PCR as an automatic boot would have it, with one digest exchanged for another in every event, and without
 * what firmware hands over, which comes after everything else. */
static enum es_reason replay_exchanged(struct es_span bytes, const struct exchange *x, struct es_digest *ret)
{
	struct es_digest pcr = { { 0 } };
	struct es_event_log log;
	struct es_event event;
	enum es_reason r = es_event_log_open(bytes, &log);

	while (r == ES_OK) {
		bool found;

		r = es_event_log_next(&log, &event);
		if (r != ES_OK || event.pcr != x->pcr || event.type == ES_EV_NO_ACTION ||
		    es_event_is_recovery(&event) || es_event_is_firmware_option(&event))
			continue;
		found = es_digest_equal(&event.sha256, &x->from);
		if (!es_pcr_extend(&pcr, found ? &x->to : &event.sha256, es_sha256))
			return ES_CRYPTO;
	}
	if (r == ES_MISSING)
		*ret = pcr;
	return r == ES_MISSING ? ES_OK : r;
}

static enum es_reason predict_boot_loader(const struct es_predict_request *q, struct es_prediction *p)
{
	struct exchange x = { .pcr = ES_PCR_BOOT_LOADER };
	struct es_digest value;
	struct es_event event;
	enum es_reason r;

	if (!q->stub || !es_booted_event(q->log, &event)) {
		es_prediction_note(p->unknown, "PCR 4: %s, so there is no event to exchange for the image's",
				   q->stub ? "the firmware measured no program"
					   : "this boot didn't go through etcseal's stub");
		return ES_OK;
	}
	if (q->booted && !es_booted_is_measured(q->installed, q->read)) {
		es_prediction_note(
		    p->unknown, "PCR 4: the program that the firmware loaded last isn't this boot's image, which that "
				"program started");
		return ES_OK;
	}
	/* Shim measures an image twice if a boot menu has both shim and the firmware verify it. */
	x.from = event.sha256;
	r = es_authenticode(q->image, es_sha256, &x.to);
	if (r == ES_FORMAT) {
		es_prediction_note(p->unknown, "PCR 4: something follows the image's signatures");
		return ES_OK;
	}
	if (r == ES_OK)
		r = replay_exchanged(q->log, &x, &value);
	if (r != ES_OK)
		return r;
	if (!q->booted)
		es_prediction_note(p->rests_on,
				   "PCR 4: %s; the last program that the firmware loaded is assumed to be it",
				   q->installed != NULL ? "the boot image's file has changed since it was started"
							: "the file of this boot's image isn't found");
	put(p, ES_PCR_BOOT_LOADER, &value);
	return ES_OK;
}

/* systemd-boot 252 measures an image's own options as if they came from outside: UTF-16 with a NUL. */
static bool menus_digest(const struct es_uki *uki, struct es_digest *ret)
{
	struct es_span own = uki->section[ES_UKI_CMDLINE], wide_span;
	ES_BUF wide = { NULL, 0 };

	if (own.len > 0 && own.data[own.len - 1] == '\n')
		own.len--;
	if (own.len > SIZE_MAX / 2 - 1 || es_buf_new(2 * (own.len + 1), &wide) != ES_OK)
		return false;
	for (size_t i = 0; i < own.len; i++) {
		if (own.data[i] == 0 || own.data[i] >= 0x80)
			return false;
		wide.data[2 * i] = own.data[i];
	}
	wide_span = es_buf_span(&wide);
	return es_sha256(&wide_span, 1, ret);
}

/* As in this boot, without the marks of a recovery boot. A menu that measured the old image's options will measure the
 * new one's. */
static enum es_reason predict_same_options(const struct es_predict_request *q, struct es_digest *ret)
{
	struct exchange x = { .pcr = ES_PCR_OPTIONS };
	struct es_uki old;

	if (!q->booted || es_uki_find(q->installed, ES_PE_FILE, &old) != ES_OK || !menus_digest(&old, &x.from) ||
	    !menus_digest(q->uki, &x.to))
		x.to = x.from;
	return replay_exchanged(q->log, &x, ret);
}

static enum es_reason predict_options(const struct es_predict_request *q, struct es_prediction *p)
{
	struct es_digest value;
	enum es_reason r;

	if (q->options == NULL && !q->recovery)
		r = predict_same_options(q, &value);
	else
		r = es_image_predict_pcr12(q->uki, q->options != NULL ? q->options : "", q->recovery, &value);
	if (r == ES_OK && es_image_measures_firmware(q->image)) {
		if (q->firmware != NULL && q->firmware->refused[0] != '\0') {
			es_prediction_note(p->unknown, "PCR 12: %s", q->firmware->refused);
			return ES_OK;
		}
		if (q->firmware != NULL && !q->firmware->variables_known)
			es_prediction_note(p->rests_on,
					   "PCR 12: EFI variables aren't shown here; those of this boot are assumed");
		r = es_firmware_extend(q->firmware, q->log, &value);
	}
	if (r == ES_OK)
		put(p, ES_PCR_OPTIONS, &value);
	return r;
}

static enum es_reason predict_image(const struct es_predict_request *q, struct es_prediction *p)
{
	struct es_digest value;
	enum es_reason r = es_image_predict_pcr11(q->uki, &value);

	if (r != ES_OK)
		return r;
	put(p, ES_PCR_IMAGE, &value);
	return predict_options(q, p);
}

/* For such a PCR the log is worthless; for the others it isn't. */
static void drop_contradicted(struct es_prediction *p)
{
	for (unsigned pcr = 0; pcr < ES_PCR_COUNT; pcr++)
		if ((p->contradicted & ES_PCR_BIT(pcr)) != 0)
			es_prediction_note(p->unknown, "PCR %u: the event log doesn't lead to the TPM's value", pcr);
	p->values.present &= ~p->contradicted;
}

enum es_reason es_predict(const struct es_predict_request *request, struct es_prediction *ret)
{
	struct es_predict_request filled = *request;
	const struct es_predict_request *q = &filled;
	struct es_pcr_values replayed;
	struct es_prediction p = { .values = { .present = 0 } };
	const es_pcr_mask drivers = q->read->present & ES_PCR_BIT(ES_PCR_DRIVERS);
	enum es_reason r = es_event_log_replay(q->log, es_sha256, NULL, &replayed);

	if (r != ES_OK)
		return r;
	p.contradicted = es_pcr_differ(q->read, &replayed, ES_PREDICTED_PCRS | drivers);
	filled.booted = q->installed != NULL && (p.contradicted & ES_PCR_BIT(ES_PCR_BOOT_LOADER)) == 0 &&
			es_booted_is(q->installed, q->log);
	r = predict_image(q, &p);
	if (r == ES_OK)
		r = predict_boot_loader(q, &p);
	if (r != ES_OK)
		return r;
	es_predict_secure_boot(q, &p);
	if (drivers != 0) /* the image comes after every driver, and changes none */
		put(&p, ES_PCR_DRIVERS, &q->read->value[ES_PCR_DRIVERS]);
	drop_contradicted(&p);
	*ret = p;
	return ES_OK;
}
