/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json: what an archive covers, of which host, and when. It is the first member, so that it can be read
 * alone. */
#include "keys/archive/stream.h"
#include "keys/core/wipe_stack.h"
#include "keys/store/covered.h"
#include "keys/store/json.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>

enum { MANIFEST_MAX = 64 << 10 };

static void add_path(struct es_json *j, struct es_manifest *m, const char *path)
{
	if (es_covered_path_check(path) != ES_OK) {
		es_json_fail(j, ES_FORMAT, "paths", "contains a path that can't be covered");
		return;
	}
	/* A path inside another would be packed twice. */
	for (unsigned i = 0; i < m->path_count; i++)
		if (es_path_within(path, m->paths[i]) || es_path_within(m->paths[i], path))
			es_json_fail(j, ES_FORMAT, "paths", "has one path inside another");
	snprintf(m->paths[m->path_count], sizeof m->paths[0], "%s", path);
	m->path_count++;
}

static void parse_paths(struct es_json *j, struct es_manifest *m)
{
	json_t *list = es_json_get(j, "paths", JSON_ARRAY);

	if (list == NULL)
		return;
	if (json_array_size(list) == 0)
		es_json_fail(j, ES_FORMAT, "paths", "empty");
	if (json_array_size(list) > ES_PATHS_MAX)
		es_json_fail(j, ES_TOO_LARGE, "paths", "more than 32");
	for (size_t i = 0; j->reason == ES_OK && i < json_array_size(list); i++) {
		const char *path = json_string_value(json_array_get(list, i));

		add_path(j, m, path != NULL ? path : "");
	}
}

enum es_reason es_manifest_parse(struct es_span json, struct es_manifest *ret)
{
	char detail[ES_JSON_DETAIL];
	ES_JSON obj = NULL;
	struct es_manifest m = { 0 };
	struct es_json j = { .where = "", .detail = detail };

	j.reason = json.len > MANIFEST_MAX ? ES_TOO_LARGE : es_json_parse(json, &obj, detail);
	j.obj = obj;
	es_json_expect(&j, "format", "etcseal-archive", ES_FORMAT);
	if (es_json_uint(&j, "version", UINT64_MAX) != 1)
		es_json_fail(&j, ES_VERSION, "version", "unknown to this release");
	m.generation = es_json_uint(&j, "generation", UINT64_MAX);
	es_json_shaped(&j, "host", ES_SHAPE_UUID, m.host, sizeof m.host);
	es_json_shaped(&j, "time", ES_SHAPE_TIME, m.time, sizeof m.time);
	parse_paths(&j, &m);
	m.has_tree = j.reason == ES_OK && json_object_get(obj, "tree_sha256") != NULL;
	if (m.has_tree)
		es_json_hex(&j, "tree_sha256", m.tree.bytes, sizeof m.tree.bytes);
	if (j.reason == ES_OK)
		*ret = m;
	return j.reason;
}

static bool fill(json_t *o, const struct es_manifest *m)
{
	json_t *list;

	if (!es_json_set_text(o, "format", "etcseal-archive") || !es_json_set(o, "version", json_integer(1)) ||
	    !es_json_set(o, "generation", json_integer((json_int_t)m->generation)) ||
	    !es_json_set_text(o, "host", m->host) || !es_json_set_text(o, "time", m->time))
		return false;
	if (m->has_tree && !es_json_set_hex(o, "tree_sha256", m->tree.bytes, sizeof m->tree.bytes))
		return false;
	list = json_array();
	if (!es_json_set(o, "paths", list))
		return false;
	for (unsigned i = 0; i < m->path_count; i++)
		if (json_array_append_new(list, json_string_nocheck(m->paths[i])) != 0)
			return false;
	return true;
}

enum es_reason es_manifest_write(const struct es_manifest *m, struct es_buf *ret)
{
	ES_JSON o = NULL;
	ES_BUF text = { NULL, 0 };
	struct es_manifest again;
	enum es_reason r;

	if (m->path_count > ES_PATHS_MAX || m->generation > ES_JSON_UINT_MAX)
		return ES_ARGUMENT;
	o = json_object();
	if (o == NULL || !fill(o, m))
		return ES_MEMORY;
	r = es_json_print(o, &text);
	if (r != ES_OK)
		return r;
	if (es_manifest_parse(es_buf_span(&text), &again) != ES_OK)
		return ES_ARGUMENT;
	*ret = es_buf_take(&text);
	return ES_OK;
}

enum es_reason es_tar_manifest(struct es_tar *tar, struct es_manifest *ret)
{
	struct archive_entry *e;
	ES_BUF text = { NULL, 0 };
	const char *name;
	enum es_reason r = es_tar_next(tar, &e);

	if (r != ES_OK)
		return r == ES_MISSING ? ES_FORMAT : r;
	name = archive_entry_pathname(e);
	if (name == NULL || strcmp(name, "manifest.json") != 0 || archive_entry_hardlink(e) != NULL ||
	    archive_entry_filetype(e) != AE_IFREG)
		return ES_FORMAT;
	r = es_tar_read_all(tar, MANIFEST_MAX, &text);
	return r == ES_OK ? es_manifest_parse(es_buf_span(&text), ret) : r;
}

static ES_OWN_FRAME enum es_reason read_manifest(struct es_span packed, struct es_manifest *ret)
{
	ES_LOCALE locale = { NULL, NULL };
	ES_TAR tar = NULL;
	enum es_reason r = es_locale_c(&locale);

	if (r == ES_OK)
		r = es_tar_open(packed, &tar);
	return r == ES_OK ? es_tar_manifest(tar, ret) : r;
}

bool es_tar_is_adopted(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);

	return name != NULL && strcmp(name, ES_MEMBER_ADOPTED) == 0 && archive_entry_filetype(entry) == AE_IFREG &&
	       archive_entry_hardlink(entry) == NULL && archive_entry_size(entry) <= ES_ARCHIVE_ADOPTED_MAX;
}

static ES_OWN_FRAME enum es_reason read_adopted(struct es_span packed, struct es_buf *ret)
{
	ES_LOCALE locale = { NULL, NULL };
	ES_TAR tar = NULL;
	struct es_manifest ignored;
	struct archive_entry *e;
	enum es_reason r = es_locale_c(&locale);

	if (r == ES_OK)
		r = es_tar_open(packed, &tar);
	if (r == ES_OK)
		r = es_tar_manifest(tar, &ignored);
	if (r == ES_OK)
		r = es_tar_next(tar, &e);
	if (r == ES_MISSING || (r == ES_OK && !es_tar_is_adopted(e))) {
		*ret = (struct es_buf){ NULL, 0 };
		return ES_OK;
	}
	return r == ES_OK ? es_tar_read_all(tar, ES_ARCHIVE_ADOPTED_MAX, ret) : r;
}

enum es_reason es_archive_adopted(struct es_span packed, struct es_buf *ret)
{
	enum es_reason r = read_adopted(packed, ret);

	es_wipe_stack();
	return r;
}

enum es_reason es_archive_manifest(struct es_span packed, struct es_manifest *ret)
{
	enum es_reason r = read_manifest(packed, ret);

	es_wipe_stack();
	return r;
}
