/* SPDX-License-Identifier: Apache-2.0 */
/* A root file system in a folder, for the tests of this room. */
#ifndef ES_ADOPT_TESTS_LIB_H
#define ES_ADOPT_TESTS_LIB_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/adopt/list.h"
#include "keys/crypto/hash.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct root {
	char path[32];
	int fd;
};

__attribute__((format(printf, 2, 3))) static inline void shell(const struct root *root, const char *format, ...)
{
	char line[1024];
	va_list list;
	int n = snprintf(line, sizeof line, "cd %s && ", root->path);

	va_start(list, format);
	vsnprintf(line + n, sizeof line - (size_t)n, format, list);
	va_end(list);
	if (system(line) != 0)
		fail_msg("%s", line);
}

static inline void root_make(struct root *root)
{
	strcpy(root->path, "/tmp/test-adopt.XXXXXX");
	assert_non_null(mkdtemp(root->path));
	root->fd = open(root->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	shell(root, "mkdir etc");
}

static inline void root_remove(struct root *root)
{
	shell(root, "chattr -R -f -i . || :; rm -rf %s", root->path);
	close(root->fd);
}

static inline bool is(const struct root *root, const char *path, const char *content)
{
	char full[512];
	ES_BUF b = { NULL, 0 };

	snprintf(full, sizeof full, "%s%s", root->path, path);
	return es_file_read(AT_FDCWD, full, 1 << 20, &b) == ES_OK && b.len == strlen(content) &&
	       memcmp(b.data, content, b.len) == 0;
}

static inline bool missing(const struct root *root, const char *path)
{
	char full[512];
	struct stat st;

	snprintf(full, sizeof full, "%s%s", root->path, path);
	return lstat(full, &st) < 0;
}

static inline void adopt(struct es_adopted *list, enum es_adopted_kind kind, const char *path, const char *content)
{
	const struct es_span part = es_text_span(content);
	struct es_digest digest = { { 0 } };

	if (kind != ES_ADOPTED_FOLDER)
		assert_true(es_sha256(&part, 1, &digest));
	assert_int_equal(es_adopted_add(list, kind, &digest, path), ES_OK);
}

/* Sorts it, as reading it does. */
static inline void settle(struct es_adopted *list)
{
	ES_BUF text = { NULL, 0 };

	assert_int_equal(es_adopted_write(list, &text), ES_OK);
}

#endif
