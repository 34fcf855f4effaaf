/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a generation. Power may fail between any two lines: see the order in write_banks. */
#include "keys/host/commit.h"

#include "keys/choice/seals.h"
#include "keys/core/event_log.h"
#include "keys/core/labels.h"
#include "keys/crypto/envelope.h"
#include "keys/crypto/hash.h"
#include "keys/host/adopted.h"
#include "keys/host/banks.h"
#include "keys/host/counter.h"
#include "keys/host/machine.h"
#include "keys/host/pins.h"
#include "keys/host/state.h"
#include "keys/host/ticket.h"
#include "keys/protector/config_key.h"
#include "keys/store/file.h"
#include "keys/store/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct es_info *newest_info(const struct es_host *host)
{
	return host->current >= 0 ? host->banks[host->current].info : NULL;
}

static enum es_reason increment(struct es_host *host, struct es_commit *c)
{
	enum es_reason r = es_host_counter_increment(host);

	c->counted |= r == ES_OK;
	return r;
}

/* A boot that accepts the newest bank also accepts this revision, whatever the counter's value. */
static void next_revision(struct es_info *info, const struct es_info *newest)
{
	info->generation = newest->generation;
	info->revision = newest->revision + 1;
}

/* Until this moment the kdf bank beside it isn't a downgrade, and opens. */
static enum es_reason begin_counting(struct es_host *host, struct es_commit *c)
{
	uint64_t value = 0;
	enum es_reason r = es_host_counter_make(host, &value);

	if (r != ES_OK)
		return r;
	c->counted = value == c->info->generation;
	return ES_OK;
}

/* Generations follow the counter, and are never more than one ahead of it, or a boot would take the archive for another
 * TPM's. A generation that is already one ahead, because a commit was interrupted or wasn't to be counted yet, is
 * counted first. */
static enum es_reason number_by_counter(struct es_host *host, struct es_commit *c)
{
	const struct es_info *newest = newest_info(host);
	bool in_tpm_mode = newest != NULL && newest->mode == ES_MODE_TPM, pending;
	uint64_t counter = 0;
	enum es_reason r;

	if (c->new_counter_at != 0) {
		c->info->generation = c->new_counter_at;
		c->info->revision = 0;
		return ES_OK;
	}
	r = es_host_counter(host, &counter);
	pending = r == ES_OK && in_tpm_mode && newest->generation == counter + 1;
	if (pending && c->count == ES_COUNT_LATER) {
		next_revision(c->info, newest);
		return ES_OK;
	}
	if (pending)
		r = increment(host, c);
	if (r != ES_OK && in_tpm_mode && c->count != ES_COUNT_NOW) {
		c->tpm_error = r;
		next_revision(c->info, newest);
		return ES_OK;
	}
	if (r != ES_OK)
		return r;
	c->info->generation = counter + (pending ? 2 : 1);
	c->info->revision = 0;
	return ES_OK;
}

/* The generation to write. In kdf mode there is no counter, so it is the previous one plus one. */
static enum es_reason next_generation(struct es_host *host, struct es_commit *c)
{
	const struct es_info *newest = newest_info(host);

	if (c->info->mode == ES_MODE_TPM)
		return number_by_counter(host, c);
	c->info->generation = newest != NULL ? newest->generation + 1 : 1;
	c->info->revision = 0;
	return ES_OK;
}

static enum es_reason pack(struct es_host *host, const struct es_commit *c, struct es_buf *ret_sealed,
			   struct es_pack_report *ret_report)
{
	struct es_manifest manifest = { .generation = c->info->generation, .path_count = host->boot.path_count };
	char path[ES_PATH_TEXT + 16];
	ES_SECRET kek = NULL;
	ES_PLAIN_BUF tar = { NULL, 0 };
	ES_BUF adopted = { NULL, 0 };
	ES_FD treefd = -1;
	enum es_reason r;

	manifest.has_tree = c->tree != NULL;
	if (c->tree != NULL)
		manifest.tree = *c->tree;
	strcpy(manifest.host, c->info->host);
	es_time_now(manifest.time);
	memcpy(manifest.paths, host->boot.paths, sizeof manifest.paths);
	snprintf(path, sizeof path, "%s/ram/tree", host->run_dir);
	treefd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (treefd < 0)
		return es_host_refuse(host, es_reason_from_errno(errno), "%s", path);
	r = es_host_adopted(host, &adopted);
	manifest.adopted = es_buf_span(&adopted);
	if (r == ES_OK)
		r = es_archive_pack(treefd, &manifest, &tar, ret_report);
	if (r != ES_OK)
		return es_host_refuse_tree(host, r, path, ret_report);
	r = es_config_key_derive(c->config_key, ES_LABEL_ARCHIVE, &kek);
	if (r == ES_OK)
		r = es_envelope_seal(kek, c->info->key_id, es_buf_span(&tar), ret_sealed);
	return r;
}

/* encryption.info names the sizes and hashes of the other files, then is MACed. */
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

/* The path is followed as it was named. Banks are sealed, and the folder may be on a partition without owners: that
 * somebody can change the folder isn't a reason not to save. */
static enum es_reason check_boot_dir(struct es_host *host)
{
	ES_PLACE_AT at = ES_PLACE_AT_NONE;
	struct es_path_fault fault;
	enum es_reason r = es_path_walk(host->boot_dir, ES_PATH_PUBLIC, &at, &fault);

