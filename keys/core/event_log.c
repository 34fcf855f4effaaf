/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and replays the TCG event log. The log itself isn't authenticated: anyone who can write memory before the
 * kernel runs can put anything into it. Its digests are proven only by a replay that yields the TPM's own PCR values,
 * and even that doesn't cover the events' data, which es_event_describe words. The log explains; it decides nothing.
 */
#include "keys/core/event_log.h"

#include "keys/core/firmware_options.h"

#include <string.h>

enum {
	SHA1_LEN = 20,
	ALG_SHA1 = 0x4,
	ALG_SHA256 = 0xb,
	ALG_SHA384 = 0xc,
	ALG_SHA512 = 0xd,
	ALG_SM3_256 = 0x12,
	DIGEST_LEN_MAX = 128,
	LOCALITY_MAX = 4,
	PCR_DYNAMIC_FIRST = 17, /* 17 to 22 belong to a dynamic launch and start as all ones */
	PCR_DYNAMIC_LAST = 22,
};

static const char spec_id[16] = "Spec ID Event03"; /* including its NUL */
static const char startup_locality[16] = "StartupLocality";

static uint16_t known_digest_len(uint16_t alg)
{
	switch (alg) {
	case ALG_SHA1:
		return SHA1_LEN;
	case ALG_SHA256:
	case ALG_SM3_256:
		return 32;
	case ALG_SHA384:
		return 48;
	case ALG_SHA512:
		return 64;
	default:
		return 0;
	}
}

static int find_alg(const struct es_event_log *log, uint16_t id)
{
	for (unsigned i = 0; i < log->alg_count; i++)
		if (log->algs[i].id == id)
			return (int)i;
	return -1;
}

/* Whether it is the old form throughout, as a TPM 1.2's firmware writes it. Nothing marks that form, so this reads to
 * the end. */
static bool is_sha1_log(struct es_span bytes)
{
	struct es_reader in = { .in = bytes };

	while (es_reader_left(&in) > 0) {
		uint32_t pcr = es_read_le32(&in), type = es_read_le32(&in);

		es_read_span(&in, SHA1_LEN);
		es_read_span(&in, es_read_le32(&in));
		/* An event that extends nothing may have 0xffffffff for a PCR. */
		if (pcr >= ES_PCR_COUNT && type != ES_EV_NO_ACTION)
			return false;
	}
	return !in.bad && bytes.len > 0;
}

static enum es_reason read_algs(struct es_reader *in, struct es_event_log *log)
{
	uint32_t count = es_read_le32(in);

	if (in->bad || count == 0 || count > ES_EVENT_LOG_ALGS_MAX)
		return ES_FORMAT;
	for (uint32_t i = 0; i < count; i++) {
		uint16_t id = es_read_le16(in), len = es_read_le16(in), known = known_digest_len(id);

		if (len == 0 || len > DIGEST_LEN_MAX || (known > 0 && len != known) || find_alg(log, id) >= 0)
			return ES_FORMAT;
		log->algs[log->alg_count].id = id;
		log->algs[log->alg_count].len = len;
		log->alg_count++;
	}
	es_read_span(in, es_read_u8(in)); /* vendor-specific */
	if (in->bad)
		return ES_FORMAT;
	return find_alg(log, ALG_SHA256) < 0 ? ES_TPM_NO_SHA256 : ES_OK;
}

/* The first event has the old form, so that an old reader can skip it. */
enum es_reason es_event_log_open(struct es_span bytes, struct es_event_log *ret)
{
	struct es_event_log log = { .in = { .in = bytes } };
	uint32_t pcr = es_read_le32(&log.in), type = es_read_le32(&log.in);
	struct es_reader head = { .pos = 0 };
	struct es_span signature;
	enum es_reason r;

	es_read_span(&log.in, SHA1_LEN);
	head.in = es_read_span(&log.in, es_read_le32(&log.in));
	signature = es_read_span(&head, sizeof spec_id);
	if (log.in.bad || head.bad || pcr != 0 || type != ES_EV_NO_ACTION ||
	    memcmp(signature.data, spec_id, sizeof spec_id) != 0)
		return is_sha1_log(bytes) ? ES_VERSION : ES_FORMAT;
	es_read_span(&head, 8); /* platform class, version, size of a UINTN */
	r = read_algs(&head, &log);
	if (r == ES_OK)
		*ret = log;
	return r;
}

/* At most one digest for each algorithm; SHA-256 among them, unless the event extends nothing. */
static bool read_digests(struct es_event_log *log, struct es_event *event)
{
	uint32_t count = es_read_le32(&log->in), seen = 0;
	bool found = false;

	if (log->in.bad || count > log->alg_count)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint16_t id = es_read_le16(&log->in);
		int alg = find_alg(log, id);
		struct es_span digest;

		if (log->in.bad || alg < 0 || (seen & 1u << alg) != 0)
			return false;
		seen |= 1u << alg;
		digest = es_read_span(&log->in, log->algs[alg].len);
		if (log->in.bad)
			return false;
		if (id == ALG_SHA256) {
			memcpy(event->sha256.bytes, digest.data, ES_SHA256_LEN);
			found = true;
		}
	}
	return found || event->type == ES_EV_NO_ACTION;
}

static bool is_startup_locality(const struct es_event *event)
{
	return event->type == ES_EV_NO_ACTION && event->pcr == 0 && event->data.len > sizeof startup_locality &&
	       memcmp(event->data.data, startup_locality, sizeof startup_locality) == 0;
}

