/* SPDX-License-Identifier: Apache-2.0 */
/* What the parser and the writer of encryption.info share beyond info.h. Private to keys/store. */
#ifndef ES_STORE_INFO_RULES_H
#define ES_STORE_INFO_RULES_H

#include "keys/store/info.h"
#include "keys/store/json.h"

enum {
	ES_INFO_BLOB_MAX = 4096, /* bytes of an SRK, or of the public or private part of a TPM object */
	ES_INFO_SALT_MAX = 64,
	ES_INFO_INPUT_MAX = 256,
	ES_INFO_ESCROW_MAX = 256,
	ES_INFO_PEM_MAX = 4096,
	ES_INFO_TICKET_MAX = 128,
};
#define ES_BOUND_PRODUCT_UUID "dmi-product-uuid"

extern const char *const es_protector_type_names[ES_PROTECTOR_TYPES]; /* "tpm" "kdf" "recovery" */

/* The rules between fields: no id twice, and the protectors that the mode requires and allows. */
void es_info_check_rules(struct es_json *j, const struct es_info *info);

/* Checks a field that names an NV index, "0x0180e5ea": only one value is valid. */
void es_info_expect_index(struct es_json *j, const char *key, uint32_t index);
/* False: no memory. */
ES_MUST_CHECK bool es_info_set_index(json_t *obj, const char *key, uint32_t index);

/* "signed" of a tpm protector, if there is one. */
void es_info_parse_signed(struct es_json *j, struct es_protector *p);
ES_MUST_CHECK bool es_info_set_signed(json_t *obj, const struct es_protector *p);

/* "predecessors", if there are any. */
void es_info_parse_predecessors(struct es_json *j, struct es_info *info);
ES_MUST_CHECK bool es_info_set_predecessors(json_t *obj, const struct es_info *info);

#endif
