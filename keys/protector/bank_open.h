/* SPDX-License-Identifier: Apache-2.0 */
/* From a bank and a key to its plaintext. The boot helper and the administrator's command share this. */
#ifndef ES_BANK_OPEN_H
#define ES_BANK_OPEN_H

#include "keys/core/pins.h"
#include "keys/core/recovery_code.h"
#include "keys/core/secret.h"
#include "keys/store/bank.h"

/*
 * A bank whose encryption.info was found authentic under a key. Only es_bank_vouch makes one. The code that decides how
 * new a bank is, and whose it is, accepts nothing else: a struct es_info that was merely parsed says whatever its
 * writer wanted.
 */
struct es_vouched;

/* Checks the MAC of encryption.info with this key. ES_TAMPERED_INFO. Borrows the bank; the caller owns *ret. */
ES_MUST_CHECK enum es_reason es_bank_vouch(const struct es_bank *bank, const struct es_secret *config_key,
					   struct es_vouched **ret);
void es_vouched_freep(struct es_vouched **v);
#define ES_VOUCHED ES_SCOPED(es_vouched_freep) struct es_vouched *

const struct es_info *es_vouched_info(const struct es_vouched *v);
/* The key's own id: computed, not taken from the file. */
const uint8_t *es_vouched_key_id(const struct es_vouched *v);

/* Whether an image with these pins accepts the key, by its own id or by that of a predecessor, which the bank's writer
 * has proven to know. */
bool es_vouched_accepted(const struct es_vouched *v, const struct es_pins *pins);

/* Decrypts the whole archive and checks its tag. ES_TAMPERED_ARCHIVE. The caller owns *ret_tar. */
ES_MUST_CHECK enum es_reason es_vouched_decrypt(const struct es_vouched *v, const struct es_secret *config_key,
						struct es_secret **ret_tar);

/* es_bank_vouch, for its result only; and es_bank_vouch followed by es_vouched_decrypt. */
ES_MUST_CHECK enum es_reason es_bank_verify(const struct es_bank *bank, const struct es_secret *config_key);
ES_MUST_CHECK enum es_reason es_bank_decrypt(const struct es_bank *bank, const struct es_secret *config_key,
					     struct es_secret **ret_tar);

/* Opens the config key with any of its recovery protectors; recovery is ES_RECOVERY_LEN bytes. ES_RECOVERY_WRONG;
 * ES_LOCKED_NO_PROTECTOR: there is no recovery protector. */
ES_MUST_CHECK enum es_reason es_bank_recover(const struct es_info *info, const struct es_secret *recovery,
					     struct es_secret **ret_config_key);

/* Reads a recovery key as someone typed it. ES_RECOVERY_FORM and *ret_fault. */
ES_MUST_CHECK enum es_reason es_recovery_text_read(const char *text, size_t len, struct es_secret **ret_recovery,
						   struct es_code_fault *ret_fault);

#endif
