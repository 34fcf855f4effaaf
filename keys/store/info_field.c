/* SPDX-License-Identifier: Apache-2.0 */
/* Fields that several parts of encryption.info read and write in the same way. */
#include "keys/store/info_rules.h"

#include <stdio.h>
#include <string.h>

const char *const es_protector_type_names[ES_PROTECTOR_TYPES] = { "tpm", "kdf", "recovery" };

void es_info_expect_index(struct es_json *j, const char *key, uint32_t index)
{
	char text[11] = "", wanted[11], what[32];

	es_json_text(j, key, text, sizeof text);
	snprintf(wanted, sizeof wanted, "0x%08x", index);
	snprintf(what, sizeof what, "not %s", wanted);
	if (strcmp(text, wanted) != 0)
		es_json_fail(j, ES_FORMAT, key, what);
}

bool es_info_set_index(json_t *obj, const char *key, uint32_t index)
{
	char text[16];

	snprintf(text, sizeof text, "0x%08x", index);
	return es_json_set_text(obj, key, text);
}
