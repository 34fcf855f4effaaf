/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/adopt/keep.h"

#include "keys/core/lines.h"

#include <string.h>

enum { FIELDS = 4, FIELD_MAX = 1024 };

/* The n-th field of a line, from 0; "" if there are fewer or it is too long. */
static void field(const char *line, size_t len, unsigned n, char ret[static FIELD_MAX])
{
	struct es_span rest = { (const uint8_t *)line, len }, word;

	ret[0] = '\0';
	while (es_word_next(&rest, &word))
		if (n-- == 0) {
			(void)es_word_copy(word, ret, FIELD_MAX);
			return;
		}
}

/* mount.cifs(8), mount.davfs(8), sshfs: options that are a secret themselves. The name of a file with credentials isn't
 * a secret. */
static bool has_secret(const char *options)
{
	static const char *const secret[] = {
		"pass=", "password=", "pass2=", "password2=", "passwd=", "key=", "secret="
	};

	for (const char *option = options; option != NULL; option = strchr(option, ',')) {
		option += *option == ',';
		for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
			if (strncasecmp(option, secret[i], strlen(secret[i])) == 0)
				return true;
	}
	return false;
}

static bool is_read_early(const char *line, size_t len)
{
	char where[FIELD_MAX], options[FIELD_MAX];

	field(line, len, 1, where);
	field(line, len, 3, options);
	if (line[strspn(line, " \t")] == '#' || has_secret(options))
		return false;
	return strcmp(where, "/usr") == 0 || strstr(options, "x-initrd.mount") != NULL ||
	       strstr(options, "x-initrd.attach") != NULL;
}

enum es_reason es_keep_part(const char *path, struct es_span content, bool *ret_keeps, struct es_buf *ret)
{
	ES_BUF b = { NULL, 0 };
	size_t used = 0;
	enum es_reason r;

	*ret_keeps = strcmp(path, "/etc/fstab") == 0;
	if (!*ret_keeps)
		return ES_OK;
	r = es_buf_new(content.len + 1, &b);
	if (r != ES_OK)
		return r;
	for (size_t at = 0, len; at < content.len; at += len) {
		char line[4 * FIELD_MAX];
		const uint8_t *end = memchr(content.data + at, '\n', content.len - at);

		len = end != NULL ? (size_t)(end - (content.data + at)) + 1 : content.len - at;
		if (len >= sizeof line)
			continue;
		memcpy(line, content.data + at, len);
		line[len] = '\0';
		if (!is_read_early(line, strcspn(line, "\n")))
			continue;
		memcpy(b.data + used, line, len);
		used += len;
	}
	b.len = used;
	*ret = es_buf_take(&b);
	return ES_OK;
}
