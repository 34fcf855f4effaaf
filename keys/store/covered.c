/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/covered.h"

#include <stdio.h>
#include <string.h>

/* The length of the first part of path, up to a slash or the end; 0 if it isn't allowed in a path. */
static size_t sound_part(const char *path)
{
	size_t n = strcspn(path, "/");

	if (n > ES_PART_MAX || (n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
		return 0;
	return n;
}

bool es_relative_path_is_valid(const char *path)
{
	for (;;) {
		size_t n = sound_part(path);

		if (n == 0)
			return false;
		path += n;
		if (*path == '\0')
			return true;
		path++;
	}
}

unsigned es_path_depth(const char *path)
{
	unsigned n = 1;

	for (; *path != '\0'; path++)
		n += *path == '/';
	return n;
}

enum es_reason es_covered_path_check(const char *path)
{
	size_t len = strlen(path);

	if (len >= ES_PATH_TEXT || path[0] != '/' || !es_relative_path_is_valid(path + 1))
		return ES_ARGUMENT;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
			return ES_ARGUMENT; /* it is shown on consoles, and appears in mount tables */
	return ES_OK;
}

bool es_path_within(const char *path, const char *top)
{
	size_t len = strlen(top);

	return strncmp(path, top, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

bool es_path_is_covered(const char *path, unsigned count, const char (*paths)[ES_PATH_TEXT])
{
	for (unsigned i = 0; i < count; i++)
		if (es_path_within(path, paths[i]))
			return true;
	return false;
}

const char *es_path_above(const char *path, char ret[static ES_MEMBER_MAX + 1])
{
	const char *base = strrchr(path, '/') + 1;
	size_t len = (size_t)(base - path) > 1 ? (size_t)(base - path) - 2 : 0;

	memcpy(ret, path + 1, len);
	strcpy(ret + len, len > 0 ? "" : ".");
	return base;
}

void es_printable(const char *text, char *ret, size_t cap)
{
	size_t n = 0;

	for (; text[n] != '\0' && n + 1 < cap; n++)
		ret[n] = text[n] >= 0x20 && text[n] <= 0x7e ? text[n] : '?';
	ret[n] = '\0';
}
