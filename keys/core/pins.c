/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/pins.h"

#include "keys/core/hex.h"
#include "keys/core/options.h"

#include <string.h>

enum { UUID_LEN = 36, SRK_TEXT = 2 * ES_SRK_NAME_LEN, KEY_TEXT = 2 * ES_KEY_ID_LEN };

static enum es_reason bad(const char *option, char *ret_detail)
{
	struct es_writer w = { .data = (uint8_t *)ret_detail, .cap = ES_PINS_DETAIL - 1 };

	memset(ret_detail, 0, ES_PINS_DETAIL);
	es_write_text(&w, option);
	return ES_BAD_PINS;
}

/* Exactly len bytes as hex, either case. */
static bool read_hex(struct es_span text, uint8_t *ret, size_t len)
{
	char copy[SRK_TEXT + 1] = { 0 };

	if (text.len != 2 * len || text.len >= sizeof copy)
		return false;
	memcpy(copy, text.data, text.len);
	return es_hex_decode(copy, ret, len);
}

static bool read_srk(struct es_span text, struct es_pins *pins)
{
	/* TPM_ALG_SHA256, as in every key that es_tpm_srk_make accepts. */
	pins->has_srk =
	    read_hex(text, pins->srk_name, ES_SRK_NAME_LEN) && pins->srk_name[0] == 0x00 && pins->srk_name[1] == 0x0b;
	return pins->has_srk;
}

static bool read_keys(struct es_span text, struct es_pins *pins)
{
	for (size_t at = 0; at <= text.len; at += KEY_TEXT + 1) {
		struct es_span one;

		if (pins->key_count == ES_PINNED_KEYS_MAX || !es_span_part(text, at, KEY_TEXT, &one) ||
		    !read_hex(one, pins->key_id[pins->key_count], ES_KEY_ID_LEN))
			return false;
		if (at + KEY_TEXT < text.len && text.data[at + KEY_TEXT] != ',')
			return false;
		pins->key_count++;
		if (at + KEY_TEXT == text.len)
			return true;
	}
	return false;
}

static bool read_host(struct es_span text, struct es_pins *pins)
{
	if (text.len != UUID_LEN)
		return false;
	for (size_t i = 0; i < UUID_LEN; i++) {
		char c = (char)text.data[i];
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		pins->host[i] = c;
	}
	pins->host[UUID_LEN] = '\0';
	return true;
}

enum es_reason es_pins_parse(struct es_span options, struct es_pins *ret, char ret_detail[static ES_PINS_DETAIL])
{
	static const struct {
		const char *option;
		bool (*read)(struct es_span text, struct es_pins *pins);
	} table[] = {
		{ ES_OPTION_SRK, read_srk },
		{ ES_OPTION_KEY_ID, read_keys },
		{ ES_OPTION_HOST, read_host },
	};
	struct es_pins pins = { .key_count = 0 };
	struct es_span value;

	ret_detail[0] = '\0';
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		/* A name without a value pins to nothing, but its author meant something by it. */
		if (es_options_has(options, table[i].option))
			return bad(table[i].option, ret_detail);
		if (es_options_find(options, table[i].option, &value) && !table[i].read(value, &pins))
			return bad(table[i].option, ret_detail);
	}
	pins.first_boot = es_options_has(options, ES_OPTION_FIRST_BOOT);
	*ret = pins;
	return ES_OK;
}

bool es_pins_accept_key(const struct es_pins *pins, const uint8_t key_id[static ES_KEY_ID_LEN])
{
	for (unsigned i = 0; i < pins->key_count; i++)
		if (memcmp(pins->key_id[i], key_id, ES_KEY_ID_LEN) == 0)
			return true;
	return pins->key_count == 0;
}

bool es_pins_accept_host(const struct es_pins *pins, const char *host)
{
	return pins->host[0] == '\0' || strcmp(pins->host, host) == 0;
}

bool es_pins_expect_config(const struct es_pins *pins)
{
	return pins->key_count > 0 || pins->host[0] != '\0';
}

static void write_hex(struct es_writer *w, const uint8_t *data, size_t len)
{
	char text[SRK_TEXT + 1];

	es_hex_encode(data, len, text);
	es_write_text(w, text);
}

void es_pins_write(const struct es_pins *pins, struct es_writer *w)
{
	for (unsigned i = 0; i < pins->key_count; i++) {
		es_write_text(w, i == 0 ? " " ES_OPTION_KEY_ID "=" : ",");
		write_hex(w, pins->key_id[i], ES_KEY_ID_LEN);
	}
	if (pins->host[0] != '\0') {
		es_write_text(w, " " ES_OPTION_HOST "=");
		es_write_text(w, pins->host);
	}
	if (pins->has_srk) {
		es_write_text(w, " " ES_OPTION_SRK "=");
		write_hex(w, pins->srk_name, ES_SRK_NAME_LEN);
	}
}

void es_pins_strip(char *options, size_t *len)
{
	static const char *const names[] = { ES_OPTION_SRK, ES_OPTION_KEY_ID, ES_OPTION_HOST };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		es_options_remove(options, len, names[i]);
}
