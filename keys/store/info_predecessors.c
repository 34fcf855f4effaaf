/* SPDX-License-Identifier: Apache-2.0 */
/* The field "predecessors": earlier keys, to which a boot image may still be pinned, each wrapped with the current
 * key. */
#include "keys/crypto/base64.h"
#include "keys/store/info_rules.h"

#include <stdlib.h>
#include <string.h>

static bool read_one(struct json_object *v, uint8_t ret[static ES_WRAPPED_LEN])
{
	ES_BUF b = { NULL, 0 };

	if (!json_object_is_type(v, json_type_string) ||
	    strlen(json_object_get_string(v)) != (size_t)json_object_get_string_len(v) ||
	    es_base64_decode(json_object_get_string(v), ES_WRAPPED_LEN, &b) != ES_OK || b.len != ES_WRAPPED_LEN)
		return false;
	memcpy(ret, b.data, b.len);
	return true;
}

void es_info_parse_predecessors(struct es_json *j, struct es_info *info)
{
	struct json_object *list;
	size_t count;

	if (j->reason != ES_OK || !json_object_object_get_ex(j->obj, "predecessors", NULL))
		return;
	list = es_json_get(j, "predecessors", json_type_array);
	if (list == NULL)
		return;
	count = json_object_array_length(list);
	if (count == 0 || count > ES_PREDECESSORS_MAX) {
		es_json_fail(j, count == 0 ? ES_FORMAT : ES_TOO_LARGE, "predecessors", "not one to four");
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (!read_one(json_object_array_get_idx(list, i), info->predecessor[i])) {
			es_json_fail(j, ES_FORMAT, "predecessors", "contains something that isn't a wrapped key");
			return;
		}
	info->predecessor_count = (unsigned)count;
}

static bool add_one(struct json_object *list, const uint8_t wrapped[static ES_WRAPPED_LEN])
{
	struct json_object *v = NULL;
	char *text = NULL;

	if (es_base64_encode((struct es_span){ wrapped, ES_WRAPPED_LEN }, &text) == ES_OK)
		v = json_object_new_string(text);
	free(text);
	if (v != NULL && json_object_array_add(list, v) == 0)
		return true;
	json_object_put(v);
	return false;
}

bool es_info_set_predecessors(struct json_object *obj, const struct es_info *info)
{
	struct json_object *list;

	json_object_object_del(obj, "predecessors");
	if (info->predecessor_count == 0)
		return true;
	list = json_object_new_array();
	if (!es_json_set(obj, "predecessors", list))
		return false;
	for (unsigned i = 0; i < info->predecessor_count; i++)
		if (!add_one(list, info->predecessor[i]))
			return false;
	return true;
}
