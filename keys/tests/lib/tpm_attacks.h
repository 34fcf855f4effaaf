/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attacks between us and the TPM. True: the attack succeeded. test-attacks.c shows that none does, and test-without-*.c
 * that each would without the one defence.
 */
#ifndef ES_TESTLIB_TPM_ATTACKS_H
#define ES_TESTLIB_TPM_ATTACKS_H

#include "keys/tests/lib/tpm_fixture.h"

bool attack_read_the_bus_at_seal(struct tpm_fixture *f);
bool attack_read_the_bus_at_unseal(struct tpm_fixture *f);
/* Searches this process's memory, and again after the connection is closed. */
bool attack_find_the_secret_after_a_seal(struct tpm_fixture *f);
bool attack_find_the_secret_after_an_unseal(struct tpm_fixture *f);
bool attack_forge_pcr_values(struct tpm_fixture *f);
bool attack_strip_the_session_from_pcr_values(struct tpm_fixture *f);
bool attack_forge_the_counter(struct tpm_fixture *f);
bool attack_swallow_the_fence(struct tpm_fixture *f);
bool attack_swap_the_tpm(struct tpm_fixture *f); /* for one with its own SRK: is it trusted? */
bool attack_seal_to_unset_pcrs(struct tpm_fixture *f);
bool attack_lock_out(struct tpm_fixture *f); /* with wrong passwords: does the unseal then fail? */

#endif
