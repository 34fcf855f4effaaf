/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/mounts.h"

#include "keys/core/lines.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = ES_MOUNT_TEXT, ID = 0, DEVICE = 2, FROM = 3, POINT = 4, WORDS = 6 };

enum es_reason es_mounts_read(struct es_buf *ret)
{
	return es_file_read(AT_FDCWD, "/proc/self/mountinfo", ES_MOUNTS_MAX, ret);
}

static bool next_word(struct es_span *line, char ret[static WORD])
{
	struct es_span word;

	return es_word_next(line, &word) && es_word_copy(word, ret, WORD);
}

static bool copy(char *ret, size_t cap, const char *word)
{
	return (size_t)snprintf(ret, cap, "%s", word) < cap;
}

static bool parse(struct es_span line, struct es_mounted *ret)
{
	struct es_mounted m = { 0 };
	char word[WORD];

	for (unsigned i = 0; i < WORDS; i++) {
		if (!next_word(&line, word))
			return false;
		if (i == ID)
			m.id = strtoull(word, NULL, 10);
		else if ((i == DEVICE && !copy(m.device, sizeof m.device, word)) ||
			 (i == FROM && !copy(m.from, sizeof m.from, word)) ||
			 (i == POINT && !copy(m.point, sizeof m.point, word)))
			return false;
	}
	/* Any number of optional fields, then a dash. */
	while (next_word(&line, word))
		if (strcmp(word, "-") == 0)
			break;
	if (!next_word(&line, word) || !copy(m.type, sizeof m.type, word))
		return false;
	*ret = m;
	return true;
}

bool es_mounts_next(struct es_span *mountinfo, struct es_mounted *ret)
{
	struct es_span line;

	while (es_line_next(mountinfo, &line))
		if (parse(line, ret))
			return true;
	return false;
}

/* The part of a mount's point after root; NULL: it isn't beneath it. */
static const char *beneath(const char *root, const char *point)
{
	size_t len = strcmp(root, "/") == 0 ? 0 : strlen(root);

	return strncmp(point, root, len) == 0 && point[len] == '/' && point[len + 1] != '\0' ? point + len : NULL;
}

static int line_of(const struct es_mounted *m, const char *point, char *ret, size_t cap)
{
	return snprintf(ret, cap, "%s %s %s\n", m->device, m->from, point);
}

enum es_reason es_mounts_beneath(struct es_span mountinfo, const char *root, struct es_buf *ret)
{
	ES_BUF b = { NULL, 0 };
	struct es_mounted m;
	size_t used = 0;
	/* Each line of the list is shorter than the one that it comes from. */
	enum es_reason r = es_buf_new(mountinfo.len + 1, &b);

	if (r != ES_OK)
		return r;
	while (es_mounts_next(&mountinfo, &m)) {
		const char *point = beneath(root, m.point);

		if (point != NULL)
			used += (size_t)line_of(&m, point, (char *)b.data + used, b.len - used);
	}
	b.len = used;
	*ret = es_buf_take(&b);
	return ES_OK;
}

bool es_mounts_has(struct es_span list, const char *root, const struct es_mounted *m)
{
	const char *point = beneath(root, m->point);
	char want[3 * ES_MOUNT_TEXT];
	struct es_span line;
	size_t len = point != NULL ? (size_t)line_of(m, point, want, sizeof want) : 0;

	while (point != NULL && es_line_next(&list, &line))
		if (line.len + 1 == len && memcmp(line.data, want, line.len) == 0)
			return true;
	return false;
}

/* "\040" is a blank; a slash at the end says nothing. */
static void plain_path(char *path)
{
	char *to = path;

	for (const char *from = path; *from != '\0';) {
		bool octal = from[0] == '\\' && strspn(from + 1, "01234567") >= 3;

		*to++ = octal ? (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0')) : *from;
		from += octal ? 4 : 1;
	}
	while (to > path + 1 && to[-1] == '/')
		to--;
	*to = '\0';
}

static bool has_option(const char *options, const char *name)
{
	size_t len = strlen(name);

	for (const char *o = options; o != NULL; o = strchr(o, ',')) {
		o += *o == ',';
		if (strncmp(o, name, len) == 0 && (o[len] == '\0' || o[len] == ',' || o[len] == '='))
			return true;
	}
	return false;
}

bool es_fstab_mounts_over(struct es_span fstab, const char *path, char ret_point[static ES_MOUNT_TEXT])
{
	char what[WORD], point[WORD], type[WORD], options[WORD];
	struct es_span line;

	while (es_line_next(&fstab, &line)) {
		if (!next_word(&line, what) || what[0] == '#' || !next_word(&line, point) || !next_word(&line, type))
			continue;
		if (!next_word(&line, options))
			options[0] = '\0';
		plain_path(point);
		if (point[0] != '/' || point[1] == '\0' || !es_path_within(path, point) ||
		    (has_option(options, "noauto") && !has_option(options, "x-systemd.automount")))
			continue;
		strcpy(ret_point, point);
		return true;
	}
	return false;
}
