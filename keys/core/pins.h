/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a boot image is pinned to, by options in its own .cmdline. They are measured and signed with the image, and can
 * therefore be trusted, unlike the files on the boot partition:
 *
 *   etcseal.srk=000b…       the Name of the TPM's storage key (TPM 2.0 Library Part 1, "Names"; 68 hex digits)
 *   etcseal.key-id=…[,…]    the key ids (16 hex digits each, at most ES_PINNED_KEYS_MAX) of configurations that may
 * open etcseal.host=UUID       the host that they belong to etcseal.first-boot      a host without a configuration may
 * start, even if its TPM or the image knows of one
 */
#ifndef ES_CORE_PINS_H
#define ES_CORE_PINS_H

#include "keys/core/labels.h"
#include "keys/core/reason.h"
#include "keys/core/span.h"

enum {
	ES_SRK_NAME_LEN = 34, /* TPMI_ALG_HASH, then SHA-256 */
	ES_PINNED_KEYS_MAX = 4,
	ES_PINS_DETAIL = 64,
};

struct es_pins {
	bool has_srk;
	uint8_t srk_name[ES_SRK_NAME_LEN];
	unsigned key_count; /* 0: any key */
	uint8_t key_id[ES_PINNED_KEYS_MAX][ES_KEY_ID_LEN];
	char host[37]; /* lower case; "": any host */
	bool first_boot;
};

/* Reads the pins from the kernel's options; the last of an option given twice wins. ES_BAD_PINS: a pin is malformed;
 * ret_detail names it. */
enum es_reason es_pins_parse(struct es_span options, struct es_pins *ret, char ret_detail[static ES_PINS_DETAIL]);

/* The pins as options, " etcseal.key-id=… etcseal.host=…", each after a space. */
void es_pins_write(const struct es_pins *pins, struct es_writer *w);
/* Removes them from options[0..*len), in place, except etcseal.first-boot. */
void es_pins_strip(char *options, size_t *len);

/* Whether a configuration with this key, or of this host, may open. */
bool es_pins_accept_key(const struct es_pins *pins, const uint8_t key_id[static ES_KEY_ID_LEN]);
bool es_pins_accept_host(const struct es_pins *pins, const char *host);
/* Whether the image was made for a host that has a configuration. */
bool es_pins_expect_config(const struct es_pins *pins);

#endif
