/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/survey/dpkg.h"

#include "keys/core/hex.h"
#include "keys/core/lines.h"

#include <stdlib.h>
#include <string.h>

enum {
	NAME_MAX_LEN = 255,
	PATH_MAX_LEN = 4095,
	HEX_LEN = 2 * ES_MD5_LEN,
};

struct es_dpkg_names {
	struct es_dpkg_names *next;
	char text[];
};

enum es_reason es_dpkg_init(struct es_dpkg *d)
{
	d->names = NULL;
	return es_path_table_init(&d->paths);
}

void es_dpkg_free(struct es_dpkg *d)
{
	while (d->names != NULL) {
		struct es_dpkg_names *next = d->names->next;

		free(d->names);
		d->names = next;
	}
	es_path_table_free(&d->paths);
}

const char *es_dpkg_name(struct es_dpkg *d, struct es_span name)
{
	const uint8_t *colon = name.len > 0 ? memchr(name.data, ':', name.len) : NULL;
	struct es_dpkg_names *new;

	if (colon != NULL)
		name.len = (size_t)(colon - name.data);
	if (name.len == 0 || name.len > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == '/')
			return NULL;
	new = malloc(sizeof *new + name.len + 1);
	if (new == NULL)
		return NULL;
	memcpy(new->text, name.data, name.len);
	new->text[name.len] = '\0';
	new->next = d->names;
	d->names = new;
	return new->text;
}

static bool is_path(struct es_span s)
{
	return s.len > 1 && s.len <= PATH_MAX_LEN && s.data[0] == '/' && memchr(s.data, '\0', s.len) == NULL;
}

static bool read_md5(struct es_span s, uint8_t ret[static ES_MD5_LEN])
{
	char hex[HEX_LEN + 1];

	if (s.len != HEX_LEN)
		return false;
	memcpy(hex, s.data, HEX_LEN);
	hex[HEX_LEN] = '\0';
	return es_hex_decode(hex, ret, ES_MD5_LEN);
}

static bool is_text(struct es_span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}

/* Three lines each: the path, where it goes, and the package that keeps the path, or ":" for an administrator's own. */
enum es_reason es_dpkg_diversions(struct es_dpkg *d, struct es_span text)
{
	struct es_span from, to, by;
	uint32_t from_at, to_at;

	while (es_line_next(&text, &from) && es_line_next(&text, &to) && es_line_next(&text, &by)) {
		const char *name = is_text(by, ":") ? "" : es_dpkg_name(d, by);
		enum es_reason r;

		if (!is_path(from) || !is_path(to) || name == NULL)
			continue;
		r = es_path_table_put(&d->paths, from, &from_at);
		if (r == ES_OK)
			r = es_path_table_put(&d->paths, to, &to_at);
		if (r != ES_OK)
			return r;
		d->paths.entries[from_at].moved_to = to_at;
		d->paths.entries[from_at].moved_by = name;
	}
	return ES_OK;
}

enum es_reason es_dpkg_list(struct es_dpkg *d, const char *package, struct es_span text)
{
	struct es_span line;

	while (es_line_next(&text, &line)) {
		enum es_reason r;

		if (!is_path(line) || is_text(line, "/."))
			continue;
		r = es_path_table_own(&d->paths, line, package);
		if (r != ES_OK)
			return r;
	}
	return ES_OK;
}

/* "MD5  path/without/slash" */
enum es_reason es_dpkg_md5sums(struct es_dpkg *d, const char *package, struct es_span text)
{
	uint8_t md5[ES_MD5_LEN], path[1 + PATH_MAX_LEN];
	struct es_span line;

	path[0] = '/';
	while (es_line_next(&text, &line)) {
		struct es_span whole;
		enum es_reason r;

		if (line.len < HEX_LEN + 3 || line.len - HEX_LEN - 2 > PATH_MAX_LEN - 1 || line.data[HEX_LEN] != ' ' ||
		    !read_md5((struct es_span){ line.data, HEX_LEN }, md5))
			continue;
		whole = (struct es_span){ path, line.len - HEX_LEN - 1 };
		memcpy(path + 1, line.data + HEX_LEN + 2, whole.len - 1);
		if (es_path_table_find(&d->paths, whole) == ES_NO_ENTRY)
			continue;
		r = es_path_table_own_sum(&d->paths, whole, package, md5);
		if (r != ES_OK)
			return r;
	}
	return ES_OK;
}

/* The last word of a line, which it is cut by. */
static struct es_span cut_word(struct es_span *line)
{
	struct es_span word;
	size_t at = line->len;

	while (at > 0 && line->data[at - 1] != ' ')
		at--;
	word = (struct es_span){ line->data + at, line->len - at };
	line->len = at;
	while (line->len > 0 && line->data[line->len - 1] == ' ')
		line->len--;
	return word;
}

/* " /etc/a name MD5", or "newconffile" for the MD5, then perhaps flags. */
static enum es_reason read_conffile(struct es_dpkg *d, const char *package, struct es_span line)
{
	uint8_t md5[ES_MD5_LEN];
	struct es_span word = cut_word(&line);

	while (is_text(word, "obsolete") || is_text(word, "remove-on-upgrade"))
		word = cut_word(&line);
	while (line.len > 0 && line.data[0] == ' ') {
		line.data++;
		line.len--;
	}
	if (!is_path(line))
		return ES_OK;
	if (read_md5(word, md5))
		return es_path_table_own_sum(&d->paths, line, package, md5);
	return is_text(word, "newconffile") ? es_path_table_own(&d->paths, line, package) : ES_OK;
}

static bool field(struct es_span line, const char *name, struct es_span *ret_value)
{
	size_t len = strlen(name);

	if (line.len < len || strncasecmp((const char *)line.data, name, len) != 0)
		return false;
	line.data += len;
	line.len -= len;
	while (line.len > 0 && line.data[0] == ' ') {
		line.data++;
		line.len--;
	}
	*ret_value = line;
	return true;
}

enum es_reason es_dpkg_status(struct es_dpkg *d, struct es_span text)
{
	const char *package = NULL;
	bool conffiles = false;
	struct es_span line, value;

	while (es_line_next(&text, &line)) {
		enum es_reason r = ES_OK;

		if (line.len > 0 && line.data[0] == ' ') {
			if (conffiles && package != NULL)
				r = read_conffile(d, package, line);
		} else {
			conffiles = field(line, "Conffiles:", &value);
			if (line.len == 0)
				package = NULL;
			else if (field(line, "Package:", &value))
				package = es_dpkg_name(d, value);
		}
		if (r != ES_OK)
			return r;
	}
	return ES_OK;
}