	if (r == ES_UNSAFE_PATH)
		return es_host_refuse_path(host, &fault);
	return r == ES_OK ? ES_OK : es_host_refuse(host, r, "%s", fault.where);
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

/* In mode kdf there must be no counter: it would turn every bank into a downgrade. A counter that a change of mode left
 * because its TPM failed, or that somebody else made, is removed by the next save. If it can't be removed, the save
 * still succeeds. */
static enum es_reason end_counter(struct es_host *host, const struct es_commit *c)
{
	uint64_t value;
	enum es_reason r = ES_OK;

	if (!c->delete_counter)
		r = es_host_counter(host, &value);
	if (r == ES_OK)
		r = es_host_counter_delete(host);
	if (r == ES_OK || (c->delete_counter && r != ES_COUNTER_MISSING))
		return r;
	host->detail[0] = '\0';
	return ES_OK;
}

/* The first bank is written, and the TPM's counter isn't where it belongs. */
static enum es_reason uncounted(struct es_host *host, const struct es_commit *c, enum es_reason r)
{
	char why[sizeof host->detail / 2];

	snprintf(why, sizeof why, "%.*s", (int)sizeof why - 1, host->detail);
	if (c->delete_counter)
		return es_host_refuse(host, r, "the TPM's counter could not be removed (%s): mode kdf isn't complete",
				      why);
	if (c->new_counter_at != 0)
		return es_host_refuse(host, r, "the TPM's counter could not be created (%s): mode tpm isn't complete",
				      why);
	return es_host_refuse(host, r,
			      "saved as generation %llu, but the counter didn't move (%s); the next boot catches up",
			      (unsigned long long)c->info->generation, why);
}

/* First the bank that a boot would take last: until its last byte is written, the bank that the host uses is whole and
 * fresh. Then the counter, which makes that other bank old. Then the other bank too, so that both are of this
 * generation: if one is damaged, a boot still has a bank that the counter accepts. */
static enum es_reason write_banks(struct es_host *host, struct es_commit *c, const struct es_bank_content *content)
{
	const struct es_info *info = c->info;
	/* Age alone doesn't decide: a newer bank that isn't under this host's key was planted, or left by an
	 * interrupted rotation. */
	unsigned first = host->current >= 0 ? 1 - (unsigned)host->current : es_bank_oldest(host->banks);
	enum es_reason r;

	first = c->same_first ? c->first : first;
	c->first = first;
	r = es_bank_write(host->banks_dirfd, first, content);
	if (r != ES_OK)
		return es_host_refuse(host, r, "%s/" ES_BANK_FOLDER "/bank%u; the other bank is unchanged",
				      host->boot_dir, first);
	if (info->mode == ES_MODE_TPM && c->count == ES_COUNT_NOW)
		r = c->new_counter_at != 0 ? begin_counting(host, c) : increment(host, c);
	else if (info->mode == ES_MODE_KDF)
		r = end_counter(host, c);
	if (r != ES_OK)
		return uncounted(host, c, r);
	if (c->one_bank || (c->new_counter_at != 0 && !c->counted))
		return ES_OK;
	r = es_bank_write(host->banks_dirfd, 1 - first, content);
	if (r != ES_OK)
		return es_host_refuse(host, r, "saved as generation %llu in bank%u, but its copy in bank%u failed",
				      (unsigned long long)info->generation, first, 1 - first);
	return ES_OK;
}

static enum es_reason commit_once(struct es_host *host, struct es_commit *commit, struct es_pack_report *ret_report)
{
	ES_BUF archive = { NULL, 0 };
	ES_BUF log = { NULL, 0 };
	ES_BUF info_bytes = { NULL, 0 };
	struct es_bank_content content;
	enum es_reason r, written;

	commit->counted = false;
	commit->tpm_error = ES_OK;
	if (host->boot_dir[0] == '\0')
		return es_host_boot_missing(host);
	r = check_boot_dir(host);
	if (r != ES_OK)
		return r;
	/* Only for explaining a later refusal: a host without a TPM has no log. */
	if (es_host_event_log(host, &log) != ES_OK)
		es_buf_free(&log);
	es_event_log_redact(log.data, log.len);
	es_seals_prune(es_host_boot(host), commit->info);
	es_host_note_ticket(host, commit->info);
	es_host_prune_pins(host, commit->info);
	host->detail[0] = '\0';
	r = next_generation(host, commit);
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

enum es_reason es_host_commit(struct es_host *host, struct es_commit *commit, struct es_pack_report *ret_report)
{
	enum es_reason r = commit_once(host, commit, ret_report);

	if (r != ES_OK || commit->new_counter_at == 0 || commit->counted)
		return r;
	/* This TPM's counter begins elsewhere than predicted; it exists now, and can be read. */
	commit->new_counter_at = 0;
	commit->same_first = true;
	return commit_once(host, commit, ret_report);
}

enum es_reason es_host_mirror(struct es_host *host)
{
	const struct es_bank *bank = &host->banks[host->current];
	const struct es_bank_content content = {
		.info = es_buf_span(&bank->info_bytes),
		.archive = es_buf_span(&bank->archive),
		.log = es_buf_span(&bank->log),
	};
	unsigned other = 1 - (unsigned)host->current;
	uint64_t generation = bank->info->generation;
	enum es_reason written = es_bank_write(host->banks_dirfd, other, &content), r;

	r = es_host_reload(host);
	if (written != ES_OK)
		return es_host_refuse(host, written,
				      "saved as generation %llu in bank%u, but its copy in bank%u failed",
				      (unsigned long long)generation, 1 - other, other);
	return r;
}
