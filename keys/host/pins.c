/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/pins.h"

#include "keys/core/hex.h"
#include "keys/core/options.h"
#include "keys/crypto/hash.h"
#include "keys/host/key.h"
#include "keys/host/state.h"
#include "keys/protector/bank_open.h"
#include "keys/tpm/srk.h"

#include <stdio.h>
#include <string.h>

static enum es_reason srk_name(struct es_info *info, uint8_t ret[static ES_SRK_NAME_LEN])
{
	const struct es_protector *p = es_info_find(info, ES_PROTECTOR_TPM);

	return p != NULL ? es_tpm_srk_name(es_buf_span(&p->tpm.srk), es_sha256, ret) : ES_LOCKED_NO_PROTECTOR;
}

enum es_reason es_host_pins(struct es_host *host, struct es_pins *ret)
{
	struct es_pins pins = { .key_count = 1 };
	ES_SECRET key = NULL;
	ES_INFO info = NULL;
	enum es_reason r = es_host_key(host, &key, &info);

	if (r != ES_OK)
		return r;
	memcpy(pins.key_id[0], info->key_id, ES_KEY_ID_LEN);
	memcpy(pins.host, info->host, sizeof pins.host);
	pins.has_srk = info->mode == ES_MODE_TPM;
	if (pins.has_srk)
		r = srk_name(info, pins.srk_name);
	if (r == ES_OK)
		*ret = pins;
	return r;
}

enum es_reason es_host_image_pins(struct es_host *host, struct es_pins *ret)
{
	char detail[ES_PINS_DETAIL];
	ES_BUF options = { NULL, 0 };
	enum es_reason r = es_host_options(host, &options);

	if (r != ES_OK)
		return es_host_refuse(host, r, "the kernel's options can't be read");
	r = es_pins_parse(es_buf_span(&options), ret, detail);
	return r == ES_OK ? ES_OK : es_host_refuse(host, r, "%s=", detail);
}

static enum es_reason other_key(struct es_host *host, const uint8_t *is, const struct es_pins *pins)
{
	char now[2 * ES_KEY_ID_LEN + 1], wanted[2 * ES_KEY_ID_LEN + 1];

	es_hex_encode(is, ES_KEY_ID_LEN, now);
	es_hex_encode(pins->key_id[0], ES_KEY_ID_LEN, wanted);
	return es_host_refuse(host, ES_OTHER_KEY, "the key is %s, the image accepts %s", now, wanted);
}

enum es_reason es_host_fits_pins(struct es_host *host, const struct es_pins *pins, bool *ret_by_old_key)
{
	uint8_t name[ES_SRK_NAME_LEN];
	ES_SECRET key = NULL;
	ES_VOUCHED v = NULL;
	ES_INFO info = NULL;
	enum es_reason r = es_host_key(host, &key, &info);

	if (r == ES_OK)
		r = es_bank_vouch(&host->banks[host->current], key, &v);
	if (r != ES_OK)
		return r;
	if (!es_vouched_accepted(v, pins))
		return other_key(host, es_vouched_key_id(v), pins);
	if (!es_pins_accept_host(pins, info->host))
		return es_host_refuse(host, ES_OTHER_HOST, "this is host %s, the image is for %s", info->host,
				      pins->host);
	if (pins->has_srk && info->mode == ES_MODE_TPM &&
	    (srk_name(info, name) != ES_OK || memcmp(name, pins->srk_name, sizeof name) != 0))
		return es_host_refuse(host, ES_TPM_OTHER,
				      "the image is pinned to a different storage key than this TPM's");
	*ret_by_old_key = !es_pins_accept_key(pins, es_vouched_key_id(v));
	return ES_OK;
}

void es_host_prune_pins(struct es_host *host, struct es_info *info)
{
	struct es_pins pins;

	/* An image without pins shows nothing: the pinned one may be started again. */
	if (info->predecessor_count > 0 && es_host_image_pins(host, &pins) == ES_OK && pins.key_count > 0 &&
	    es_pins_accept_key(&pins, info->key_id))
		info->predecessor_count = 0;
}
