/* SPDX-License-Identifier: Apache-2.0 */
/* Each entry is "f ", 64 lower-case hex digits, a space, the path, a NUL: a path may hold a line feed. */
#include "keys/adopt/list.h"

#include "keys/core/hex.h"
#include "keys/store/covered.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HEX_LEN = 2 * ES_SHA256_LEN, HEAD_LEN = 2 + HEX_LEN + 1 };

enum es_adopted_kind es_adopted_kind_of(mode_t mode)
{
	return S_ISDIR(mode) ? ES_ADOPTED_FOLDER : S_ISLNK(mode) ? ES_ADOPTED_LINK : ES_ADOPTED_FILE;
}

void es_adopted_free(struct es_adopted *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->entry[i].path);
	free(list->entry);
	*list = (struct es_adopted){ 0 };
}

static int compare(const struct es_adopted_entry *a, const struct es_adopted_entry *b)
{
	int order = strcmp(a->path, b->path);

	if (order == 0)
		order = (int)a->kind - (int)b->kind;
	return order != 0 ? order : memcmp(a->digest.bytes, b->digest.bytes, sizeof a->digest.bytes);
}

static int compare_any(const void *a, const void *b)
{
	return compare(a, b);
}

enum es_reason es_adopted_add(struct es_adopted *list, enum es_adopted_kind kind, const struct es_digest *digest,
			      const char *path)
{
	struct es_adopted_entry e = { .kind = kind, .digest = *digest };
	void *more;

	if (path[0] != '/' || !es_relative_path_is_valid(path + 1) || strlen(path) > ES_MEMBER_MAX)
		return ES_ARGUMENT;
	more = es_grow(list->entry, list->count, &list->room, sizeof list->entry[0]);
	if (more == NULL)
		return ES_MEMORY;
	list->entry = more;
	e.path = strdup(path);
	if (e.path == NULL)
		return ES_MEMORY;
	list->entry[list->count++] = e;
	return ES_OK;
}

static enum es_reason parse_entry(const char *text, size_t len, struct es_adopted *list)
{
	char hex[HEX_LEN + 1];
	struct es_digest digest;
	enum es_reason r;

	if (len <= HEAD_LEN || strchr("fld", text[0]) == NULL || text[1] != ' ' || text[HEAD_LEN - 1] != ' ')
		return ES_FORMAT;
	memcpy(hex, text + 2, HEX_LEN);
	hex[HEX_LEN] = '\0';
	if (strspn(hex, "0123456789abcdef") != HEX_LEN || !es_hex_decode(hex, digest.bytes, sizeof digest.bytes))
		return ES_FORMAT;
	r = es_adopted_add(list, (enum es_adopted_kind)text[0], &digest, text + HEAD_LEN);
	if (r != ES_OK)
		return r == ES_ARGUMENT ? ES_FORMAT : r;
	if (list->count > 1 && compare(&list->entry[list->count - 2], &list->entry[list->count - 1]) >= 0)
		return ES_FORMAT;
	return ES_OK;
}

enum es_reason es_adopted_parse(struct es_span text, struct es_adopted *ret)
{
	const char *at = (const char *)text.data;
	size_t left = text.len;
	enum es_reason r = text.len > ES_ADOPTED_MAX ? ES_TOO_LARGE : ES_OK;

	while (r == ES_OK && left > 0) {
		size_t len = strnlen(at, left);

		r = len < left ? parse_entry(at, len, ret) : ES_FORMAT;
		at += len + 1;
		left -= len < left ? len + 1 : left;
	}
	if (r != ES_OK)
		es_adopted_free(ret);
	return r;
}

static void sort(struct es_adopted *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->entry, list->count, sizeof list->entry[0], compare_any);
	for (size_t i = 1; i < list->count; i++) {
		if (compare(&list->entry[kept], &list->entry[i]) == 0)
			free(list->entry[i].path);
		else
			list->entry[++kept] = list->entry[i];
	}
	list->count = kept + 1;
}

enum es_reason es_adopted_write(struct es_adopted *list, struct es_buf *ret)
{
	ES_BUF b = { NULL, 0 };
	char hex[HEX_LEN + 1];
	struct es_writer w;
	size_t len = 0;
	enum es_reason r;

	sort(list);
	for (size_t i = 0; i < list->count; i++)
		len += HEAD_LEN + strlen(list->entry[i].path) + 1;
	r = len > ES_ADOPTED_MAX ? ES_TOO_LARGE : es_buf_new(len, &b);
	if (r != ES_OK)
		return r;
	w = (struct es_writer){ .data = b.data, .cap = b.len };
	for (size_t i = 0; i < list->count; i++) {
		const struct es_adopted_entry *e = &list->entry[i];
		const char head[2] = { (char)e->kind, ' ' };

		es_hex_encode(e->digest.bytes, sizeof e->digest.bytes, hex);
		es_write_bytes(&w, head, sizeof head);
		es_write_text(&w, hex);
		es_write_text(&w, " ");
		es_write_bytes(&w, e->path, strlen(e->path) + 1);
	}
	*ret = es_buf_take(&b);
	return ES_OK;
}

enum es_adopted_match es_adopted_match(const struct es_adopted *list, enum es_adopted_kind kind,
				       const struct es_digest *digest, const char *path)
{
	enum es_adopted_match match = ES_ADOPTED_NOT;
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(list->entry[mid].path, path) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < list->count && strcmp(list->entry[low].path, path) == 0; low++) {
		if (list->entry[low].kind == kind && es_digest_equal(&list->entry[low].digest, digest))
			return ES_ADOPTED_SAME;
		match = ES_ADOPTED_OTHER;
	}
	return match;
}
