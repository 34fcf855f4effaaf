/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hangs off the config key: every key derived from it, and the protectors that wrap it. DESIGN.md section 5,
 * FORMAT.md "Derivations". The TPM's own part (seal, unseal) is in opening.c and sealing.c.
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

/* Wraps the config key under a protector's secret, into p->wrapped; label and salt follow from p->type. */
ES_MUST_CHECK enum es_reason es_protector_wrap(struct es_protector *p, const struct es_secret *secret,
					       const struct es_secret *config_key);
/* ES_BAD_TAG: not this protector's secret. */
ES_MUST_CHECK enum es_reason es_protector_unwrap(const struct es_protector *p, const struct es_secret *secret,
						 struct es_secret **ret_config_key);

/* Fills in a fresh kdf protector: cost, salt, input. Bound to product_uuid if es_product_uuid_real. */
ES_MUST_CHECK enum es_reason es_protector_make_kdf(struct es_protector *p, const char *product_uuid,
						   const struct es_secret *config_key);
/* ES_LOCKED_MACHINE: it is bound to another machine's UUID; ES_TAMPERED_INFO: bound to none, and it doesn't unwrap. */
ES_MUST_CHECK enum es_reason es_protector_open_kdf(const struct es_protector *p, const char *product_uuid,
						   struct es_secret **ret_config_key);

/* A fresh recovery key (ES_RECOVERY_LEN bytes) and its protector, escrow included. */
ES_MUST_CHECK enum es_reason es_protector_make_recovery(struct es_protector *p, const struct es_secret *config_key,
							struct es_secret **ret_recovery);
/* The recovery key out of its escrow. ES_TAMPERED_INFO: not under this config key. */
ES_MUST_CHECK enum es_reason es_protector_escrow(const struct es_protector *p, const struct es_secret *config_key,
						 struct es_secret **ret_recovery);

/* The ids of the keys before this one that info names. ES_TAMPERED_INFO: one isn't wrapped under this key. */
ES_MUST_CHECK enum es_reason es_predecessor_ids(const struct es_info *info, const struct es_secret *config_key,
						uint8_t ret[static ES_PREDECESSORS_MAX][ES_KEY_ID_LEN]);
/* Under the next key: those that info names under the old one, and the old one itself; of more than there is room for the
 * oldest goes. */
ES_MUST_CHECK enum es_reason es_predecessors_pass_on(struct es_info *info, const struct es_secret *old,
						     const struct es_secret *next);

/* A DMI product UUID that tells one machine from another: not empty, all zeros, all ones, or a vendor's filler. */
bool es_product_uuid_real(const char *product_uuid);

/* A version 4 UUID (RFC 4122), lower case. */
ES_MUST_CHECK enum es_reason es_uuid_make(char ret[static ES_UUID_TEXT]);
/* Now, UTC. */
void es_time_now(char ret[static ES_TIME_TEXT]);

#endif
