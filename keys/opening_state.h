/* SPDX-License-Identifier: Apache-2.0 */
/* What an opening knows: shared by opening.c (the key and the fence) and unpacking.c (what comes behind it). Private. */
#ifndef ES_OPENING_STATE_H
#define ES_OPENING_STATE_H

#include "keys/choice.h"
#include "keys/opening.h"

struct es_opening {
	struct es_opening_request request; /* what it points to stays the caller's */
	struct es_bank banks[ES_BANK_COUNT];
	int chosen;
	struct es_tpm *tpm;
	enum es_reason tpm_state;   /* of the connection */
	enum es_reason tpm_refusal; /* why this TPM can't serve the automatic protector, ES_OK if it can */
	struct es_counter counter;
	bool asked;
	bool behind_fence; /* the fence is up, or there is no TPM that would need one */
	struct es_secret *key;
	unsigned commands_before; /* sent over a connection that was given up */
	struct es_boot_record record;
	struct es_code_fault fault;
	char recovery_id[ES_RECOVERY_ID_TEXT];
	uint64_t image_generation, image_counter; /* of the image that a vendor's signature opened; 0: none */
	int image_known_by; /* the bank by whose word the counter stands there and wasn't asked; -1: it was */
};

struct es_authorization;

/* The key out of that protector; authorization for one under a vendor's key, else NULL. */
ES_MUST_CHECK enum es_reason es_opening_unseal(struct es_opening *o, const struct es_protector *p,
					       const struct es_authorization *authorization);
/* Where no literal protector fits, for that reason: one under a vendor's key, with the image's own signatures. */
ES_MUST_CHECK enum es_reason es_opening_key_by_vendor(struct es_opening *o, const struct es_bank *bank,
						      enum es_reason literal);
/* Counts up to the generation of the image that was opened. Where that fails the host opens all the same. */
void es_opening_accept_image(struct es_opening *o);

/* The key from a recovery key; sends the TPM nothing. */
ES_MUST_CHECK enum es_reason es_opening_key_from_recovery(struct es_opening *o, const char *text, size_t len);

#endif
