/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/secret.h"

#include "keys/core/wipe.h"

#include <sys/mman.h>
#include <unistd.h>

enum { SECRET_MAX = 64 << 20 };

struct es_secret {
	size_t len;
	size_t mapped; /* length of the mapping, this header included */
	uint8_t data[];
};

enum es_reason es_secret_new(size_t len, struct es_secret **ret)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct es_secret *s;
	size_t mapped;

	if (len == 0 || len > SECRET_MAX)
		return ES_ARGUMENT;
	mapped = (sizeof *s + len + page - 1) / page * page;
	s = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		return ES_MEMORY;
	if (mlock(s, mapped) < 0 || madvise(s, mapped, MADV_DONTDUMP) < 0 || madvise(s, mapped, MADV_DONTFORK) < 0) {
		munmap(s, mapped);
		return ES_MEMORY;
	}
	s->len = len;
	s->mapped = mapped;
	*ret = s;
	return ES_OK;
}

void es_secret_free(struct es_secret *s)
{
	size_t mapped;

	if (s == NULL)
		return;
	mapped = s->mapped;
	es_wipe(s, mapped);
	munmap(s, mapped);
}

void es_secret_freep(struct es_secret **s)
{
	es_secret_free(*s);
	*s = NULL;
}

uint8_t *es_secret_data(struct es_secret *s)
{
	return s->data;
}

const uint8_t *es_secret_bytes(const struct es_secret *s)
{
	return s->data;
}

size_t es_secret_len(const struct es_secret *s)
{
	return s->len;
}
