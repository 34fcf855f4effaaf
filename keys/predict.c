/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/predict.h"

#include "keys/core/authenticode.h"
#include "keys/crypto/hash.h"
#include "keys/crypto/signer.h"
#include "keys/host_state.h"
#include "keys/image.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	IMAGE_MAX = 1 << 30,
	OWNER_GUID = 16, /* EFI_SIGNATURE_DATA: before the certificate */
	PREDICTED = 1 << ES_PCR_BOOT_LOADER | 1 << ES_PCR_SECURE_BOOT | 1 << ES_PCR_IMAGE | 1 << ES_PCR_OPTIONS,
};

static void put(struct es_prediction *p, unsigned pcr, const struct es_digest *value)
{
	p->values.present |= ES_PCR_BIT(pcr);
	p->values.value[pcr] = *value;
}

__attribute__((format(printf, 2, 3))) static void add_words(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used > 0 && used + 3 < ES_PREDICTION_TEXT) {
		strcpy(text + used, "; ");
		used += 2;
	}
	va_start(args, format);
	vsnprintf(text + used, ES_PREDICTION_TEXT - used, format, args);
	va_end(args);
}

/* The event of the program that the firmware loaded last: our stub starts the kernel by itself. */
static bool find_image_event(struct es_span bytes, struct es_event *ret)
{
	struct es_event_log log;
	struct es_event event;
	bool found = false;

	if (es_event_log_open(bytes, &log) != ES_OK)
		return false;
	while (es_event_log_next(&log, &event) == ES_OK) {
		if (event.pcr != ES_PCR_BOOT_LOADER || event.type != (uint32_t)ES_EV_EFI_BOOT_SERVICES_APPLICATION)
			continue;
		*ret = event;
		found = true;
	}
	return found;
}

bool es_predict_booted_file(struct es_span log, char ret[static ES_PROGRAM_PATH])
{
	struct es_event event;

	return find_image_event(log, &event) && es_event_program_file(&event, ret);
}

struct exchange {
	unsigned pcr;
	unsigned index; /* of the event; UINT_MAX: all that have `from` for a digest */
	struct es_digest from, to;
};

/* The PCR of an automatic boot, with events exchanged; without what firmware hands over, which comes after all others. */
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
		found = x->index == UINT_MAX ? es_digest_equal(&event.sha256, &x->from) : event.index == x->index;
		if (!es_pcr_extend(&pcr, found ? &x->to : &event.sha256, es_sha256))
			return ES_CRYPTO;
	}
	if (r == ES_MISSING)
		*ret = pcr;
	return r == ES_MISSING ? ES_OK : r;
}

/* Whether the installed file is the one that this boot measured. */
static bool is_booted(const struct es_predict_request *q)
{
	struct es_digest digest;
	struct es_event event;

	return q->installed != NULL && find_image_event(q->log, &event) &&
	       es_authenticode(q->installed, es_sha256, &digest) == ES_OK && es_digest_equal(&digest, &event.sha256);
}

static enum es_reason predict_boot_loader(const struct es_predict_request *q, struct es_prediction *p)
{
	struct exchange x = { .pcr = ES_PCR_BOOT_LOADER };
	struct es_digest value;
	struct es_event event;
	enum es_reason r;

	if (!q->stub || !find_image_event(q->log, &event)) {
		add_words(p->unknown, "PCR 4: %s, so there is no event to exchange for the image's",
			  q->stub ? "the firmware measured no program" : "this boot didn't go through etcseal's stub");
		return ES_OK;
	}
	x.index = event.index;
	r = es_authenticode(q->image, es_sha256, &x.to);
	if (r == ES_FORMAT) {
		add_words(p->unknown, "PCR 4: something stands behind the image's signatures");
		return ES_OK;
	}
	if (r == ES_OK)
		r = replay_exchanged(q->log, &x, &value);
	if (r != ES_OK)
		return r;
	if (!is_booted(q))
		add_words(p->rests_on, "PCR 4: %s; the last program that the firmware loaded is taken for it",
			  q->installed != NULL ? "the boot image's file has changed since it was started"
					       : "the file of this boot's image isn't found");
	put(p, ES_PCR_BOOT_LOADER, &value);
	return ES_OK;
}

