/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot helper left copies of the image's own sections in RUN_DIR. They are trusted only as far as the measured boot
 * confirms them: the key must have been measured into PCR 11, and it must have signed the policy of this boot.
 */
#include "keys/host/seal_vendor.h"

#include "keys/choice/vendor.h"
#include "keys/core/event_log.h"
#include "keys/core/subject.h"
#include "keys/crypto/hash.h"
#include "keys/host/counter.h"
#include "keys/host/machine.h"
#include "keys/host/state.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>

void es_sealing_vendor_free(struct es_sealing_vendor *v)
{
	es_buf_free(&v->public_key);
}

const char *es_host_vendor_note(const struct es_host *host)
{
	return host->vendor_note;
}

__attribute__((format(printf, 2, 3))) static enum es_reason not_met(struct es_host *host, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(host->vendor_note, sizeof host->vendor_note, format, args);
	va_end(args);
	return ES_NOT_MET;
}

static enum es_reason read_run_file(struct es_host *host, const char *name, size_t cap, struct es_buf *ret)
{
	char path[ES_PATH_TEXT + 32];
	enum es_reason r;

	snprintf(path, sizeof path, "%s/%s", host->run_dir, name);
	r = es_file_read(AT_FDCWD, path, cap, ret);
	if (r == ES_OK || r == ES_MISSING || r == ES_MEMORY)
		return r;
	return not_met(host, "%s can't be read: %s", path, es_reason_words(es_reason_of(ES_OF_POLICY, r))->what);
}

/* Only called after the log was found to lead to the TPM's values. */
static enum es_reason was_measured(struct es_host *host, struct es_span content)
{
	ES_BUF bytes = { NULL, 0 };
	struct es_event_log log;
	struct es_digest digest;
	struct es_event event;
	enum es_reason r = es_host_event_log(host, &bytes);

	if (r == ES_OK && !es_sha256(&content, 1, &digest))
		r = ES_CRYPTO;
	if (r == ES_OK)
		r = es_event_log_open(es_buf_span(&bytes), &log);
	while (r == ES_OK) {
		r = es_event_log_next(&log, &event);
		if (r == ES_OK && event.pcr == ES_PCR_IMAGE && es_digest_equal(&event.sha256, &digest))
			return ES_OK;
	}
	if (r == ES_MEMORY || r == ES_CRYPTO)
		return r;
	if (r != ES_MISSING)
		return not_met(host, "can't determine whether the image was measured with its vendor's key: %s",
			       es_reason_words(es_reason_of(ES_OF_LOG, r))->what);
	return not_met(host, "the vendor's key in %s isn't the one that the image was measured with", host->run_dir);
}

static enum es_reason check_signature(struct es_host *host, const struct es_pcr_values *expected,
				      struct es_sealing_vendor *v)
{
	char detail[ES_SIGNATURE_DETAIL];
	ES_SIGNATURES signatures = { .count = 0 };
	ES_BUF json = { NULL, 0 };
	struct es_vendor_match m;
	enum es_reason r = read_run_file(host, ES_RUN_SIGNATURE_NAME, ES_SIGNATURE_FILE_MAX, &json);

	if (r == ES_OK) {
		r = es_signatures_parse(es_buf_span(&json), &signatures, detail);
		if (r != ES_OK && r != ES_MEMORY)
			return not_met(host, "the image's policies can't be read: %s", detail);
	}
	if (r == ES_OK)
		r = es_vendor_match(es_buf_span(&v->public_key), &signatures, expected, &m);
	if (r == ES_MISSING)
		return not_met(host, "the image carries its vendor's key, but no policy signed for this boot; sign "
				     "it with `etcseal image sign-policy`");
	if (r == ES_OK)
		r = es_rsa_verify(es_buf_span(&v->public_key), (struct es_span){ m.policy.bytes, ES_SHA256_LEN },
				  m.signature);
	if (r == ES_BAD_TAG)
		return not_met(host, "the policy that came with the image isn't signed by the key that came with it");
	if (r == ES_OK)
		v->generation = m.generation;
	return r;
}

/* Also if the image has no generation yet: a later image may have one, and must find the counter. */
static enum es_reason take_counter(struct es_host *host, struct es_sealing_vendor *v)
{
	struct es_counter counter = { ES_OK, 0 };
	enum es_reason r = es_host_vendor_counter_make(host, &counter.value);

	v->has_counter = true;
	if (r != ES_OK) {
		v->has_counter = false;
		return v->generation == 0
			   ? ES_OK
			   : not_met(host, "the counter of the vendor's generations can't be created: %s",
				     es_host_detail(host));
	}
	if (v->generation == 0)
		return ES_OK;
	switch (es_vendor_fresh(v->generation, counter)) {
	case ES_IMAGE_OLD:
		return not_met(host,
			       "the image is generation %llu, and this TPM's counter is already at %llu: its vendor "
			       "must sign it with generation %llu or higher",
			       (unsigned long long)v->generation, (unsigned long long)counter.value,
			       (unsigned long long)counter.value);
	case ES_IMAGE_AHEAD:
		return not_met(
		    host,
		    "the image is generation %llu, more than %d ahead of this TPM's counter (%llu): its vendor "
		    "must sign it with a lower one",
		    (unsigned long long)v->generation, ES_GENERATION_STEPS_MAX, (unsigned long long)counter.value);
	default:
		return ES_OK;
	}
}

enum es_reason es_sealing_vendor_find(struct es_host *host, const struct es_info *info,
				      const struct es_pcr_values *expected, struct es_sealing_vendor *ret)
{
	ES_SEALING_VENDOR v = { .generation = 0 };
	enum es_reason r;

	host->vendor_note[0] = '\0';
	r = read_run_file(host, ES_RUN_PUBLIC_KEY_NAME, ES_PEM_MAX, &v.public_key);
	if (r != ES_OK)
		return r;
	if (!info->require_secure_boot)
		return not_met(host, "Secure Boot isn't required: without it anybody could start the vendor's image");
	r = es_rsa_public_read(es_buf_span(&v.public_key), &v.rsa);
	if (r == ES_FORMAT || r == ES_VERSION || r == ES_TOO_LARGE)
		return not_met(host,
			       "the vendor's key that the image carries isn't an RSA key of 2048, 3072 or 4096 bits");
	if (r == ES_OK)
		r = was_measured(host, es_buf_span(&v.public_key));
	if (r == ES_OK)
		r = check_signature(host, expected, &v);
	if (r == ES_OK)
		r = take_counter(host, &v);
	if (r != ES_OK)
		return r;
	*ret = v;
	v.public_key = (struct es_buf){ NULL, 0 };
	return ES_OK;
}
