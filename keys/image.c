/* SPDX-License-Identifier: Apache-2.0 */
/* Builds a boot image and predicts what it will measure. */
#include "keys/image.h"

#include "keys/core/labels.h"
#include "keys/core/options.h"
#include "keys/crypto/hash.h"
#include "keys/image_check.h"

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

enum es_reason es_image_predict_pcr12(const char *options, bool recovery, struct es_digest *ret)
{
	struct es_digest pcr = { 0 };
	size_t len = strlen(options);
	enum es_reason r;
	ES_BUF wide = { 0 };

	if (len >= ES_OPTIONS_MAX || !is_ascii(options))
		return ES_ARGUMENT;
	r = es_buf_new(2 * (len + 1), &wide);
	if (r != ES_OK)
		return r;
	for (size_t i = 0; i < len; i++)
		wide.data[2 * i] = (uint8_t)options[i];
	if (recovery && !es_pcr_event(&pcr, es_text_span(ES_RECOVERY_EVENT), es_sha256))
		return ES_CRYPTO;
	if (len > 0 && !es_pcr_event(&pcr, es_buf_span(&wide), es_sha256))
		return ES_CRYPTO;
	*ret = pcr;
	return ES_OK;
}
