/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/cover.h"

#include "keys/change/change.h"
#include "keys/host/state.h"
#include "keys/store/covered.h"

#include <string.h>

static enum es_reason add(struct es_host *host, const char *path, struct es_boot_record *all)
{
	if (es_covered_path_check(path) != ES_OK)
		return es_host_refuse(host, ES_ARGUMENT, "%s isn't an absolute path without dots", path);
	if (es_path_is_covered(path, all->path_count, (const char(*)[ES_PATH_TEXT])all->paths))
		return ES_OK;
	if (all->path_count == ES_PATHS_MAX)
		return es_host_refuse(host, ES_ARGUMENT, "more than %d paths", ES_PATHS_MAX);
	strcpy(all->paths[all->path_count++], path);
	return ES_OK;
}

enum es_reason es_host_cover(struct es_host *host, unsigned count, const char *const *paths, unsigned *ret_added,
			     struct es_saved *ret)
{
	struct es_boot_record before, all;
	ES_CHANGE c = { .host = NULL };
	enum es_reason r = es_change_begin(host, &c);

	if (r != ES_OK)
		return r;
	before = all = host->boot;
	for (unsigned i = 0; i < count && r == ES_OK; i++)
		r = add(host, paths[i], &all);
	if (r == ES_OK)
		r = es_host_set_covered(host, all.path_count, (const char(*)[ES_PATH_TEXT])all.paths);
	if (r == ES_OK)
		r = es_save_in(&c, &(struct es_save_request){ .count = ES_COUNT_NOW }, ret);
	if (r == ES_OK)
		*ret_added = all.path_count - before.path_count;
	else if (host->boot.path_count != before.path_count)
		/* Nothing was saved with them, so later saves have no reason to differ. */
		(void)!es_host_set_covered(host, before.path_count, (const char(*)[ES_PATH_TEXT])before.paths);
	return r;
}
