/* SPDX-License-Identifier: Apache-2.0 */
/* Builds a boot image and predicts what it will measure. */
#include "keys/image/image.h"

#include "keys/core/labels.h"
#include "keys/core/options.h"
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

static bool is_space(uint8_t c)
{
	return c <= ' ' || c == 0x7f;
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

/* Cleans options as the stub does before it measures them: up to a NUL, spaces for control characters, none at the
 * ends. */
static enum es_reason clean_options(struct es_span from, struct es_buf *ret)
{
	const uint8_t *nul = from.len > 0 ? memchr(from.data, '\0', from.len) : NULL;
	size_t len = nul != NULL ? (size_t)(nul - from.data) : from.len;
	ES_BUF b = { 0 };
	enum es_reason r;

	while (len > 0 && is_space(from.data[len - 1]))
		len--;
	while (len > 0 && is_space(from.data[0])) {
		from.data++;
		len--;
	}
	r = es_buf_copy((struct es_span){ from.data, len }, &b);
	if (r != ES_OK)
		return r;
	for (size_t i = 0; i < len; i++)
		if (is_space(b.data[i]))
			b.data[i] = ' ';
	*ret = es_buf_take(&b);
	return ES_OK;
}

static enum es_reason measure_options(struct es_span options, struct es_digest *pcr)
{
	ES_BUF wide = { 0 };
	enum es_reason r = es_buf_new(2 * (options.len + 1), &wide);

	if (r != ES_OK)
		return r;
	for (size_t i = 0; i < options.len; i++)
		wide.data[2 * i] = options.data[i];
	return es_pcr_event(pcr, es_buf_span(&wide), es_sha256) ? ES_OK : ES_CRYPTO;
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
	if (outside.len > 0 && (outside.len != own.len || memcmp(outside.data, own.data, own.len) != 0))
		r = measure_options(es_buf_span(&outside), &pcr);
	if (r == ES_OK)
		*ret = pcr;
	return r;
}
