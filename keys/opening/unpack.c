/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, once there is a key and a bank that it vouches for: the tag, the tree, and then the TPM's counters. */
#include "keys/core/defences.h"
#include "keys/opening/state.h"
#include "keys/protector/bank_open.h"
#include "keys/tpm/counter.h"

#include <stdio.h>
#include <string.h>

/* Decrypts the archive of the chosen bank; or of the other one, if the same key opens it and it may open as well. */
static enum es_reason decrypt_either(struct es_opening *o, struct es_secret **ret_tar)
{
	enum es_reason r = es_vouched_decrypt(o->vouched, o->key, ret_tar);

	if (r != ES_TAMPERED_ARCHIVE)
		return r;
	r = es_opening_use_other_bank(o, r);
	return r == ES_OK ? es_vouched_decrypt(o->vouched, o->key, ret_tar) : r;
}

/* A commit was interrupted before it incremented the counter: increment it now, so that the previous bank is old from
 * here on. If that fails, the host opens nevertheless, and the next boot tries again. */
static void catch_up(struct es_opening *o)
{
	bool behind;

	if (o->tpm != NULL && o->tpm_refusal == ES_OK && es_choice_fresh(o->vouched, o->counter, &behind) == ES_OK &&
	    behind && es_tpm_counter_increment(o->tpm, ES_COUNTER_INDEX) != ES_OK)
		ES_NOTE_DETAIL(o, "the counter wasn't increased: %s", es_tpm_last_refusal(o->tpm));
	es_opening_accept_image(o);
	if (o->tpm != NULL)
		o->record.tpm_commands = o->commands_before + es_tpm_commands(o->tpm);
}

static enum es_reason unpack_tree(struct es_opening *o, const struct es_secret *tar, int treefd)
{
	const struct es_info *info = es_vouched_info(o->vouched);
	struct es_manifest manifest;
	struct es_unpack_report report = { 0 };
	struct es_span bytes = { es_secret_bytes(tar), es_secret_len(tar) };
	enum es_reason r = es_archive_unpack(bytes, treefd, &manifest, &report);

	if (r == ES_UNSAFE || r == ES_TOO_LARGE)
		snprintf(o->record.refusal_detail, sizeof o->record.refusal_detail, "config.cms: member %.200s",
			 report.refused);
	if (r == ES_OK)
		r = es_archive_adopted(bytes, &o->adopted);
	if (r == ES_FORMAT)
		return ES_TAMPERED_ARCHIVE;
	if (r != ES_OK)
		return r;
	/* Genuine, but from another bank or another host with the same key: mixed. */
	if (manifest.generation != info->generation || strcmp(manifest.host, info->host) != 0)
		return ES_TAMPERED_ARCHIVE;
	o->record.generation = info->generation;
	o->record.bank = o->chosen;
	o->record.path_count = manifest.path_count;
	memcpy(o->record.paths, manifest.paths, sizeof o->record.paths);
	return ES_OK;
}

struct es_span es_opening_adopted(const struct es_opening *o)
{
	return es_buf_span(&o->adopted);
}

/* Byte by byte: the MAC of the one that was opened vouches for the other as well, and both hold together. */
static bool banks_are_copies(const struct es_opening *o)
{
	const struct es_bank *a = &o->banks[0], *b = &o->banks[1];

	return a->state == ES_BANK_WHOLE && b->state == ES_BANK_WHOLE && a->info_bytes.len == b->info_bytes.len &&
	       memcmp(a->info_bytes.data, b->info_bytes.data, a->info_bytes.len) == 0;
}

bool es_opening_may_remove(const struct es_opening *o)
{
	enum es_opened_by by = o->record.opened_by;

	return o->record.state == ES_BOOT_UNLOCKED && (by == ES_OPENED_BY_TPM || by == ES_OPENED_BY_KDF) &&
	       o->record.consent == ES_CONSENT_NONE && (banks_are_copies(o) || !ES_WITH_REMOVE_BOTH_BANKS);
}

enum es_reason es_opening_unpack(struct es_opening *o, int treefd)
{
	ES_SECRET tar = NULL;
	enum es_reason r;

	if (!o->fence_up)
		return ES_FENCE_FAILED;
	if (o->key == NULL || o->vouched == NULL || o->question != ES_ASK_NOTHING)
		return ES_NOT_UNLOCKED;
	r = decrypt_either(o, &tar);
	if (r == ES_OK)
		r = unpack_tree(o, tar, treefd);
	if (r != ES_OK) {
		if (o->question == ES_ASK_NOTHING) {
			es_opening_drop_key(o);
			o->record.opened_by = ES_OPENED_BY_NONE;
		}
		snprintf(o->record.refusal, sizeof o->record.refusal, "%s", es_reason_words(r)->id);
		return r;
	}
	catch_up(o);
	o->record.state = ES_BOOT_UNLOCKED;
	return ES_OK;
}
