/* SPDX-License-Identifier: Apache-2.0 */
/* What encryption.info's parser and writer agree on beyond info.h. Store's own. */
#ifndef ES_STORE_INFO_RULES_H
#define ES_STORE_INFO_RULES_H

#include "keys/store/info.h"
#include "keys/store/json.h"

enum {
	ES_INFO_BLOB_MAX = 4096, /* bytes of an SRK, a TPM object's public or private part */
	ES_INFO_SALT_MAX = 64,
	ES_INFO_INPUT_MAX = 256,
	ES_INFO_ESCROW_MAX = 256,
};
#define ES_BOUND_PRODUCT_UUID "dmi-product-uuid"

extern const char *const es_protector_type_names[ES_PROTECTOR_TYPES]; /* "tpm" "kdf" "recovery" */

/* The rules that hold between fields: no id twice, and the protectors that the mode asks for and allows. */
void es_info_check_rules(struct es_json *j, const struct es_info *info);

#endif
