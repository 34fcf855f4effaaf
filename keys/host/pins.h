/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot images that are made for this host alone: what they are pinned to (keys/core/pins.h), and whether the current
 * configuration opens with one.
 */
#ifndef ES_HOST_PINS_H
#define ES_HOST_PINS_H

#include "keys/core/pins.h"
#include "keys/host/host.h"

/* What to pin an image to: the running host's key id and host id, and in mode tpm its TPM's storage key.
 * ES_NOT_UNLOCKED, … */
ES_MUST_CHECK enum es_reason es_host_pins(struct es_host *host, struct es_pins *ret);

/* What the running image is pinned to, according to the kernel's options. ES_BAD_PINS, and the detail names the
 * option. */
ES_MUST_CHECK enum es_reason es_host_image_pins(struct es_host *host, struct es_pins *ret);

/* Whether an image with these pins opens what is saved now. ES_OK; ES_OTHER_KEY, ES_OTHER_HOST, ES_TPM_OTHER, and the
 * detail says what is and what should be. *ret_by_old_key: it opens, but because it accepts a key before the current
 * one, so anyone who knows that key can still plant a configuration. */
ES_MUST_CHECK enum es_reason es_host_fits_pins(struct es_host *host, const struct es_pins *pins, bool *ret_by_old_key);

/* Before a commit under the current key: once the running image accepts that key, the previous ones are dropped. */
struct es_info;
void es_host_prune_pins(struct es_host *host, struct es_info *info);

#endif
