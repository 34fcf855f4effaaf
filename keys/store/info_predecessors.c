/* SPDX-License-Identifier: Apache-2.0 */
/* The field "predecessors": earlier keys, to which a boot image may still be pinned, each wrapped with the current
 * key. */
#include "keys/crypto/base64.h"
#include "keys/store/info_rules.h"

#include <stdlib.h>
#include <string.h>

static bool read_one(json_t *v, uint8_t ret[static ES_WRAPPED_LEN])
{
	ES_BUF b = { NULL, 0 };

	if (!json_is_string(v) || es_base64_decode(json_string_value(v), ES_WRAPPED_LEN, &b) != ES_OK ||
	    b.len != ES_WRAPPED_LEN)
		return false;
	memcpy(ret, b.data, b.len);
	return true;
}

void es_info_parse_predecessors(struct es_json *j, struct es_info *info)
{
	json_t *list;
	size_t count;

	if (j->reason != ES_OK || json_object_get(j->obj, "predecessors") == NULL)
		return;
	list = es_json_get(j, "predecessors", JSON_ARRAY);
	if (list == NULL)
		return;
	count = json_array_size(list);
	if (count == 0 || count > ES_PREDECESSORS_MAX) {
		es_json_fail(j, count == 0 ? ES_FORMAT : ES_TOO_LARGE, "predecessors", "not one to four");
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (!read_one(json_array_get(list, i), info->predecessor[i])) {
			es_json_fail(j, ES_FORMAT, "predecessors", "contains something that isn't a wrapped key");
			return;
		}
	info->predecessor_count = (unsigned)count;
}

static bool add_one(json_t *list, const uint8_t wrapped[static ES_WRAPPED_LEN])
{
	char *text = NULL;
	bool fine = es_base64_encode((struct es_span){ wrapped, ES_WRAPPED_LEN }, &text) == ES_OK &&
		    json_array_append_new(list, json_string_nocheck(text)) == 0;

	free(text);
	return fine;
}

bool es_info_set_predecessors(json_t *obj, const struct es_info *info)
{
	json_t *list;

	json_object_del(obj, "predecessors");
	if (info->predecessor_count == 0)
		return true;
	list = json_array();
	if (!es_json_set(obj, "predecessors", list))
		return false;
	for (unsigned i = 0; i < info->predecessor_count; i++)
		if (!add_one(list, info->predecessor[i]))
			return false;
	return true;
}
