/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/save.h"

#include "keys/change/change.h"
#include "keys/host/adopted.h"
#include "keys/host/counter.h"
#include "keys/host/key.h"
#include "keys/host/state.h"
#include "keys/protector/bank_open.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static enum es_reason hash_tree(struct es_host *host, struct es_pack_report *ret)
{
	struct es_manifest manifest = { .path_count = host->boot.path_count };
	char path[ES_PATH_TEXT + 16];
	ES_FD treefd = -1;
	enum es_reason r;

	memcpy(manifest.paths, host->boot.paths, sizeof manifest.paths);
	snprintf(path, sizeof path, "%s/ram/tree", host->run_dir);
	treefd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (treefd < 0)
		return es_host_refuse(host, es_reason_from_errno(errno), "%s", path);
	r = es_archive_hash(treefd, &manifest, ret);
	return r == ES_OK ? r : es_host_refuse_tree(host, r, path, ret);
}

/* Byte for byte: a copy that differs in anything isn't a copy. */
static bool banks_are_copies(const struct es_host *host)
{
	const struct es_buf *a = &host->banks[0].info_bytes, *b = &host->banks[1].info_bytes;

	return host->banks[0].state == ES_BANK_WHOLE && host->banks[1].state == ES_BANK_WHOLE && a->len == b->len &&
	       memcmp(a->data, b->data, a->len) == 0;
}

/* The list of adopted files is part of what is saved. */
static bool same_list(struct es_host *host, struct es_span tar)
{
	ES_BUF now = { NULL, 0 };
	ES_BUF saved = { NULL, 0 };

	return es_host_adopted(host, &now) == ES_OK && es_archive_adopted(tar, &saved) == ES_OK &&
	       now.len == saved.len && (now.len == 0 || memcmp(now.data, saved.data, now.len) == 0);
}

static bool same_tree(struct es_host *host, const struct es_secret *key, const struct es_digest *tree)
{
	const struct es_bank *bank = &host->banks[host->current];
	struct es_manifest m;
	ES_SECRET tar = NULL;

	if (es_bank_decrypt(bank, key, &tar) != ES_OK ||
	    es_archive_manifest((struct es_span){ es_secret_bytes(tar), es_secret_len(tar) }, &m) != ES_OK)
		return false;
	if (!m.has_tree || !es_digest_equal(&m.tree, tree) || m.generation != bank->info->generation ||
	    m.path_count != host->boot.path_count)
		return false;
	for (unsigned i = 0; i < m.path_count; i++)
		if (strcmp(m.paths[i], host->boot.paths[i]) != 0)
			return false;
	return same_list(host, (struct es_span){ es_secret_bytes(tar), es_secret_len(tar) });
}

/* Whether the counter accepts nothing older than this. If the TPM can't be asked, that isn't a reason to write the same
 * again. */
static bool stands_alone(struct es_host *host, const struct es_info *info)
{
	uint64_t counter;

	if (info->mode == ES_MODE_KDF)
		return true;
	if (info->revision != 0)
		return false;
	return es_host_counter(host, &counter) != ES_OK || counter == info->generation;
}

/* Nothing needs writing, but the last save hasn't been counted: until it is counted here, its predecessors open as
 * well. */
static bool count_pending(struct es_host *host, const struct es_info *info)
{
	uint64_t counter;

	return info->mode == ES_MODE_TPM && es_host_counter(host, &counter) == ES_OK &&
	       counter + 1 == info->generation && es_host_counter_increment(host) == ES_OK;
}

/* Whether there is nothing to write. */
static bool is_saved(struct es_change *c, const struct es_save_request *request, const struct es_digest *tree)
{
	return !request->force && banks_are_copies(c->host) && same_tree(c->host, c->key, tree) &&
	       (request->count != ES_COUNT_NOW || stands_alone(c->host, c->info));
}

enum es_reason es_save_in(struct es_change *c, const struct es_save_request *request, struct es_saved *ret)
{
	struct es_saved saved = { 0 };
	enum es_reason r = hash_tree(c->host, &saved.report);

	if (r != ES_OK)
		return r;
	c->commit.count = request->count;
	c->commit.tree = &saved.report.tree;
	saved.unchanged = is_saved(c, request, &saved.report.tree);
	if (!saved.unchanged)
		r = es_change_commit(c, &saved.report);
	else if (request->count == ES_COUNT_NEXT)
		saved.counted = count_pending(c->host, c->info);
	if (r != ES_OK)
		return r;
	saved.tpm_error = c->commit.tpm_error;
	saved.counted |= c->commit.counted;
	saved.pending = !saved.unchanged && c->info->mode == ES_MODE_TPM && request->count != ES_COUNT_NOW;
	saved.generation = c->info->generation;
	saved.revision = c->info->revision;
	saved.size = c->info->archive_size;
	*ret = saved;
	return ES_OK;
}

enum es_reason es_host_save(struct es_host *host, const struct es_save_request *request, struct es_saved *ret)
{
	ES_CHANGE c = { .host = NULL };
	enum es_reason r = es_change_begin(host, &c);

	return r == ES_OK ? es_save_in(&c, request, ret) : r;
}

enum es_reason es_host_unsaved(struct es_host *host, bool *ret, struct es_pack_report *ret_report)
{
	ES_SECRET key = NULL;
	ES_INFO info = NULL;
	enum es_reason r = es_host_key(host, &key, &info);

	*ret_report = (struct es_pack_report){ .entries = 0 };
	if (r == ES_OK && !host->have_boot)
		r = ES_NOT_BOOTED;
	if (r == ES_OK)
		r = hash_tree(host, ret_report);
	if (r == ES_OK)
		*ret = !same_tree(host, key, &ret_report->tree);
	return r;
}
