/* SPDX-License-Identifier: Apache-2.0 */
/* The changes that an administrator makes: first sealing, mode, requirements. Each ends in one commit. */
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/host/state.h"
#include "keys/protector/config_key.h"
#include "keys/protector/keyring_named.h"
#include "keys/protector/protector.h"
#include "keys/store/file.h"
#include "keys/store/identity.h"
#include "keys/tpm/counter.h"

#include <fcntl.h>
#include <string.h>

enum { CMDLINE_MAX = 8192 };

/* A counter left by an earlier installation goes on counting; that it is there isn't an error. */
static enum es_reason take_counter(struct es_host *host)
{
	uint64_t value;
	enum es_reason r = es_tpm_counter_make(host->tpm, ES_COUNTER_INDEX, &value);

	if (r != ES_OK && r != ES_ALREADY_CONFIGURED)
		return es_host_refuse(host, r, "%s", es_tpm_last_refusal(host->tpm));
	return ES_OK;
}

/* While kdf banks are all there is, a counter would make a downgrade of them; and a first sealing that is cut must not look
 * like a configuration that is gone. So it is counted only when the first bank of it is written. */
static enum es_reason foresee_counter(struct es_host *host, struct es_commit *commit)
{
	uint64_t value;
	enum es_reason r = es_tpm_counter_read(host->tpm, ES_COUNTER_INDEX, &value);

	commit->new_counter_at = 0;
	if (r == ES_COUNTER_MISSING || r == ES_COUNTER_UNCOUNTED)
		r = es_tpm_counter_foresee(host->tpm, &commit->new_counter_at);
	return r == ES_OK ? ES_OK : es_host_refuse(host, r, "%s", es_tpm_last_refusal(host->tpm));
}

static enum es_reason protect_by_tpm(struct es_host *host, struct es_info *info, const struct es_secret *key)
{
	enum es_reason r;

	info->mode = ES_MODE_TPM;
	if (host->no_secure_boot_ok && !info->require_exec_installed_only)
		info->require_secure_boot = false;
	es_info_remove_type(info, ES_PROTECTOR_KDF);
	/* Before the TPM that was sealed to is given up for another. */
	r = es_host_secure_boot_needed(host, info, &host->boot.before_fence);
	if (r == ES_OK)
		r = es_host_accept_tpm(host, info);
	return r == ES_OK ? es_host_seal(host, info, key) : r;
}

/* *ret_counter: the TPM holds a counter of ours, which would make a kdf bank look like a downgrade. */
static enum es_reason protect_by_kdf(struct es_host *host, struct es_info *info, const struct es_secret *key,
				     bool *ret_counter)
{
	char product_uuid[ES_UUID_TEXT];
	struct es_protector *p;
	uint64_t value;
	enum es_reason r;

	info->mode = ES_MODE_KDF;
	info->require_secure_boot = false;
	info->require_exec_installed_only = false;
	es_info_remove_type(info, ES_PROTECTOR_TPM);
	es_info_remove_type(info, ES_PROTECTOR_KDF);
	r = es_host_counter(host, &value);
	/* It may have been cleared or exchanged since: then that one's counter is what a boot will see. */
	if ((r == ES_TPM_CLEARED || r == ES_TPM_OTHER) && es_host_unpin(host) == ES_OK)
		r = es_host_counter(host, &value);
	*ret_counter = r == ES_OK || r == ES_COUNTER_UNCOUNTED;
	/* One that can't be asked for may be there: its TPM would refuse each kdf bank as a downgrade. */
	if (!*ret_counter && r != ES_COUNTER_MISSING && r != ES_TPM_ABSENT && r != ES_TPM_VERSION &&
	    r != ES_TPM_HIERARCHY)
		return es_host_refuse(host, r, "whether the TPM holds a counter of this host: %s",
				      host->tpm != NULL ? es_tpm_last_refusal(host->tpm) : "no connection");
	r = es_info_add(info, ES_PROTECTOR_KDF, &p);
	if (r != ES_OK)
		return r;
	es_host_product_uuid(host, product_uuid);
	return es_protector_make_kdf(p, product_uuid, key);
}

