/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facade of the boot helper: from two banks to a tree in RAM, in the only order that is safe. The facade keeps that
 * order, not its caller: es_opening_key raises the fence whatever it finds, and looks into nothing before it that
 * asking the TPM doesn't need; es_opening_unpack refuses without a fence, and without a bank that was vouched for.
 */
#ifndef ES_OPENING_H
#define ES_OPENING_H

#include "keys/archive/archive.h"
#include "keys/core/pins.h"
#include "keys/core/recovery_code.h"
#include "keys/core/secret.h"
#include "keys/store/bank.h"
#include "keys/store/boot_record.h"
#include "keys/tpm/context.h"

struct es_opening;

struct es_opening_request {
	int banks_dirfd;                    /* holds bank0/ and bank1/; -1: there are none */
	const struct es_handover *handover; /* NULL without the stub */
	const struct es_pins *pins;         /* from the boot image's options; NULL: none */
	const char *tcti;                   /* NULL: the kernel's TPM */
	const char *product_uuid;           /* DMI product UUID, as the kernel shows it; NULL or "" if there is none */
	struct es_span event_log;           /* the kernel's; empty if there is none */
	const char *ima_count;              /* the file with the number of IMA's measurements; NULL: the kernel's */
	/* The image's sections .pcrpkey and .pcrsig: its vendor's key, and the policies signed with it; empty if it has
	 * none. */
	struct es_span pcr_public_key, pcr_signature;
	/* If not ES_OK: why nothing may open automatically in this boot, neither with the TPM nor with the KDF. */
	enum es_reason no_automatic;
	const char *no_automatic_detail; /* NULL: none */
};

/* Reads the banks and connects to the TPM. Fails only if there is no memory; the next call reports anything else. */
ES_MUST_CHECK enum es_reason es_opening_new(const struct es_opening_request *request, struct es_opening **ret);
void es_opening_freep(struct es_opening **o);

/* Chooses the bank; gets the config key from recovery_text (if not NULL: then no Unseal is sent), from the TPM, or,
 * depending on the mode, from the KDF; raises the fence in any case; and then checks the bank's MAC, its owner and its
 * age. To be called once. ES_OK: there is a key. ES_NOT_CONFIGURED: no bank. ES_FENCE_FAILED: end the boot. Any other
 * reason is a refusal, and the fence is up: es_opening_asks says whether the owner may consent; otherwise
 * es_opening_recovery may follow. */
ES_MUST_CHECK enum es_reason es_opening_key(struct es_opening *o, const char *recovery_text);

/* After a refusal: tries another recovery key, as often as the caller allows. ES_RECOVERY_FORM (see
 * es_opening_code_fault), ES_RECOVERY_WRONG, ES_OK, or another refusal, for which es_opening_asks may have a
 * question. */
ES_MUST_CHECK enum es_reason es_opening_recovery(struct es_opening *o, const char *recovery_text, size_t len);

/* What the last refusal leaves to the owner. */
enum es_opening_question {
	ES_ASK_NOTHING,
	ES_ASK_OLD,      /* the recovery key is right, but the configuration is old, or its age is unknown: open it? */
	ES_ASK_NEW_HOST, /* there is no configuration, but there was one: start without it? */
};
enum es_opening_question es_opening_asks(const struct es_opening *o);
/* The owner's consent. ES_OK: there is a key, as after es_opening_key; ES_NOT_CONFIGURED: start without a
 * configuration. ES_ARGUMENT: there was no question. */
ES_MUST_CHECK enum es_reason es_opening_consent(struct es_opening *o);

/* Decrypts, checks the tag, and unpacks below treefd, which must be empty. If the archive proves damaged here, it uses
 * the other bank's, if the same key opens that. Increments the TPM's counter if an interrupted commit didn't. */
ES_MUST_CHECK enum es_reason es_opening_unpack(struct es_opening *o, int treefd);

/* After unpacking: the archive's list of adopted files (keys/adopt/list.h), empty if it has none. o owns it. */
struct es_span es_opening_adopted(const struct es_opening *o);
/* After unpacking: whether nothing but the seal opened the configuration, and both banks hold this one. Only then may
 * what it replaces be removed. */
bool es_opening_may_remove(const struct es_opening *o);

/* Hands out the config key, after unpacking; NULL before. */
struct es_secret *es_opening_take_key(struct es_opening *o);

/* What is known so far; the caller fills in unlock_ms. o owns it. */
const struct es_boot_record *es_opening_record(const struct es_opening *o);
const struct es_code_fault *es_opening_code_fault(const struct es_opening *o);
/* After es_opening_key: what is wrong with a bank that the other one replaces, in words. The caller shows it, since the
 * boot goes on. False: nothing is wrong, or neither bank is usable (then refusal_detail covers both). detail:
 * "config.cms: …", from the disk. */
struct es_bank_damage {
	unsigned bank, used; /* used: the bank that replaces it */
	char detail[ES_DETAIL_TEXT];
};
bool es_opening_bank_damage(const struct es_opening *o, unsigned number, struct es_bank_damage *ret);
/* The recovery protector's id, to show the owner which key is needed: "{GUID}", "" if unknown. */
const char *es_opening_recovery_id(const struct es_opening *o);

#endif
