/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of an opening, shared by its parts: opening.c (the order), tpm.c, sealed.c and vendor.c (the TPM, up to the
 * fence), judge.c (from a key to a bank that may open) and unpack.c. Private to keys/opening.
 */
#ifndef ES_OPENING_STATE_H
#define ES_OPENING_STATE_H

#include "keys/choice/choice.h"
#include "keys/opening/opening.h"

enum { ES_WHY_NOTE = 224 };

/* Why the TPM gave no secret: collected before the fence and worded after it, since wording reads files from the
 * disk. */
struct es_opening_why {
	/* the protector whose PCR values differ from the current ones; NULL: none */
	const struct es_protector *differs;
	char note[ES_WHY_NOTE]; /* fixed words, numbers, and what the TPM said */
};

struct es_opening {
	struct es_opening_request request; /* the caller keeps what it points to */
	struct es_pins pins;
	struct es_bank banks[ES_BANK_COUNT];
	int chosen;
	struct es_tpm *tpm;
	enum es_reason tpm_state;   /* of the connection */
	enum es_reason tpm_refusal; /* why this TPM can't be used for the automatic protector; ES_OK if it can */
	struct es_counter counter;
	bool asked;
	bool fence_up;            /* the fence is up, or there is no TPM that would need one */
	struct es_secret *sealed; /* the secret that the TPM gave, of the protector `opened` */
	const struct es_protector *opened;
	struct es_opening_why why;
	struct es_secret *key;
	struct es_vouched *vouched; /* the chosen bank, vouched for by that key */
	struct es_buf adopted;      /* the list of adopted files, of the archive that was unpacked */
	enum es_opening_question question;
	unsigned commands_before; /* commands sent over a connection that was given up */
	struct es_boot_record record;
	struct es_code_fault fault;
	char recovery_id[ES_RECOVERY_ID_TEXT];
	uint64_t image_generation, image_counter; /* of the image that a vendor's signature opened; 0: none */
	int image_known_by; /* the bank whose word replaced reading the counter; -1: the counter was read */
};

/* note.c. Appends to a text of that size, "; " between two notes; truncated at its end. */
__attribute__((format(printf, 3, 4))) void es_opening_note(char *text, size_t cap, const char *format, ...);
#define ES_NOTE_DETAIL(o, ...)                                                                                         \
	es_opening_note((o)->record.refusal_detail, sizeof(o)->record.refusal_detail, __VA_ARGS__)
#define ES_NOTE_WHY(o, ...) es_opening_note((o)->why.note, sizeof(o)->why.note, __VA_ARGS__)

/* tpm.c. Without a TPM 2.0 there is nothing that a fence could shut. */
bool es_opening_nothing_to_fence(const struct es_opening *o);
/* Asks the TPM everything that must be known before there is a key: its PCRs, once, and the counter. */
void es_opening_ask_tpm(struct es_opening *o);
/* After a bank was vouched for: reads the counter again if it was read with a storage key other than that bank's. */
void es_opening_confirm_counter(struct es_opening *o);
/* ES_OK, also if there is nothing to fence; ES_FENCE_FAILED. */
ES_MUST_CHECK enum es_reason es_opening_raise_fence(struct es_opening *o);
struct es_authorization;
/* One Unseal. authorization is for a protector with a vendor's key, otherwise NULL. */
ES_MUST_CHECK enum es_reason es_opening_unseal(struct es_opening *o, const struct es_protector *p,
					       const struct es_authorization *authorization);

/* sealed.c. Mode tpm: puts a protector's secret into o->sealed. */
ES_MUST_CHECK enum es_reason es_opening_take_sealed(struct es_opening *o, const struct es_bank *bank);

/* vendor.c. If no literal protector fits (`literal` is the reason): tries one with a vendor's key, with the image's own
 * signatures. */
ES_MUST_CHECK enum es_reason es_opening_sealed_by_vendor(struct es_opening *o, const struct es_bank *bank,
							 enum es_reason literal);
/* Increments the counter up to the generation of the image that was opened. If that fails, the host opens
 * nevertheless. */
void es_opening_accept_image(struct es_opening *o);

/* judge.c: everything after the fence. */
/* Words the reasons for which the TPM gave no secret. */
void es_opening_explain_refusal(struct es_opening *o);
/* For the test that shows why the order matters: does both before the fence. */
void es_opening_look_early(struct es_opening *o);
/* Gets the key from the TPM's secret, from the KDF, or from the recovery key (NULL: none was given); then judges
 * whether the chosen bank may be opened with it. It must be authentic, ours, and new enough. If it isn't authentic, the
 * other bank is used if that is. */
ES_MUST_CHECK enum es_reason es_opening_find_key(struct es_opening *o, const char *recovery_text);
/* Judges the other bank in place of the chosen one, which was refused for that reason. */
ES_MUST_CHECK enum es_reason es_opening_use_other_bank(struct es_opening *o, enum es_reason reason);
/* Drops the key and everything that depends on it. */
void es_opening_drop_key(struct es_opening *o);

#endif