/* As this boot's firmware measured it: off says that no signature is looked at. */
static bool secure_boot_measured_off(struct es_span bytes)
{
	struct es_event_log log;
	struct es_event event;
	struct es_span value;
	bool off = false;

	if (es_event_log_open(bytes, &log) != ES_OK)
		return false;
	while (es_event_log_next(&log, &event) == ES_OK)
		if (event.pcr == ES_PCR_SECURE_BOOT && es_event_variable(&event, "SecureBoot", &value)) {
			/* The firmware's digest is over the event's data: only so is the value true. */
			struct es_digest digest;

			off = es_sha256(&event.data, 1, &digest) && es_digest_equal(&digest, &event.sha256) &&
			      (value.len == 0 || (value.len == 1 && value.data[0] == 0));
			if (!off)
				return false;
		}
	return off;
}

/* The certificate in db that vouched for a program last. */
static bool find_last_authority(struct es_span bytes, struct es_span *ret)
{
	struct es_event_log log;
	struct es_event event;
	struct es_span value;
	bool found = false;

	if (es_event_log_open(bytes, &log) != ES_OK)
		return false;
	while (es_event_log_next(&log, &event) == ES_OK) {
		struct es_digest digest;

		if (event.pcr != ES_PCR_SECURE_BOOT || event.type != (uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY)
			continue;
		found = es_event_variable(&event, "db", &value) && value.len > OWNER_GUID &&
			es_sha256(&event.data, 1, &digest) && es_digest_equal(&digest, &event.sha256);
		if (found)
			*ret = (struct es_span){ value.data + OWNER_GUID, value.len - OWNER_GUID };
	}
	return found;
}

/* The same signers, one after the other, and at least one. */
static bool same_signers(const struct es_pe *a, const struct es_pe *b)
{
	struct es_span in_a, in_b;
	unsigned n = 0;

	for (;; n++) {
		ES_BUF of_a = { NULL, 0 };
		ES_BUF of_b = { NULL, 0 };
		enum es_reason r_a = es_pe_signature(a, n, &in_a), r_b = es_pe_signature(b, n, &in_b);

		if (r_a == ES_MISSING && r_b == ES_MISSING)
			return n > 0;
		if (r_a != ES_OK || r_b != ES_OK || es_signer_certificate(in_a, &of_a) != ES_OK ||
		    es_signer_certificate(in_b, &of_b) != ES_OK || of_a.len != of_b.len ||
		    memcmp(of_a.data, of_b.data, of_a.len) != 0)
			return false;
	}
}

/* The firmware measures each certificate of db that vouches for a program once in a boot. So if the one that came last
 * vouches for the new image too, the events are the same: either it came with the old image, or before it. */
static void predict_secure_boot(const struct es_predict_request *q, struct es_prediction *p)
{
	struct es_span authority, signature, second;
	enum es_reason r;

	if (secure_boot_measured_off(q->log)) {
		put(p, ES_PCR_SECURE_BOOT, &q->read->value[ES_PCR_SECURE_BOOT]);
		return;
	}
	r = es_pe_signature(q->image, 0, &signature);
	if (r != ES_OK) {
		add_words(p->unknown, r == ES_MISSING
					  ? "PCR 7: the image isn't signed, and won't start with Secure Boot on"
					  : "PCR 7: the image's signature can't be read");
		return;
	}
	if (is_booted(q) && same_signers(q->installed, q->image)) {
		put(p, ES_PCR_SECURE_BOOT, &q->read->value[ES_PCR_SECURE_BOOT]);
		return;
	}
	if (es_pe_signature(q->image, 1, &second) != ES_MISSING) {
		add_words(p->unknown, "PCR 7: the image has several signatures, and not those of this boot's image");
		return;
	}
	if (find_last_authority(q->log, &authority) && es_signer_leads_to(signature, authority) == ES_OK) {
		put(p, ES_PCR_SECURE_BOOT, &q->read->value[ES_PCR_SECURE_BOOT]);
		return;
	}
	add_words(p->unknown, "PCR 7: the image is signed by another than the one that vouched for this boot");
}

/* What systemd-boot 252 measures of an image's own options, which it passes as if they came from outside: UTF-16 with NUL. */
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

/* As in this boot, without a recovery boot's marks; a menu that measured the old image's options will those of the new. */
static enum es_reason predict_same_options(const struct es_predict_request *q, struct es_digest *ret)
{
	struct exchange x = { .pcr = ES_PCR_OPTIONS, .index = UINT_MAX };
	struct es_uki old;

	if (!is_booted(q) || es_uki_find(q->installed, ES_PE_FILE, &old) != ES_OK || !menus_digest(&old, &x.from) ||
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
			add_words(p->unknown, "PCR 12: %s", q->firmware->refused);
			return ES_OK;
		}
		if (q->firmware != NULL && !q->firmware->variables_known)
			add_words(p->rests_on, "PCR 12: EFI variables aren't shown here; those of this boot are taken");
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

enum es_reason es_predict(const struct es_predict_request *q, unsigned *ret_pcr, struct es_prediction *ret)
{
	struct es_pcr_values replayed;
	struct es_prediction p = { .values = { .present = 0 } };
	const es_pcr_mask drivers = q->read->present & ES_PCR_BIT(ES_PCR_DRIVERS);
	es_pcr_mask differ;
	enum es_reason r = es_event_log_replay(q->log, es_sha256, NULL, &replayed);

	*ret_pcr = ES_PCR_COUNT;
	if (r != ES_OK)
		return r;
	differ = es_pcr_differ(q->read, &replayed, PREDICTED | drivers);
	if (differ != 0) {
		*ret_pcr = (unsigned)__builtin_ctz(differ);
		return ES_LOG_MISMATCH;
	}
	r = predict_image(q, &p);
	if (r == ES_OK)
		r = predict_boot_loader(q, &p);
	if (r != ES_OK)
		return r;
	predict_secure_boot(q, &p);
	if (drivers != 0) /* the image comes after every driver, and changes none */
		put(&p, ES_PCR_DRIVERS, &q->read->value[ES_PCR_DRIVERS]);
	*ret = p;
	return ES_OK;
}

/* FAT takes either case, so the path goes as the firmware wrote it. */
static bool open_installed(const struct es_host *host, struct es_span log, struct es_buf *ret_bytes, struct es_pe *ret)
{
	char name[ES_PROGRAM_PATH], path[ES_PATH_TEXT + ES_PROGRAM_PATH];

	if (host->boot_dir[0] == '\0' || !es_predict_booted_file(log, name))
		return false;
	snprintf(path, sizeof path, "%s%s", host->boot_dir, name);
	return es_file_read(AT_FDCWD, path, IMAGE_MAX, ret_bytes) == ES_OK &&
	       es_pe_open(es_buf_span(ret_bytes), ES_PE_FILE, ret) == ES_OK;
}

enum es_reason es_host_predict(struct es_host *host, const struct es_predict_request *request,
			       struct es_prediction *ret)
{
	struct es_predict_request q = *request;
	ES_FIRMWARE_NOW firmware = { .count = 0 };
	ES_BUF log = { NULL, 0 };
	ES_BUF file = { NULL, 0 };
	struct es_pe installed;
	unsigned pcr;
	enum es_reason r;

	host->detail[0] = '\0';
	if (!host->have_boot)
		return ES_NOT_BOOTED;
	if ((host->boot.before_fence.present & PREDICTED) != PREDICTED)
		return es_host_refuse(host, ES_NOT_BOOTED,
				      "the boot helper read no PCRs: restart with the TPM switched on");
	r = es_host_event_log(host, &log);
	if (r == ES_OK)
		r = es_host_firmware(host, &firmware);
	if (r != ES_OK)
		return r;
	q.firmware = &firmware;
	q.log = es_buf_span(&log);
	q.read = &host->boot.before_fence;
	q.stub = host->boot.stub;
	q.installed = open_installed(host, q.log, &file, &installed) ? &installed : NULL;
	r = es_predict(&q, &pcr, ret);
	if (r == ES_LOG_MISMATCH)
		return es_host_refuse(host, r, "PCR %u (%s)", pcr, es_pcr_meaning(pcr));
	return r == ES_OK ? ES_OK : es_host_refuse(host, r, "%s", host->event_log);
}