static enum es_reason init_mode(struct es_host *host, bool kdf, enum es_mode *ret)
{
	enum es_reason r = ES_OK;

	*ret = ES_MODE_KDF;
	if (kdf)
		return ES_OK;
	r = es_host_tpm_usable(host);
	if (r == ES_OK)
		*ret = ES_MODE_TPM;
	return r == ES_TPM_ABSENT ? ES_OK : r;
}

static enum es_reason init_paths(struct es_host *host, const struct es_init_request *request,
				 char ret[static ES_PATHS_MAX][ES_PATH_TEXT], unsigned *ret_count)
{
	if (request->path_count > ES_PATHS_MAX)
		return es_host_refuse(host, ES_ARGUMENT, "more than %d paths", ES_PATHS_MAX);
	for (unsigned i = 0; i < request->path_count; i++) {
		if (es_covered_path_check(request->paths[i]) != ES_OK)
			return es_host_refuse(host, ES_ARGUMENT, "%s is no absolute path without dots",
					      request->paths[i]);
		strcpy(ret[i], request->paths[i]);
	}
	*ret_count = request->path_count;
	if (*ret_count == 0) {
		strcpy(ret[0], ES_COVERED_DEFAULT);
		*ret_count = 1;
	}
	return ES_OK;
}

/* One bank, and a counter that was never counted: an init that was cut before it was done. Nobody was shown a key to it. */
static bool init_was_cut(struct es_host *host)
{
	const struct es_bank *bank = host->current >= 0 ? &host->banks[host->current] : NULL;
	uint64_t value;

	return bank != NULL && bank->info->mode == ES_MODE_TPM &&
	       host->banks[1 - host->current].state == ES_BANK_ABSENT && host->boot.state == ES_BOOT_UNCONFIGURED &&
	       es_host_counter(host, &value) == ES_COUNTER_UNCOUNTED;
}

static enum es_reason may_init(struct es_host *host)
{
	host->detail[0] = '\0';
	if (host->boot_dir[0] == '\0')
		return es_host_boot_missing(host);
	if (!host->have_boot)
		return ES_NOT_BOOTED;
	for (unsigned i = 0; i < ES_BANK_COUNT && !init_was_cut(host); i++) {
		if (host->banks[i].state == ES_BANK_WHOLE)
			return ES_ALREADY_CONFIGURED;
		if (es_bank_holds(&host->banks[i]))
			return es_host_refuse(host, ES_BANKS_DAMAGED, "bank%u: %s", i, host->banks[i].detail);
	}
	return ES_OK;
}

/* Keys and protectors of a new host, in memory only. */
static enum es_reason new_identity(struct es_info *info, struct es_secret **ret_key, struct es_secret **ret_recovery)
{
	struct es_protector *p;
	enum es_reason r = es_random_secret(ES_KEY_LEN, ret_key);

	if (r == ES_OK)
		r = es_config_key_id(*ret_key, info->key_id);
	if (r == ES_OK)
		r = es_uuid_make(info->host);
	if (r == ES_OK)
		r = es_info_add(info, ES_PROTECTOR_RECOVERY, &p);
	if (r == ES_OK)
		r = es_protector_make_recovery(p, *ret_key, ret_recovery);
	return r;
}

static enum es_reason nothing_to_require(struct es_host *host)
{
	return es_host_refuse(host, ES_ARGUMENT,
			      "in kdf mode nothing is sealed to the boot, so nothing can be required of it");
}

/* Where the image is listed by its own hash, each new one would leave another PCR 7, which nobody could foresee. */
static enum es_reason choose_secure_boot(struct es_host *host, const struct es_init_request *request, enum es_mode mode,
					 bool *ret)
{
	struct es_secure_boot judged;

	*ret = false;
	if (mode == ES_MODE_KDF)
		return request->secure_boot == ES_SECURE_BOOT_REQUIRED ? nothing_to_require(host) : ES_OK;
	es_host_secure_boot(host, &judged);
	if (request->secure_boot == ES_SECURE_BOOT_REQUIRED && !es_secure_boot_vouched(judged.state))
		return es_host_secure_boot_refuse(host, &judged);
	*ret = request->secure_boot == ES_SECURE_BOOT_REQUIRED ||
	       (request->secure_boot == ES_SECURE_BOOT_AS_FOUND && es_secure_boot_vouched(judged.state) &&
		judged.state != ES_SECURE_BOOT_BY_HASH);
	return ES_OK;
}

