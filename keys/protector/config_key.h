/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hangs off the config key: every key derived from it, and the protectors that wrap it. FORMAT.md, "Keys". The
 * TPM's own part (seal, unseal) is in keys/tpm/object.c.
 */
#ifndef ES_CONFIG_KEY_H
#define ES_CONFIG_KEY_H

#include "keys/core/secret.h"
#include "keys/store/info.h"

/* HKDF-SHA256 of the config key under one of core/labels.h, ES_KEY_LEN bytes. */
ES_MUST_CHECK enum es_reason es_config_key_derive(const struct es_secret *config_key, const char *label,
						  struct es_secret **ret);

/* The public name of a config key: two banks with the same one open with the same key. */
ES_MUST_CHECK enum es_reason es_config_key_id(const struct es_secret *config_key, uint8_t ret[static ES_KEY_ID_LEN]);

/* The ids of the keys before this one that info names. ES_TAMPERED_INFO: one isn't wrapped under this key. */
ES_MUST_CHECK enum es_reason es_predecessor_ids(const struct es_info *info, const struct es_secret *config_key,
						uint8_t ret[static ES_PREDECESSORS_MAX][ES_KEY_ID_LEN]);
/* Under the next key: those that info names under the old one, and the old one itself; of more than there is room for the
 * oldest goes. */
ES_MUST_CHECK enum es_reason es_predecessors_pass_on(struct es_info *info, const struct es_secret *old,
						     const struct es_secret *next);

#endif
