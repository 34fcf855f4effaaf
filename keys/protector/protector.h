/* SPDX-License-Identifier: Apache-2.0 */
/* Wrapping the config key: with a secret from the TPM, from the KDF, or with the recovery key. FORMAT.md, "Keys". */
#ifndef ES_PROTECTOR_H
#define ES_PROTECTOR_H

#include "keys/core/secret.h"
#include "keys/store/info.h"

/* Wraps the config key with a protector's secret, into p->wrapped; p->type determines label and salt. */
ES_MUST_CHECK enum es_reason es_protector_wrap(struct es_protector *p, const struct es_secret *secret,
					       const struct es_secret *config_key);
/* ES_BAD_TAG: not the secret of this protector. */
ES_MUST_CHECK enum es_reason es_protector_unwrap(const struct es_protector *p, const struct es_secret *secret,
						 struct es_secret **ret_config_key);

/* Fills in a fresh kdf protector: cost, salt, input. It is bound to product_uuid if es_product_uuid_is_unique says
 * so. */
ES_MUST_CHECK enum es_reason es_protector_make_kdf(struct es_protector *p, const char *product_uuid,
						   const struct es_secret *config_key);
/* ES_LOCKED_MACHINE: it is bound to another machine's UUID; ES_TAMPERED_INFO: it is bound to none, and doesn't
 * unwrap. */
ES_MUST_CHECK enum es_reason es_protector_open_kdf(const struct es_protector *p, const char *product_uuid,
						   struct es_secret **ret_config_key);

/* Makes a fresh recovery key (ES_RECOVERY_LEN bytes) and its protector, including the escrow. */
ES_MUST_CHECK enum es_reason es_protector_make_recovery(struct es_protector *p, const struct es_secret *config_key,
							struct es_secret **ret_recovery);
/* The recovery key from its escrow. ES_TAMPERED_INFO: the escrow wasn't made with this config key. */
ES_MUST_CHECK enum es_reason es_protector_escrow(const struct es_protector *p, const struct es_secret *config_key,
						 struct es_secret **ret_recovery);

/* Whether a DMI product UUID identifies a machine: not empty, all zeros, all ones, or a vendor's filler. */
bool es_product_uuid_is_unique(const char *product_uuid);

#endif
