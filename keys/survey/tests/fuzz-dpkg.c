/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg's files, one after another between lines of "%%": diversions, a list, its md5sums, status. Whatever they say,
 * each entry's chain of checksums ends, and each path that has an owner is found again. Covers: dpkg.c path_table.c
 */
#include "keys/survey/dpkg.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct es_span cut(struct es_span *rest)
{
	static const char mark[] = "\n%%\n";
	const uint8_t *at = memmem(rest->data, rest->len, mark, strlen(mark));
	struct es_span part = *rest;

	if (at == NULL) {
		rest->len = 0;
		return part;
	}
	part.len = (size_t)(at - rest->data);
	rest->data = at + strlen(mark);
	rest->len -= part.len + strlen(mark);
	return part;
}

static void check(const struct es_path_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct es_path_entry *e = &t->entries[i];
		size_t sums = 0;

		if (es_path_table_find(t, e->path) != i || e->path.len == 0 || e->path.data[0] != '/')
			abort();
		for (uint32_t at = e->sum; at != ES_NO_ENTRY; at = t->sums[at].next)
			if (at >= t->sum_count || ++sums > t->sum_count)
				abort();
		if ((e->sum != ES_NO_ENTRY && e->owner == NULL) ||
		    (e->moved_to != ES_NO_ENTRY && (e->moved_to >= t->count || e->moved_by == NULL)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_span rest = { data, size };
	struct es_dpkg d;
	const char *package;

	if (size == 0 || es_dpkg_init(&d) != ES_OK)
		return 0;
	package = es_dpkg_name(&d, (struct es_span){ (const uint8_t *)"app", 3 });
	if (package == NULL || es_dpkg_diversions(&d, cut(&rest)) != ES_OK ||
	    es_dpkg_list(&d, package, cut(&rest)) != ES_OK || es_dpkg_md5sums(&d, package, cut(&rest)) != ES_OK ||
	    es_dpkg_status(&d, rest) != ES_OK)
		abort();
	check(&d.paths);
	es_dpkg_free(&d);
	return 0;
}
