/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running host's key, and the bank that belongs to it. A rotation leaves two keys in the keyring for a moment
 * (keys/change/rotate.c), or for longer if it dies there: the one that vouches for the newest bank is in force. A
 * reader uses that one; the holder of the lock also tidies up.
 */
#include "keys/host/key.h"

#include "keys/host/banks.h"
#include "keys/host/state.h"
#include "keys/protector/bank_open.h"
#include "keys/protector/config_key.h"
#include "keys/protector/keyring_named.h"
#include "keys/protector/protector.h"

static enum es_reason next_key(const struct es_host *host, struct es_secret **ret)
{
	char name[ES_KEYRING_NAME_MAX];
	enum es_reason r = es_keyring_next_name(host->key_name, name);

	return r == ES_OK ? es_keyring_get_named(name, ret) : ES_NOT_UNLOCKED;
}

/* The newest bank first: one that no key vouches for was planted, and isn't used. */
static enum es_reason find(const struct es_host *host, struct es_secret *const keys[2], int *ret_bank,
			   unsigned *ret_key)
{
	const int order[ES_BANK_COUNT] = { host->current, 1 - host->current };

	for (unsigned b = 0; b < ES_BANK_COUNT; b++)
		for (unsigned k = 0; k < 2; k++) {
			enum es_reason r = ES_TAMPERED_INFO;

			if (keys[k] != NULL && host->banks[order[b]].state == ES_BANK_WHOLE)
				r = es_bank_verify(&host->banks[order[b]], keys[k]);
			if (r == ES_TAMPERED_INFO)
				continue;
			*ret_bank = order[b];
			*ret_key = k;
			return r;
		}
	return ES_TAMPERED_INFO;
}

/* A completed init has left its key. */
bool es_host_awaits_init(const struct es_host *host)
{
	ES_SECRET key = NULL;

	return host->have_boot && host->boot.state == ES_BOOT_UNCONFIGURED &&
	       es_keyring_get_named(host->key_name, &key) == ES_NOT_UNLOCKED;
}

enum es_reason es_host_key(struct es_host *host, struct es_secret **ret_key, struct es_info **ret_info)
{
	ES_SECRET key = NULL;
	ES_SECRET next = NULL;
	ES_INFO info = NULL;
	char detail[ES_DETAIL_TEXT] = "";
	unsigned which = 0;
	enum es_reason r, r_next;

	host->detail[0] = '\0';
	if (host->boot_dir[0] == '\0')
		return es_host_boot_missing(host);
	r = es_host_banks(host);
	if (r != ES_OK)
		return r;
	if (host->current < 0)
		return es_host_no_bank_reason(host);
	if (es_host_awaits_init(host))
		return ES_NOT_CONFIGURED; /* the banks are from an interrupted init */
	r = es_keyring_get_named(host->key_name, &key);
	r_next = next_key(host, &next);
	if (r != ES_OK && r_next != ES_OK)
		return r;
	r = find(host, (struct es_secret *const[]){ key, next }, &host->current, &which);
	if (r == ES_TAMPERED_INFO)
		return es_host_refuse(host, r, "%s/" ES_BANK_FOLDER "/bank%d/" ES_INFO_NAME, host->boot_dir,
				      host->current);
	if (r == ES_OK)
		r = es_info_parse(es_buf_span(&host->banks[host->current].info_bytes), &info, detail);
	if (r != ES_OK)
		return es_host_refuse(host, r, "%s", detail);
	*ret_key = which == 0 ? es_take(key) : es_take(next);
	*ret_info = es_take(info);
	return ES_OK;
}

enum es_reason es_host_verify(struct es_host *host)
{
	ES_SECRET key = NULL;
	ES_INFO info = NULL;

	return es_host_key(host, &key, &info);
}

enum es_reason es_host_recovery_key(struct es_host *host, struct es_secret **ret_recovery)
{
	ES_SECRET key = NULL;
	ES_INFO info = NULL;
	const struct es_protector *p;
	enum es_reason r = es_host_key(host, &key, &info);

	if (r != ES_OK)
		return r;
	p = es_info_find(info, ES_PROTECTOR_RECOVERY);
	if (p == NULL)
		return es_host_refuse(host, ES_LOCKED_NO_PROTECTOR, "encryption.info has no recovery protector");
	return es_protector_escrow(p, key, ret_recovery);
}

enum es_reason es_host_stage_key(struct es_host *host, const struct es_secret *key)
{
	char name[ES_KEYRING_NAME_MAX];
	enum es_reason r = es_keyring_next_name(host->key_name, name);

	if (r == ES_OK)
		r = es_keyring_put_named(name, key);
	return r == ES_OK ? r : es_host_refuse(host, r, "the kernel's keyring didn't accept the new key");
}

bool es_host_key_fits_bank(struct es_host *host, const struct es_secret *key)
{
	const int first = host->current == 1 ? 1 : 0;

	for (int i = 0; i < ES_BANK_COUNT; i++) {
		int bank = (first + i) % ES_BANK_COUNT;

		if (host->banks[bank].state == ES_BANK_WHOLE && es_bank_verify(&host->banks[bank], key) == ES_OK) {
			host->current = bank;
			return true;
		}
	}
	return false;
}

/* The proper name first: if this is interrupted in between, both names hold the same key. If the proper name can't be
 * written, the key stays usable under the second name. */
void es_host_promote_key(struct es_host *host, const struct es_secret *key)
{
	char name[ES_KEYRING_NAME_MAX];
	ES_SECRET next = NULL;

	if (next_key(host, &next) != ES_OK || es_keyring_next_name(host->key_name, name) != ES_OK)
		return;
	if (es_keyring_put_named(host->key_name, key) == ES_OK)
		(void)!es_keyring_drop_named(name);
}
