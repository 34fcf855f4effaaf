/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a generation. Power may fail between any two lines: see the order in es_host_commit. */
#include "keys/config_key.h"
#include "keys/core/labels.h"
#include "keys/crypto/envelope.h"
#include "keys/crypto/hash.h"
#include "keys/host_state.h"
#include "keys/store/file.h"
#include "keys/tpm/counter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The generation to write, by the counter's own numbers; in kdf mode there is none, so one more than there was. */
static enum es_reason next_generation(struct es_host *host, const struct es_info *info, uint64_t *ret)
{
	uint64_t newest = host->current >= 0 ? host->banks[host->current].info->generation : 0;
	uint64_t counter;
	enum es_reason r;

	if (info->mode == ES_MODE_KDF) {
		*ret = newest + 1;
		return ES_OK;
	}
	r = es_host_connect(host);
	if (r == ES_OK)
		r = es_tpm_counter_read(host->tpm, info->nv_index, &counter);
	/* A commit before this one was cut: count for it, or this one would be two ahead. */
	if (r == ES_OK && newest == counter + 1 && host->banks[host->current].info->mode == ES_MODE_TPM) {
		r = es_tpm_counter_increment(host->tpm, info->nv_index);
		counter++;
	}
	if (r != ES_OK)
		return es_host_refuse(host, r, "%s", host->tpm != NULL ? es_tpm_last_refusal(host->tpm) : "");
	*ret = counter + 1;
	return ES_OK;
}

static enum es_reason pack(struct es_host *host, const struct es_commit *c, struct es_buf *ret_sealed,
			   struct es_pack_report *ret_report)
{
	struct es_manifest manifest = { .generation = c->info->generation, .path_count = c->path_count };
	char path[ES_PATH_TEXT + 16];
	ES_SECRET kek = NULL;
	ES_PLAIN_BUF tar = { NULL, 0 };
	ES_FD treefd = -1;
	enum es_reason r;

	strcpy(manifest.host, c->info->host);
	es_time_now(manifest.time);
	for (unsigned i = 0; i < c->path_count; i++)
		strcpy(manifest.paths[i], c->paths[i]);
	snprintf(path, sizeof path, "%s/ram/tree", host->run_dir);
	treefd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (treefd < 0)
		return es_host_refuse(host, es_reason_from_errno(errno), "%s", path);
	r = es_archive_pack(treefd, &manifest, &tar, ret_report);
	if (r != ES_OK)
		return es_host_refuse(host, r, "packing %s%s", path, ret_report->refused);
	r = es_config_key_derive(c->config_key, ES_LABEL_ARCHIVE, &kek);
	if (r == ES_OK)
		r = es_envelope_seal(kek, c->info->key_id, es_buf_span(&tar), ret_sealed);
	return r;
}

/* encryption.info names what stands beside it, then is MACed. */
static enum es_reason describe(const struct es_commit *c, struct es_span archive, struct es_span log,
			       struct es_buf *ret_info)
{
	ES_SECRET mac_key = NULL;
	enum es_reason r = es_config_key_derive(c->config_key, ES_LABEL_INFO_MAC, &mac_key);

	if (r != ES_OK)
		return r;
	c->info->archive_size = archive.len;
	if (!es_sha256(&archive, 1, &c->info->archive_sha256) || !es_sha256(&log, 1, &c->info->log_sha256))
		return ES_CRYPTO;
	return es_info_write(c->info, mac_key, ret_info);
}

static enum es_reason make_folder(struct es_host *host)
{
	ES_FD boot = -1;

	if (host->banks_dirfd >= 0)
		return ES_OK;
	boot = open(host->boot_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (boot < 0 || (mkdirat(boot, ES_BANK_FOLDER, 0700) < 0 && errno != EEXIST))
		return es_host_refuse(host, es_reason_from_errno(errno), "%s/" ES_BANK_FOLDER, host->boot_dir);
	host->banks_dirfd = openat(boot, ES_BANK_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (host->banks_dirfd < 0)
		return es_host_refuse(host, es_reason_from_errno(errno), "%s/" ES_BANK_FOLDER, host->boot_dir);
	return es_folder_sync(boot);
}

/* First the bank that a boot would take last: until its last byte the other one is whole and fresh. Then the counter, which makes
 * that other one old. Then the other one too, so that both are of this generation: with one damaged, a boot still
 * has a bank that the counter accepts. */
static enum es_reason write_banks(struct es_host *host, const struct es_commit *c,
				  const struct es_bank_content *content)
{
	const struct es_info *info = c->info;
	unsigned first = es_bank_oldest(host->banks);
	enum es_reason r = es_bank_write(host->banks_dirfd, first, content);

	if (r != ES_OK)
		return es_host_refuse(host, r, "%s/" ES_BANK_FOLDER "/bank%u; the other bank is as it was",
				      host->boot_dir, first);
	if (info->mode == ES_MODE_TPM)
		r = es_tpm_counter_increment(host->tpm, info->nv_index);
	else if (c->drop_counter != 0)
		r = es_tpm_counter_delete(host->tpm, c->drop_counter);
	if (r != ES_OK)
		return es_host_refuse(
		    host, r, "saved as generation %llu, but the counter didn't move (%s); the next boot catches up",
		    (unsigned long long)info->generation, es_tpm_last_refusal(host->tpm));
	r = es_bank_write(host->banks_dirfd, 1 - first, content);
	if (r != ES_OK)
		return es_host_refuse(host, r, "saved as generation %llu in bank%u, but its copy in bank%u failed",
				      (unsigned long long)info->generation, first, 1 - first);
	return ES_OK;
}

enum es_reason es_host_commit(struct es_host *host, const struct es_commit *commit, struct es_pack_report *ret_report)
{
	ES_BUF archive = { NULL, 0 };
	ES_BUF log = { NULL, 0 };
	ES_BUF info_bytes = { NULL, 0 };
	struct es_bank_content content;
	enum es_reason r, written;

	if (host->boot_dir[0] == '\0')
		return ES_NO_BOOT_PARTITION;
	/* For explaining a later refusal only: a host without a TPM has none. */
	if (es_host_event_log(host, &log) != ES_OK)
		es_buf_free(&log);
	host->detail[0] = '\0';
	r = next_generation(host, commit->info, &commit->info->generation);
	if (r == ES_OK)
		r = pack(host, commit, &archive, ret_report);
	if (r == ES_OK)
		r = describe(commit, es_buf_span(&archive), es_buf_span(&log), &info_bytes);
	if (r == ES_OK)
		r = make_folder(host);
	if (r != ES_OK)
		return r;
	content = (struct es_bank_content){
		.info = es_buf_span(&info_bytes),
		.archive = es_buf_span(&archive),
		.log = es_buf_span(&log),
	};
	written = write_banks(host, commit, &content);
	r = es_host_reload(host);
	return written != ES_OK ? written : r;
}

enum es_reason es_host_backup(struct es_host *host, struct es_pack_report *ret_report)
{
	ES_SECRET key = NULL;
	ES_INFO info = NULL;
	enum es_reason r = es_host_unlocked(host, &key, &info);

	if (r == ES_OK && !host->have_boot)
		r = ES_NOT_BOOTED;
	if (r != ES_OK)
		return r;
	return es_host_commit(host,
			      &(struct es_commit){
				  .info = info,
				  .config_key = key,
				  .path_count = host->boot.path_count,
				  .paths = (const char(*)[ES_PATH_TEXT])host->boot.paths,
			      },
			      ret_report);
}
