/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config key, every key that is derived from it, and its predecessors. FORMAT.md, "Keys" and "Predecessors".
 * keys/protector/protector.h wraps it.
 */
#ifndef ES_CONFIG_KEY_H
#define ES_CONFIG_KEY_H

#include "keys/core/secret.h"
#include "keys/store/info.h"

/* HKDF-SHA256 of the config key with one of the labels in core/labels.h: ES_KEY_LEN bytes. */
ES_MUST_CHECK enum es_reason es_config_key_derive(const struct es_secret *config_key, const char *label,
						  struct es_secret **ret);

/* The public name of a config key: two banks with the same name open with the same key. */
ES_MUST_CHECK enum es_reason es_config_key_id(const struct es_secret *config_key, uint8_t ret[static ES_KEY_ID_LEN]);

/* The ids of the predecessors in info. ES_TAMPERED_INFO: one isn't wrapped with this key. */
ES_MUST_CHECK enum es_reason es_predecessor_ids(const struct es_info *info, const struct es_secret *config_key,
						uint8_t ret[static ES_PREDECESSORS_MAX][ES_KEY_ID_LEN]);
/* Wraps with the next key the predecessors in info, and the old key itself. If there are too many, the oldest is
 * dropped. */
ES_MUST_CHECK enum es_reason es_predecessors_rewrap(struct es_info *info, const struct es_secret *old,
						    const struct es_secret *next);

#endif
