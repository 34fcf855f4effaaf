/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, behind the fence: recovery keys, MAC, tag, tree. Nothing here may run before es_opening_key has. */
#include "keys/bank_open.h"
#include "keys/config_key.h"
#include "keys/opening_state.h"
#include "keys/tpm/counter.h"

#include <stdio.h>
#include <string.h>

enum es_reason es_opening_key_from_recovery(struct es_opening *o, const char *text, size_t len)
{
	ES_SECRET recovery = NULL;
	enum es_reason r = es_recovery_text_read(text, len, &recovery, &o->fault);
	int other = 1 - o->chosen;

	if (r != ES_OK)
		return r;
	r = es_bank_recover(o->banks[o->chosen].info, recovery, &o->key);
	/* The key may belong to the other bank: the newer one was planted, or its protector is damaged. */
	if (r != ES_OK && o->banks[other].state == ES_BANK_WHOLE &&
	    es_bank_recover(o->banks[other].info, recovery, &o->key) == ES_OK) {
		o->chosen = other;
		r = ES_OK;
	}
	if (r == ES_OK)
		o->record.opened_by = ES_OPENED_BY_RECOVERY;
	return r;
}

enum es_reason es_opening_recovery(struct es_opening *o, const char *recovery_text, size_t len)
{
	enum es_reason r;

	if (!o->behind_fence)
		return ES_FENCE_FAILED;
	if (o->chosen < 0)
		return ES_BANKS_DAMAGED;
	if (o->key != NULL || o->record.state == ES_BOOT_UNLOCKED)
		return ES_ARGUMENT;
	r = es_opening_key_from_recovery(o, recovery_text, len);
	if (r == ES_OK)
		o->record.recovery_at_console = true;
	return r;
}

const char *es_opening_recovery_id(const struct es_opening *o)
{
	const struct es_protector *p = NULL;

	if (o->chosen >= 0)
		p = es_info_find(o->banks[o->chosen].info, ES_PROTECTOR_RECOVERY);
	return p != NULL ? p->id : "";
}

/* The other bank, if the key in hand is its key too, and it isn't older than an automatic opening may be. */
static bool other_may_serve(const struct es_opening *o, int other)
{
	uint8_t key_id[8];
	bool behind;

	if (o->banks[other].state != ES_BANK_WHOLE || es_config_key_id(o->key, key_id) != ES_OK ||
	    memcmp(key_id, o->banks[other].info->key_id, sizeof key_id) != 0)
		return false;
	return o->record.opened_by == ES_OPENED_BY_RECOVERY ||
	       es_choice_fresh(o->banks[other].info, o->counter, &behind) == ES_OK;
}

static enum es_reason decrypt_either(struct es_opening *o, struct es_secret **ret_tar)
{
	enum es_reason r = es_bank_decrypt(&o->banks[o->chosen], o->key, ret_tar);
	int other = 1 - o->chosen;

	if ((r != ES_TAMPERED_INFO && r != ES_TAMPERED_ARCHIVE) || !other_may_serve(o, other))
		return r;
	snprintf(o->record.refusal, sizeof o->record.refusal, "%s", es_reason_words(r)->id);
	snprintf(o->record.refusal_detail, sizeof o->record.refusal_detail, "bank%d was passed over for bank%d",
		 o->chosen, other);
	o->chosen = other;
	return es_bank_decrypt(&o->banks[other], o->key, ret_tar);
}

/* A commit that was cut before it could count: count now, so that its predecessor is old from here on. Where that
 * fails the host opens all the same: the next boot tries again. */
static void catch_up(struct es_opening *o)
{
	const struct es_info *info = o->banks[o->chosen].info;
	bool behind;

	if (o->tpm != NULL && o->tpm_refusal == ES_OK && es_choice_fresh(info, o->counter, &behind) == ES_OK &&
	    behind && es_tpm_counter_increment(o->tpm, info->nv_index) != ES_OK)
		snprintf(o->record.refusal_detail, sizeof o->record.refusal_detail, "the counter stays behind: %s",
			 es_tpm_last_refusal(o->tpm));
	es_opening_accept_image(o);
	if (o->tpm != NULL)
		o->record.tpm_commands = o->commands_before + es_tpm_commands(o->tpm);
}

static enum es_reason unpack_tree(struct es_opening *o, const struct es_secret *tar, int treefd)
{
	const struct es_info *info = o->banks[o->chosen].info;
	struct es_manifest manifest;
	struct es_unpack_report report = { 0 };
	struct es_span bytes = { es_secret_bytes(tar), es_secret_len(tar) };
	enum es_reason r = es_archive_unpack(bytes, treefd, &manifest, &report);

	if (r == ES_UNSAFE || r == ES_TOO_LARGE)
		snprintf(o->record.refusal_detail, sizeof o->record.refusal_detail, "config.cms: member %.200s",
			 report.refused);
	if (r == ES_FORMAT)
		return ES_TAMPERED_ARCHIVE;
	if (r != ES_OK)
		return r;
	/* Genuine, but of another bank or another host that shares the key: mixed. */
	if (manifest.generation != info->generation || strcmp(manifest.host, info->host) != 0)
		return ES_TAMPERED_ARCHIVE;
	o->record.generation = info->generation;
	o->record.bank = o->chosen;
	o->record.path_count = manifest.path_count;
	memcpy(o->record.paths, manifest.paths, sizeof o->record.paths);
	return ES_OK;
}

enum es_reason es_opening_unpack(struct es_opening *o, int treefd)
{
	ES_SECRET tar = NULL;
	enum es_reason r;

	if (!o->behind_fence)
		return ES_FENCE_FAILED;
	if (o->key == NULL)
		return ES_NOT_UNLOCKED;
	r = decrypt_either(o, &tar);
	if (r == ES_OK)
		r = unpack_tree(o, tar, treefd);
	if (r != ES_OK) {
		es_secret_freep(&o->key);
		o->record.opened_by = ES_OPENED_BY_NOBODY;
		snprintf(o->record.refusal, sizeof o->record.refusal, "%s", es_reason_words(r)->id);
		return r;
	}
	catch_up(o);
	o->record.state = ES_BOOT_UNLOCKED;
	return ES_OK;
}
