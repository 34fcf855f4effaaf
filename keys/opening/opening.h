/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facade of the boot helper: from two banks to a tree in RAM, in the one order that is safe (ARCHITECTURE.md, "A boot"). The
 * order is kept here and not by the caller: es_opening_key raises the fence whatever it found, and looks into nothing that
 * the TPM's part doesn't need before; es_opening_unpack refuses without a fence, and without a bank that was vouched for.
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
	const struct es_pins *pins;         /* of the boot image's options; NULL: none */
	const char *tcti;                   /* NULL: the kernel's TPM */
	const char *product_uuid;           /* DMI product UUID as the kernel tells it; NULL or "" if it has none */
	struct es_span event_log;           /* the kernel's; empty if there is none */
	const char *ima_count;              /* file with the number of IMA's measurements; NULL: the kernel's */
	/* The image's sections .pcrpkey and .pcrsig: its vendor's key, and the policies signed by it; empty if it has none. */
	struct es_span pcr_public_key, pcr_signature;
	/* Not ES_OK: why nothing may open automatically in this boot, neither by the TPM nor by the KDF. */
	enum es_reason no_automatic;
	const char *no_automatic_detail; /* NULL: none */
};

/* Reads the banks, connects to the TPM. Fails only for want of memory; what is wrong is found by the next call. */
ES_MUST_CHECK enum es_reason es_opening_new(const struct es_opening_request *request, struct es_opening **ret);
void es_opening_free(struct es_opening *o);
void es_opening_freep(struct es_opening **o);

/* Picks the bank, gets the config key from recovery_text (if not NULL: then no Unseal is sent) or from the TPM or the KDF by
 * mode, raises the fence in every case, and then checks the bank's MAC, whose it is, and how new. Called once.
 * ES_OK: there is a key. ES_NOT_CONFIGURED: no bank. ES_FENCE_FAILED: end the boot. Every other reason is a refusal: the
 * fence is up; es_opening_asks tells whether the owner may consent to it, else es_opening_recovery may follow. */
ES_MUST_CHECK enum es_reason es_opening_key(struct es_opening *o, const char *recovery_text);

/* After a refusal: another recovery key, as often as the caller allows. ES_RECOVERY_FORM (see es_opening_code_fault),
 * ES_RECOVERY_WRONG, ES_OK, or another refusal, to which es_opening_asks may have a question. */
ES_MUST_CHECK enum es_reason es_opening_recovery(struct es_opening *o, const char *recovery_text, size_t len);

/* What the last refusal leaves to the owner. */
enum es_opening_question {
	ES_ASK_NOTHING,
	ES_ASK_OLD,      /* the recovery key is right, and the configuration is old, or it can't be told: open it? */
	ES_ASK_NEW_HOST, /* there is no configuration, and there was one: start without? */
};
enum es_opening_question es_opening_asks(const struct es_opening *o);
/* The owner's yes. ES_OK: there is a key, as after es_opening_key; ES_NOT_CONFIGURED: start without. ES_ARGUMENT: nothing was
 * asked. */
ES_MUST_CHECK enum es_reason es_opening_consent(struct es_opening *o);

/* Decrypts, checks the tag, unpacks beneath treefd (empty). An archive that proves damaged here is passed over for the
 * other bank's, if the key in hand opens that too. Brings the TPM's counter up if a commit was cut. */
ES_MUST_CHECK enum es_reason es_opening_unpack(struct es_opening *o, int treefd);

/* The config key, once unpacked; NULL before. Moves it out. */
struct es_secret *es_opening_take_key(struct es_opening *o);

/* What is known so far; unlock_ms is the caller's to fill in. Owned by o. */
const struct es_boot_record *es_opening_record(const struct es_opening *o);
const struct es_code_fault *es_opening_code_fault(const struct es_opening *o);
/* After es_opening_key: what is wrong with a bank that another one stands in for, in words; the caller shows it, since the boot
 * goes on. false: nothing is, or none serves (then refusal_detail says it of all). detail: "config.cms: …", from the disk. */
struct es_bank_damage {
	unsigned bank, used; /* used: the one in its place */
	char detail[ES_DETAIL_TEXT];
};
bool es_opening_bank_damage(const struct es_opening *o, unsigned number, struct es_bank_damage *ret);
/* The recovery protector's id, to tell the owner which key is asked for: "{GUID}", "" if unknown. */
const char *es_opening_recovery_id(const struct es_opening *o);

#endif