static enum es_reason first_protectors(struct es_host *host, enum es_mode mode, struct es_commit *commit)
{
	enum es_reason r;

	if (mode == ES_MODE_KDF)
		return protect_by_kdf(host, commit->info, commit->config_key, &commit->delete_counter);
	r = protect_by_tpm(host, commit->info, commit->config_key);
	if (r == ES_OK)
		r = foresee_counter(host, commit);
	if (r != ES_OK || commit->new_counter_at == 0)
		return r;
	/* Made now, and counted when the first bank is written: by that a boot knows one that was cut in between. */
	r = es_tpm_counter_define(host->tpm, ES_COUNTER_INDEX);
	return r == ES_OK || r == ES_ALREADY_CONFIGURED ? ES_OK
							: es_host_refuse(host, r, "%s", es_tpm_last_refusal(host->tpm));
}

static enum es_reason first_commit(struct es_host *host, unsigned path_count, const char (*paths)[ES_PATH_TEXT],
				   struct es_commit *commit)
{
	/* The key first: a bank that nobody on this host could change again would be worse than none. */
	enum es_reason r = es_keyring_put_named(host->key_name, commit->config_key);

	if (r == ES_OK)
		r = es_host_set_covered(host, path_count, paths);
	return r == ES_OK ? es_host_commit_counted(host, commit) : r;
}

/* Nothing that a boot would open was written: as if it had not been tried. What can't be removed counts for nothing. */
static void take_back(struct es_host *host, const struct es_commit *commit)
{
	(void)!es_keyring_drop_named(host->key_name);
	if (commit->new_counter_at != 0 && host->current < 0)
		(void)!es_tpm_counter_delete(host->tpm, ES_COUNTER_INDEX);
}

enum es_reason es_host_init(struct es_host *host, const struct es_init_request *request,
			    struct es_secret **ret_recovery)
{
	char paths[ES_PATHS_MAX][ES_PATH_TEXT];
	struct es_commit commit = { .new_counter_at = 0 };
	unsigned path_count = 0;
	ES_SECRET key = NULL;
	ES_SECRET recovery = NULL;
	ES_INFO info = NULL;
	enum es_mode mode;
	enum es_reason r = es_host_lock(host);

	if (r == ES_OK)
		r = es_host_reload(host);
	if (r == ES_OK)
		r = may_init(host);
	if (r == ES_OK)
		r = init_paths(host, request, paths, &path_count);
	if (r == ES_OK)
		r = init_mode(host, request->kdf, &mode);
	if (r == ES_OK)
		r = es_info_new(&info);
	if (r == ES_OK)
		r = choose_secure_boot(host, request, mode, &info->require_secure_boot);
	if (r == ES_OK)
		r = new_identity(info, &key, &recovery);
	if (r != ES_OK)
		return r;
	commit.info = info;
	commit.config_key = key;
	r = first_protectors(host, mode, &commit);
	if (r == ES_OK)
		r = first_commit(host, path_count, (const char(*)[ES_PATH_TEXT])paths, &commit);
	/* A generation stands, whole: its recovery key must reach the owner, also where the rest of the commit failed. */
	if (r == ES_OK || (host->current >= 0 && (commit.new_counter_at == 0 || commit.counted)))
		*ret_recovery = es_take(recovery);
	else
		take_back(host, &commit);
	return r;
}

static enum es_reason commit_change(struct es_host *host, struct es_info *info, const struct es_secret *key)
{
	return es_host_commit_counted(host, &(struct es_commit){ .info = info, .config_key = key });
}

static enum es_reason to_tpm(struct es_host *host, struct es_info *info, const struct es_secret *key,
			     struct es_commit *commit)
{
	enum es_reason r = protect_by_tpm(host, info, key);

	return r == ES_OK ? foresee_counter(host, commit) : r;
}

