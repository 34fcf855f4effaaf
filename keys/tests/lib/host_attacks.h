/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attacks on a whole host, each on a host of its own. True: the attack succeeded. keys/tests/attacks/test-attacks.c
 * shows that none does, and keys/tests/attacks/test-without-*.c that each would without the one defence. The numbers
 * are those of the attack suite (tests-ovmf/attack). tpm_attacks.h has the attacks between us and the TPM.
 */
#ifndef ES_TESTLIB_HOST_ATTACKS_H
#define ES_TESTLIB_HOST_ATTACKS_H

#include <stdbool.h>

/* 1: a tree of the attacker's is booted, and then unseals the owner's key. */
bool attack_with_own_kdf_archive(void);
bool attack_with_own_recovery_key(void);
bool attack_with_archive_sealed_to_our_tpm(void);
/* The same against an image that is pinned to the owner's key, or to the owner's host. */
bool attack_with_planted_key(void);
bool attack_with_planted_host(void);
/* Banks and counter deleted beside such an image: the host starts as on first boot. */
bool attack_with_all_removed_beside_key_pin(void);
bool attack_with_all_removed_beside_host_pin(void);
/* 2 */
bool attack_as_root_after_boot(void);
bool attack_with_edited_options(void);
/* 3: PCR 11 replayed by a program other than the owner's boot loader; by one that another key in db signed. */
bool attack_by_replaying_pcr_11(void);
bool attack_by_replaying_pcr_11_signed_by_another(void);
/* The same if the firmware says that Secure Boot is on, but shim checks nothing; if nothing vouched for the image. */
bool attack_by_replaying_pcr_11_where_shim_checks_nothing(void);
bool attack_by_replaying_pcr_11_where_nothing_was_verified(void);
/* A driver that the firmware loads before the owner's boot loader; Secure Boot isn't required. */
bool attack_with_a_firmware_driver(void);
/* 4 */
bool attack_with_changed_image(void);
/* 5: an old copy that was put back opens. */
bool attack_with_old_banks(void);
bool attack_with_counter_deleted(void);
bool attack_with_counter_made_again(void);
bool attack_with_kdf_archive_beside_counter(void);
/* Old banks beside a bank that names a counter of the attacker's: a copy of one of them, or a kdf bank of their own. */
bool attack_with_a_copy_that_names_another_counter(void);
bool attack_with_a_kdf_bank_that_names_another_counter(void);
/* Two kdf banks of the attacker's that name a counter that doesn't exist. */
bool attack_with_kdf_banks_that_name_no_counter(void);
/* Old banks, for which the owner gives the recovery key: nobody asks whether to open them. */
bool attack_with_old_banks_and_the_recovery_key(void);
/* No banks at all: the host starts with its image's configuration, as on first boot. */
bool attack_with_banks_removed(void);
/* A copy of encryption.info from when the host was in mode kdf opens what is saved in mode tpm; the key that the TPM
 * kept opens what is saved in mode kdf. */
bool attack_with_info_from_before_a_change_of_mode(void);
bool attack_with_key_from_before_a_change_of_mode(void);
/* A copy of encryption.info from before a rotation, which its image still opens: its key opens what was saved since. */
bool attack_with_info_from_before_a_rotation(void);
/* 6: another TPM is trusted about the age of a configuration, or with a new seal. */
bool attack_with_another_tpm(void);
bool attack_by_swapping_the_tpm_at_a_new_seal(void);
/* A device on the bus that swallows the fence, with kdf banks of the attacker's on disk, so that nothing names the
 * TPM. */
bool attack_on_bus_and_disk(void);
/* 7: every byte between host and TPM is recorded: it contains the sealed secret, the config key or the recovery key. */
bool attack_on_bus_at_unlock(void);
bool attack_on_bus_at_init(void);
bool attack_on_bus_at_new_seal(void);
bool attack_on_bus_at_rotation(void); /* also the old keys */
/* 10 */
bool attack_with_oversize_bank(void);
/* 11: something is unpacked nevertheless. */
bool attack_by_failing_the_fence(void);
bool attack_by_failing_a_measurement(void);
/* 12: tars sealed with the owner's own key reach outside the tree, or contain what they must not. */
bool attack_with_tar_that_climbs_out(void);
bool attack_with_tar_through_a_symlink(void);
bool attack_with_device_in_tar(void);
bool attack_with_setuid_in_tar(void);
bool attack_with_tar_of_too_many(void);
/* 13: how many edits of encryption.info, one field each, go unnoticed. ret_edits: how many were tried. */
unsigned attack_by_editing_info(unsigned *ret_edits);
/* A1: how many such edits of one of two old banks make the other one open, beside a counter of the attacker's. */
unsigned attack_by_editing_one_old_copy(unsigned *ret_edits);

/* Data from the disk is processed before the fence: a bank's event log, to word a refusal; the KDF's cost. The test
 * program reports each such call with host_attack_saw_look. */
bool attack_by_a_log_before_the_fence(void);
bool attack_by_a_kdf_before_the_fence(void);
void host_attack_saw_look(void);

#endif
