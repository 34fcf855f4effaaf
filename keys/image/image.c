/* SPDX-License-Identifier: Apache-2.0 */
/* Builds a boot image and predicts what it will measure. */
#include "keys/image/image.h"

#include "keys/core/labels.h"
#include "keys/core/options.h"
#include "keys/core/utf16.h"
#include "keys/crypto/hash.h"
#include "keys/image/check.h"

#include <string.h>

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

enum es_reason es_image_build(const struct es_uki_parts *parts, struct es_buf *ret,
			      char ret_detail[static ES_IMAGE_DETAIL])
{
	struct es_writer w = { .cap = 0 };
	enum es_reason r;
	ES_BUF image = { 0 };

	ret_detail[0] = '\0';
	r = es_image_check(parts, ret_detail);
	if (r != ES_OK)
		return r;
	r = es_uki_write(parts, &w);
	if (r == ES_TOO_LARGE)
		r = ES_IMAGE_TOO_LARGE;
	if (r == ES_OK)
		r = es_buf_new(w.pos, &image);
	if (r != ES_OK)
		return r;
	w = (struct es_writer){ .data = image.data, .cap = image.len };
	r = es_uki_write(parts, &w);
	if (r != ES_OK)
		return r;
	*ret = es_buf_take(&image);
	return ES_OK;
}

enum es_reason es_image_digest(struct es_span section, struct es_digest *ret)
{
	return es_sha256(&section, 1, ret) ? ES_OK : ES_CRYPTO;
}

bool es_image_measures_firmware(const struct es_pe *image)
{
	static const char mark[] = ES_STUB_MEASURES_FIRMWARE;
	struct es_span about;

	for (unsigned i = 0; i < image->section_count; i++) {
		const struct es_pe_section *s = &image->sections[i];

		if (strcmp(s->name, ".sdmagic") == 0 &&
		    es_span_part(image->image, s->raw_offset, s->raw_size, &about) &&
		    memmem(about.data, about.len, mark, sizeof mark - 1) != NULL)
			return true;
	}
	return false;
}

enum es_reason es_image_predict_pcr11(const struct es_uki *uki, struct es_digest *ret)
{
	struct es_digest pcr = { 0 };

	for (int i = 0; i < ES_UKI_MEASURED_COUNT; i++) {
		const char *name = es_uki_section_names[i];
		struct es_span name_and_nul = { (const uint8_t *)name, strlen(name) + 1 };

		if (!uki->present[i])
			continue;
		if (!es_pcr_event(&pcr, name_and_nul, es_sha256) || !es_pcr_event(&pcr, uki->section[i], es_sha256))
			return ES_CRYPTO;
	}
	*ret = pcr;
	return ES_OK;
}

/* As the stub has them: up to a NUL, cleaned. */
static enum es_reason clean_options(struct es_span from, struct es_buf *ret)
{
	const uint8_t *nul = from.len > 0 ? memchr(from.data, '\0', from.len) : NULL;
	ES_BUF b = { 0 };
	enum es_reason r;

	if (nul != NULL)
		from.len = (size_t)(nul - from.data);
	r = es_buf_copy(from, &b);
	if (r != ES_OK)
		return r;
	if (b.len > 0)
		b.len = es_options_clean((char *)b.data, b.len);
	*ret = es_buf_take(&b);
	return ES_OK;
}

static enum es_reason measure_options(struct es_span options, struct es_digest *pcr)
{
	struct es_writer w = { .cap = 0 };
	ES_BUF wide = { 0 };
	enum es_reason r = es_buf_new(2 * (options.len + 1), &wide);

	if (r != ES_OK)
		return r;
	w = (struct es_writer){ .data = wide.data, .cap = wide.len };
	es_utf16_from_utf8(options, &w);
	return es_pcr_event(pcr, (struct es_span){ wide.data, w.pos }, es_sha256) ? ES_OK : ES_CRYPTO;
}

enum es_reason es_image_predict_pcr12(const struct es_uki *uki, const char *options, bool recovery,
				      struct es_digest *ret)
{
	struct es_digest pcr = { 0 };
	ES_BUF outside = { 0 };
	ES_BUF own = { 0 };
	enum es_reason r;

	if (strlen(options) >= ES_OPTIONS_MAX || !is_ascii(options))
		return ES_ARGUMENT;
	r = clean_options(es_text_span(options), &outside);
	if (r == ES_OK)
		r = clean_options(uki->section[ES_UKI_CMDLINE], &own);
	if (r != ES_OK)
		return r;
	if (recovery && !es_pcr_event(&pcr, es_text_span(ES_RECOVERY_EVENT), es_sha256))
		return ES_CRYPTO;
	if (es_options_replace(es_buf_span(&outside), es_buf_span(&own)))
		r = measure_options(es_buf_span(&outside), &pcr);
	if (r == ES_OK)
		*ret = pcr;
	return r;
}
