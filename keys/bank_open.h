/* SPDX-License-Identifier: Apache-2.0 */
/* From a bank and a key to its plaintext: what the boot helper and the administrator's command share. */
#ifndef ES_BANK_OPEN_H
#define ES_BANK_OPEN_H

#include "keys/core/recovery_code.h"
#include "keys/core/secret.h"
#include "keys/store/bank.h"

/* Whether encryption.info's MAC is of this key. ES_TAMPERED_INFO. */
ES_MUST_CHECK enum es_reason es_bank_verify(const struct es_bank *bank, const struct es_secret *config_key);

/* Checks encryption.info's MAC, then decrypts the archive whole and checks its tag. ES_TAMPERED_INFO, ES_TAMPERED_ARCHIVE.
 * The caller owns *ret_tar. */
ES_MUST_CHECK enum es_reason es_bank_decrypt(const struct es_bank *bank, const struct es_secret *config_key,
					     struct es_secret **ret_tar);

/* The config key by any of its recovery protectors; recovery is ES_RECOVERY_LEN bytes. ES_RECOVERY_WRONG;
 * ES_LOCKED_NO_PROTECTOR: it has none. */
ES_MUST_CHECK enum es_reason es_bank_recover(const struct es_info *info, const struct es_secret *recovery,
					     struct es_secret **ret_config_key);

/* A recovery key as somebody typed it. ES_RECOVERY_FORM and *ret_fault. */
ES_MUST_CHECK enum es_reason es_recovery_text_read(const char *text, size_t len, struct es_secret **ret_recovery,
						   struct es_code_fault *ret_fault);

#endif
