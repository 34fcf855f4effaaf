/* SPDX-License-Identifier: Apache-2.0 */
/* What wraps the config key: a secret of the TPM's, the KDF's, or the recovery key. FORMAT.md, "Protectors". */
#ifndef ES_PROTECTOR_H
#define ES_PROTECTOR_H

#include "keys/core/secret.h"
#include "keys/store/info.h"

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

/* A DMI product UUID that tells one machine from another: not empty, all zeros, all ones, or a vendor's filler. */
bool es_product_uuid_real(const char *product_uuid);

#endif
