/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which key opens, and which one the owner holds, at each step of a rotation:
 *
 *   1 protectors in memory           banks: old, old   the owner has the old key
 *   2 new config key in the keyring  banks: old, old   under its second name, beside the old one
 *   3 first bank, counter            banks: new, old   from here on a boot opens the new bank automatically
 *   4 keyring: only the new key
 *   5 the new recovery key is shown  banks: new, old   the owner has both
 *   6 other bank                     banks: new, new   the owner has both, and needs the new one
 *
 * The new recovery key must not be shown before it opens something (3), and the old key's bank must not be overwritten
 * before the owner has the new key (6): if both banks were written at once, a power cut before 5 and a TPM that dies in
 * it would leave the owner with a key that opens nothing. After the fence the TPM hands the new config key to nobody,
 * and a command that died between 3 and 4 would leave a host that holds the wrong key. The new key is therefore in the
 * keyring before there is a bank under it. Every command uses whichever of the two keys vouches for the newest bank
 * (keys/host/key.c): after an interrupted `recovery rotate`, `recovery list` shows the key that is in force.
 */
#include "keys/change/rotate.h"

#include "keys/change/rotate_to.h"
#include "keys/core/defences.h"
#include "keys/crypto/hash.h"
#include "keys/host/banks.h"
#include "keys/host/key.h"
#include "keys/host/lock.h"
#include "keys/host/pins.h"
#include "keys/host/state.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"

#include <string.h>

static enum es_reason new_key(const struct es_secret *old, struct es_secret **ret)
{
	enum es_reason r;

	if (ES_WITH_ROTATION_KEY)
		return es_random_secret(ES_KEY_LEN, ret);
	r = es_secret_new(es_secret_len(old), ret);
	if (r == ES_OK)
		memcpy(es_secret_data(*ret), es_secret_bytes(old), es_secret_len(old));
	return r;
}

/* An image that is pinned to the old key must keep opening until one that is pinned to the new key has replaced it. */
static enum es_reason pass_on(struct es_change *c)
{
	struct es_pins pins;
	enum es_reason r = es_host_image_pins(c->host, &pins);

	if (r != ES_OK)
		return r;
	if (pins.key_count > 0 || c->info->predecessor_count > 0)
		return es_predecessors_rewrap(c->info, c->key, c->commit.config_key);
	return ES_OK;
}

static enum es_reason protect_all(struct es_change *c, es_protect_fn *protect, struct es_secret **ret_recovery)
{
	struct es_protector *p;
	enum es_reason r = es_config_key_id(c->commit.config_key, c->info->key_id);

	es_info_remove_type(c->info, ES_PROTECTOR_RECOVERY);
	if (r == ES_OK)
		r = pass_on(c);
	if (r == ES_OK)
		r = protect(c);
	if (r == ES_OK)
		r = es_info_add(c->info, ES_PROTECTOR_RECOVERY, &p);
	return r == ES_OK ? es_protector_make_recovery(p, c->commit.config_key, ret_recovery) : r;
}

enum es_reason es_rotate_to(struct es_change *c, es_protect_fn *protect, char ret_old_id[static ES_RECOVERY_ID_TEXT],
			    struct es_secret **ret_recovery)
{
	const struct es_protector *before = es_info_find(c->info, ES_PROTECTOR_RECOVERY);
	char old_id[ES_RECOVERY_ID_TEXT] = "";
	ES_SECRET key = NULL;
	ES_SECRET recovery = NULL;
	enum es_reason r = new_key(c->key, &key);

	if (r != ES_OK)
		return r;
	if (before != NULL)
		strcpy(old_id, before->id);
	c->commit.config_key = key;
	c->commit.one_bank = true;
	r = protect_all(c, protect, &recovery);
	if (r == ES_OK)
		r = es_host_stage_key(c->host, key);
	if (r == ES_OK)
		r = es_change_commit(c, NULL);
	if (!es_host_key_fits_bank(c->host, key)) {
		/* If the banks can't be read now, both keys stay: once the banks can be read, they decide which key is
		 * in force. */
		if (es_host_key_fits_bank(c->host, c->key))
			es_host_promote_key(c->host, c->key);
		return r;
	}
	es_host_promote_key(c->host, key);
	strcpy(ret_old_id, old_id);
	*ret_recovery = es_take(recovery);
	return r;
}

enum es_reason es_host_rotate(struct es_host *host, char ret_old_id[static ES_RECOVERY_ID_TEXT],
			      struct es_secret **ret_recovery)
{
	ES_CHANGE c = { .host = NULL };
	enum es_reason r = es_change_begin(host, &c);

	return r == ES_OK ? es_rotate_to(&c, es_protect_again, ret_old_id, ret_recovery) : r;
}

enum es_reason es_host_rotate_finish(struct es_host *host)
{
	enum es_reason r = host->current >= 0 ? es_host_mirror(host) : es_host_no_bank_reason(host);

	es_host_unlock(host);
	return r;
}