static enum es_reason to_kdf(struct es_host *host, struct es_info *info, const struct es_secret *key,
			     struct es_commit *commit)
{
	return protect_by_kdf(host, info, key, &commit->delete_counter);
}

/* Whether the same mode with the same key would protect it less than the mode can: what was derived from a copy of
 * encryption.info alone would go on opening what is saved. */
static bool raises_protection(const struct es_host *host, struct es_info *info, enum es_mode mode)
{
	const struct es_protector *p = es_info_find(info, ES_PROTECTOR_KDF);
	char product_uuid[ES_UUID_TEXT];

	if (mode == ES_MODE_TPM || p == NULL || p->kdf.bound_to_product_uuid)
		return false;
	es_host_product_uuid(host, product_uuid);
	return es_product_uuid_real(product_uuid);
}

static enum es_reason protect_as_before(struct es_host *host, struct es_info *info, const struct es_secret *key)
{
	struct es_commit commit = { .info = info, .config_key = key };
	enum es_reason r;

	if (info->mode == ES_MODE_KDF) {
		r = protect_by_kdf(host, info, key, &commit.delete_counter);
		return r == ES_OK ? es_host_commit_counted(host, &commit) : r;
	}
	r = protect_by_tpm(host, info, key);
	if (r == ES_OK)
		r = take_counter(host);
	return r == ES_OK ? es_host_commit_counted(host, &commit) : r;
}

enum es_reason es_host_set_mode(struct es_host *host, enum es_mode mode, char ret_old_id[static ES_RECOVERY_ID_TEXT],
				struct es_secret **ret_recovery)
{
	ES_SECRET key = NULL;
	ES_INFO info = NULL;
	enum es_reason r = es_host_begin(host, &key, &info);

	if (r == ES_OK && !host->have_boot)
		r = ES_NOT_BOOTED;
	if (r != ES_OK)
		return r;
	if (mode == info->mode && !raises_protection(host, info, mode))
		return protect_as_before(host, info, key);
	return es_host_rotate_to(
	    host,
	    &(struct es_rotate_request){ .info = info, .old = key, .protect = mode == ES_MODE_TPM ? to_tpm : to_kdf },
	    ret_old_id, ret_recovery);
}

enum es_reason es_host_require_secure_boot(struct es_host *host, bool require)
{
	struct es_secure_boot judged;
	ES_SECRET key = NULL;
	ES_INFO info = NULL;
	enum es_reason r = es_host_begin(host, &key, &info);

	if (r != ES_OK)
		return r;
	if (info->mode != ES_MODE_TPM)
		return nothing_to_require(host);
	if (require) {
		es_host_secure_boot(host, &judged);
		if (!es_secure_boot_vouched(judged.state))
			return es_host_secure_boot_refuse(host, &judged);
	}
	if (!require && info->require_exec_installed_only)
		return es_host_refuse(host, ES_NOT_MET,
				      "exec-installed-only rests on Secure Boot: turn that off first");
	info->require_secure_boot = require;
	r = es_host_seal(host, info, key);
	return r == ES_OK ? commit_change(host, info, key) : r;
}

/* Linux' own way of it: IMA appraisal enforced from the (measured) command line. */
static bool appraisal_enforced(void)
{
	ES_BUF cmdline = { NULL, 0 };
	static const char word[] = "ima_appraise=enforce";

	return es_file_read(AT_FDCWD, "/proc/cmdline", CMDLINE_MAX, &cmdline) == ES_OK &&
	       memmem(cmdline.data, cmdline.len, word, sizeof word - 1) != NULL;
}

enum es_reason es_host_require_exec_installed_only(struct es_host *host, bool require)
{
	ES_SECRET key = NULL;
	ES_INFO info = NULL;
	enum es_reason r = es_host_begin(host, &key, &info);

	if (r != ES_OK)
		return r;
	if (require && !info->require_secure_boot)
		return es_host_refuse(host, ES_NOT_MET, "Secure Boot must be required first");
	if (require && !appraisal_enforced())
		return es_host_refuse(host, ES_NOT_MET, "the kernel doesn't enforce appraisal (ima_appraise=enforce)");
	info->require_exec_installed_only = require;
	return commit_change(host, info, key);
}
