/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an opening knows, shared by its parts: opening.c (the order), tpm.c, sealed.c and vendor.c (the TPM,
 * up to the fence), judge.c (from a key to a bank that may open) and unpack.c. Private.
 */
#ifndef ES_OPENING_STATE_H
#define ES_OPENING_STATE_H

#include "keys/choice/choice.h"
#include "keys/opening/opening.h"

enum { ES_WHY_NOTE = 224 };

/* Why the TPM gave nothing: gathered before the fence, worded after it, since the words look into files of the disk. */
struct es_opening_why {
	const struct es_protector *differs; /* whose PCR values aren't those of now; NULL: none */
	char note[ES_WHY_NOTE];             /* of fixed words and numbers, and what the TPM said */
};

struct es_opening {
	struct es_opening_request request; /* what it points to stays the caller's */
	struct es_pins pins;
	struct es_bank banks[ES_BANK_COUNT];
	int chosen;
	struct es_tpm *tpm;
	enum es_reason tpm_state;   /* of the connection */
	enum es_reason tpm_refusal; /* why this TPM can't serve the automatic protector, ES_OK if it can */
	struct es_counter counter;
	bool asked;
	bool behind_fence;        /* the fence is up, or there is no TPM that would need one */
	struct es_secret *sealed; /* what the TPM gave: the secret of `opened` */
	const struct es_protector *opened;
	struct es_opening_why why;
	struct es_secret *key;
	struct es_vouched *vouched; /* the chosen bank, under that key */
	enum es_opening_question question;
	unsigned commands_before; /* sent over a connection that was given up */
	struct es_boot_record record;
	struct es_code_fault fault;
	char recovery_id[ES_RECOVERY_ID_TEXT];
	uint64_t image_generation, image_counter; /* of the image that a vendor's signature opened; 0: none */
	int image_known_by; /* the bank by whose word the counter stands there and wasn't asked; -1: it was */
};

/* note.c. Appends to a text of that size, "; " between two notes; cut at its end. */
__attribute__((format(printf, 3, 4))) void es_opening_note(char *text, size_t cap, const char *format, ...);
#define ES_NOTE_DETAIL(o, ...)                                                                                         \
	es_opening_note((o)->record.refusal_detail, sizeof(o)->record.refusal_detail, __VA_ARGS__)
#define ES_NOTE_WHY(o, ...) es_opening_note((o)->why.note, sizeof(o)->why.note, __VA_ARGS__)

/* tpm.c. Without a TPM that speaks 2.0 there is nothing that a fence could shut. */
bool es_opening_nothing_to_fence(const struct es_opening *o);
/* Everything that the TPM is asked before a key: its PCRs, once, and the counter. */
void es_opening_ask_tpm(struct es_opening *o);
/* After a bank was vouched for: the counter again, if it was read under another storage key than that bank's. */
void es_opening_confirm_counter(struct es_opening *o);
/* ES_OK also where there is nothing to fence; ES_FENCE_FAILED. */
ES_MUST_CHECK enum es_reason es_opening_raise_fence(struct es_opening *o);
struct es_authorization;
/* One Unseal; authorization for a protector under a vendor's key, else NULL. */
ES_MUST_CHECK enum es_reason es_opening_unseal(struct es_opening *o, const struct es_protector *p,
					       const struct es_authorization *authorization);

/* sealed.c. Mode tpm: the secret of a protector, into o->sealed. */
ES_MUST_CHECK enum es_reason es_opening_take_sealed(struct es_opening *o, const struct es_bank *bank);

/* vendor.c. Where no literal protector fits, for that reason: one under a vendor's key, with the image's own
 * signatures. */
ES_MUST_CHECK enum es_reason es_opening_sealed_by_vendor(struct es_opening *o, const struct es_bank *bank,
							 enum es_reason literal);
/* Counts up to the generation of the image that was opened. Where that fails the host opens all the same. */
void es_opening_accept_image(struct es_opening *o);

/* judge.c: all of it after the fence. */
/* The words for why the TPM gave nothing. */
void es_opening_word_refusal(struct es_opening *o);
/* For the test that shows what the order is worth: both of it, before the fence. */
void es_opening_look_early(struct es_opening *o);
/* The key from what the TPM gave, from the KDF, or from the recovery key (NULL: none was given); then es_opening_judge. */
ES_MUST_CHECK enum es_reason es_opening_find_key(struct es_opening *o, const char *recovery_text);
/* Whether the chosen bank may be opened with the key in hand: authentic, ours, and new enough. Where it isn't authentic the other
 * bank is taken, if that is. */
ES_MUST_CHECK enum es_reason es_opening_judge(struct es_opening *o);
/* The same for the other bank, in place of the chosen one and for that reason. */
ES_MUST_CHECK enum es_reason es_opening_pass_over(struct es_opening *o, enum es_reason reason);
/* The key and what hangs on it go. */
void es_opening_drop_key(struct es_opening *o);

#endif