enum es_reason es_event_log_next(struct es_event_log *log, struct es_event *ret)
{
	struct es_event event = { .index = log->next };

	if (log->in.bad)
		return ES_FORMAT;
	if (es_reader_left(&log->in) == 0)
		return ES_MISSING;
	event.pcr = es_read_le32(&log->in);
	event.type = es_read_le32(&log->in);
	if (!read_digests(log, &event)) {
		log->in.bad = true; /* the start of the next event is unknown */
		return ES_FORMAT;
	}
	event.data = es_read_span(&log->in, es_read_le32(&log->in));
	if (event.type != ES_EV_NO_ACTION && event.pcr >= ES_PCR_COUNT)
		log->in.bad = true;
	if (is_startup_locality(&event)) {
		log->startup_locality = event.data.data[sizeof startup_locality];
		if (log->startup_locality > LOCALITY_MAX)
			log->in.bad = true;
	}
	if (log->in.bad)
		return ES_FORMAT;
	log->next++;
	*ret = event;
	return ES_OK;
}

static void reset_values(struct es_pcr_values *v)
{
	memset(v, 0, sizeof *v);
	v->present = ES_PCR_BIT(ES_PCR_COUNT) - 1;
	for (unsigned i = PCR_DYNAMIC_FIRST; i <= PCR_DYNAMIC_LAST; i++)
		memset(v->value[i].bytes, 0xff, ES_SHA256_LEN);
}

enum es_reason es_event_log_replay(struct es_span bytes, es_sha256_fn *sha256, es_event_skip_fn *skip,
				   struct es_pcr_values *ret)
{
	struct es_pcr_values values;
	struct es_event_log log;
	struct es_event event;
	bool pcr0_begun = false;
	enum es_reason r = es_event_log_open(bytes, &log);

	if (r != ES_OK)
		return r;
	reset_values(&values);
	while ((r = es_event_log_next(&log, &event)) == ES_OK) {
		if (event.type == ES_EV_NO_ACTION) {
			if (is_startup_locality(&event) && pcr0_begun)
				return ES_FORMAT; /* too late: this event sets the start value of PCR 0 */
			continue;
		}
		if (event.pcr == 0 && !pcr0_begun) {
			values.value[0].bytes[ES_SHA256_LEN - 1] = log.startup_locality;
			pcr0_begun = true;
		}
		if (skip != NULL && skip(&event))
			continue;
		if (!es_pcr_extend(&values.value[event.pcr], &event.sha256, sha256))
			return ES_CRYPTO;
	}
	if (r != ES_MISSING)
		return r;
	if (!pcr0_begun)
		values.value[0].bytes[ES_SHA256_LEN - 1] = log.startup_locality;
	*ret = values;
	return ES_OK;
}

/* The next event that extends pcr; *ret_has is false at the end of the log. */
static enum es_reason next_of_pcr(struct es_event_log *log, unsigned pcr, struct es_event *ret, bool *ret_has)
{
	struct es_event event;
	enum es_reason r;

	while ((r = es_event_log_next(log, &event)) == ES_OK) {
		if (event.type == ES_EV_NO_ACTION || event.pcr != pcr)
			continue;
		*ret = event;
		*ret_has = true;
		return ES_OK;
	}
	if (r != ES_MISSING)
		return r;
	*ret_has = false;
	return ES_OK;
}

enum es_reason es_event_log_first_change(struct es_span then, struct es_span now, unsigned pcr,
					 struct es_event_change *ret)
{
	struct es_event_log log_then, log_now;
	enum es_reason r = es_event_log_open(then, &log_then);

	if (r == ES_OK)
		r = es_event_log_open(now, &log_now);
	while (r == ES_OK) {
		struct es_event_change c = { .has_then = false };

		r = next_of_pcr(&log_then, pcr, &c.then, &c.has_then);
		if (r == ES_OK)
			r = next_of_pcr(&log_now, pcr, &c.now, &c.has_now);
		if (r != ES_OK)
			return r;
		if (!c.has_then && !c.has_now)
			return ES_MISSING;
		if (c.has_then != c.has_now || !es_digest_equal(&c.then.sha256, &c.now.sha256)) {
			*ret = c;
			return ES_OK;
		}
	}
	return r;
}

bool es_event_is_firmware_option(const struct es_event *event)
{
	struct es_firmware_event e;

	return event->pcr == ES_PCR_OPTIONS && event->type == ES_EV_IPL && es_firmware_event_read(event->data, &e);
}

void es_event_log_redact(uint8_t *bytes, size_t len)
{
	struct es_event_log log;
	struct es_event event;
	enum es_reason r = es_event_log_open((struct es_span){ bytes, len }, &log);

	while (r == ES_OK && (r = es_event_log_next(&log, &event)) == ES_OK) {
		struct es_firmware_event e;
		struct es_span hidden;

		if (!es_event_is_firmware_option(&event) || !es_firmware_event_read(event.data, &e))
			continue;
		hidden = e.value;
		if (e.variable.len == 0) { /* of a string, keep the name and that it has a value */
			size_t shown = es_firmware_string_name(e.value).len;

			shown += shown < e.value.len; /* "=" */
			hidden = (struct es_span){ e.value.data + shown, e.value.len - shown };
		}
		/* e.variable and e.value are parts of bytes. */
		if (hidden.len > 0)
			memset(bytes + (hidden.data - bytes), '*', hidden.len);
	}
}
