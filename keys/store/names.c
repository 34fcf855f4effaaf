/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/names.h"

#include "keys/store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

void es_names_free(struct es_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->name[i]);
	free(n->name);
	*n = (struct es_names){ 0 };
}

static enum es_reason add(struct es_names *n, const char *name)
{
	void *more = es_grow(n->name, n->count, &n->room, sizeof n->name[0]);

	if (more == NULL)
		return ES_MEMORY;
	n->name = more;
	n->name[n->count] = strdup(name);
	if (n->name[n->count] == NULL)
		return ES_MEMORY;
	n->count++;
	return ES_OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

enum es_reason es_names_read(int fd, size_t cap, struct es_names *ret)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ES_DIR dir = own >= 0 ? fdopendir(own) : NULL;
	struct dirent *e;
	enum es_reason r = ES_OK;

	if (dir == NULL) {
		r = es_reason_from_errno(errno);
		es_fd_closep(&own);
		return r;
	}
	while (r == ES_OK && (errno = 0, e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = ret->count < cap ? add(ret, e->d_name) : ES_TOO_LARGE;
	}
	if (r == ES_OK && errno != 0)
		r = es_reason_from_errno(errno);
	if (r == ES_OK && ret->count > 0)
		qsort(ret->name, ret->count, sizeof ret->name[0], by_name);
	return r;
}
