/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/init.h"

#include "keys/change/protect.h"
#include "keys/crypto/hash.h"
#include "keys/host/counter.h"
#include "keys/host/secure_boot.h"
#include "keys/host/state.h"
#include "keys/protector/config_key.h"
#include "keys/protector/keyring_named.h"
#include "keys/protector/protector.h"
#include "keys/store/identity.h"

#include <string.h>

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
			return es_host_refuse(host, ES_ARGUMENT, "%s isn't an absolute path without dots",
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

/* One bank, and a counter that was never counted: an init that was interrupted before it was complete. Nobody was shown
 * a key to it. */
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
		if (es_bank_has_content(&host->banks[i]))
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

/* If the firmware lists the image by its own hash, each new image would lead to a different PCR 7, which nobody could
 * predict. */
static enum es_reason choose_secure_boot(struct es_host *host, const struct es_init_request *request, enum es_mode mode,
					 bool *ret)
{
	struct es_secure_boot judged;

	*ret = false;
	if (mode == ES_MODE_KDF)
		return request->secure_boot == ES_SECURE_BOOT_REQUIRED ? es_refuse_requirement(host) : ES_OK;
	es_host_secure_boot(host, &judged);
	if (request->secure_boot == ES_SECURE_BOOT_REQUIRED && !es_secure_boot_vouched(judged.state))
		return es_host_secure_boot_refuse(host, &judged);
	*ret = request->secure_boot == ES_SECURE_BOOT_REQUIRED ||
	       (request->secure_boot == ES_SECURE_BOOT_AS_FOUND && es_secure_boot_vouched(judged.state) &&
		judged.state != ES_SECURE_BOOT_BY_HASH);
	return ES_OK;
}

static enum es_reason first_protectors(struct es_change *c)
{
	enum es_reason r;

	if (c->info->mode == ES_MODE_KDF)
		return es_protect_by_kdf(c);
	r = es_protect_by_new_tpm(c);
	if (r != ES_OK || c->commit.new_counter_at == 0)
		return r;
	/* The counter is made now, and counted when the first bank is written: this is how a boot recognises an init
	 * that was interrupted in between. */
	return es_host_counter_define(c->host);
}

static enum es_reason first_commit(struct es_change *c, unsigned path_count, const char (*paths)[ES_PATH_TEXT])
{
	/* The key first: a bank that nobody on this host could change again would be worse than none. */
	enum es_reason r = es_keyring_put_named(c->host->key_name, c->key);

	if (r == ES_OK)
		r = es_host_set_covered(c->host, path_count, paths);
	return r == ES_OK ? es_change_commit(c, NULL) : r;
}

/* No bank that a boot would open was written: restores the state from before init. What can't be removed does no
 * harm. */
static void take_back(struct es_change *c)
{
	(void)!es_keyring_drop_named(c->host->key_name);
	if (c->commit.new_counter_at != 0 && c->host->current < 0)
		(void)!es_host_counter_delete(c->host);
}

static enum es_reason prepare(struct es_change *c, const struct es_init_request *request,
			      struct es_secret **ret_recovery)
{
	enum es_mode mode;
	enum es_reason r = init_mode(c->host, request->kdf, &mode);

	if (r == ES_OK)
		r = es_info_new(&c->info);
	if (r != ES_OK)
		return r;
	c->info->mode = mode;
	r = choose_secure_boot(c->host, request, mode, &c->info->require_secure_boot);
	if (r == ES_OK)
		r = new_identity(c->info, &c->key, ret_recovery);
	c->commit = (struct es_commit){ .info = c->info, .config_key = c->key };
	return r;
}

enum es_reason es_host_init(struct es_host *host, const struct es_init_request *request,
			    struct es_secret **ret_recovery)
{
	char paths[ES_PATHS_MAX][ES_PATH_TEXT];
	unsigned path_count = 0;
	ES_CHANGE c = { .host = NULL };
	ES_SECRET recovery = NULL;
	enum es_reason r = es_change_begin_first(host, &c);

	if (r == ES_OK)
		r = may_init(host);
	if (r == ES_OK)
		r = init_paths(host, request, paths, &path_count);
	if (r == ES_OK)
		r = prepare(&c, request, &recovery);
	if (r != ES_OK)
		return r;
	if (request->adopt != NULL)
		r = es_adopt_collect(&c, request->adopt, request->ret_adopted);
	if (r == ES_OK)
		r = first_protectors(&c);
	if (r == ES_OK)
		r = first_commit(&c, path_count, (const char(*)[ES_PATH_TEXT])paths);
	/* If a generation is complete, its recovery key must reach the owner, even if the rest of the commit failed. */
	if (r == ES_OK || (host->current >= 0 && (c.commit.new_counter_at == 0 || c.commit.counted)))
		*ret_recovery = es_take(recovery);
	else
		take_back(&c);
	return r;
}
