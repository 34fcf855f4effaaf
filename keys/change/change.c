/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/change.h"

#include "keys/host/banks.h"
#include "keys/host/key.h"
#include "keys/host/lock.h"
#include "keys/host/state.h"

enum es_reason es_change_begin_first(struct es_host *host, struct es_change *ret)
{
	enum es_reason r;

	*ret = (struct es_change){ .host = host };
	host->detail[0] = '\0';
	r = es_host_lock(host);
	/* Since this command looked, another one may have committed, or an init may have finished. */
	if (r == ES_OK)
		r = es_host_refresh(host);
	return r == ES_OK ? es_host_reload(host) : r;
}

enum es_reason es_change_begin(struct es_host *host, struct es_change *ret)
{
	enum es_reason r = es_change_begin_first(host, ret);

	if (r == ES_OK)
		r = es_host_key(host, &ret->key, &ret->info);
	if (r == ES_OK)
		es_host_promote_key(host, ret->key);
	if (r == ES_OK && !host->have_boot)
		r = ES_NOT_BOOTED;
	ret->commit = (struct es_commit){ .info = ret->info, .config_key = ret->key };
	return r;
}

enum es_reason es_change_commit(struct es_change *c, struct es_pack_report *ret_report)
{
	struct es_pack_report unused;
	enum es_reason r = es_host_commit(c->host, &c->commit, ret_report != NULL ? ret_report : &unused);

	c->keep_lock = r == ES_OK && c->commit.one_bank;
	return r;
}

void es_change_end(struct es_change *c)
{
	es_secret_freep(&c->key);
	es_info_freep(&c->info);
	if (c->host != NULL && !c->keep_lock)
		es_host_unlock(c->host);
}
