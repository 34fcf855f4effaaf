/* SPDX-License-Identifier: Apache-2.0 */
/* No attack of keys/tests/lib/host_attacks.h succeeds. keys/tests/attacks/test-without-*.c show that each would succeed
 * without the one defence. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void attack_with_own_kdf_archive_fails(void **state)
{
	(void)state;
	assert_false(attack_with_own_kdf_archive());
}

static void attack_with_own_recovery_key_fails(void **state)
{
	(void)state;
	assert_false(attack_with_own_recovery_key());
}

static void attack_with_archive_sealed_to_our_tpm_fails(void **state)
{
	(void)state;
	assert_false(attack_with_archive_sealed_to_our_tpm());
}

static void attack_as_root_after_boot_fails(void **state)
{
	(void)state;
	assert_false(attack_as_root_after_boot());
}

static void attack_with_edited_options_fails(void **state)
{
	(void)state;
	assert_false(attack_with_edited_options());
}

static void attack_by_replaying_pcr_11_fails(void **state)
{
	(void)state;
	assert_false(attack_by_replaying_pcr_11());
}

static void attack_by_replaying_pcr_11_signed_by_another_fails(void **state)
{
	(void)state;
	assert_false(attack_by_replaying_pcr_11_signed_by_another());
}

static void attack_by_replaying_pcr_11_where_shim_checks_nothing_fails(void **state)
{
	(void)state;
	assert_false(attack_by_replaying_pcr_11_where_shim_checks_nothing());
}

static void attack_by_replaying_pcr_11_where_nothing_was_verified_fails(void **state)
{
	(void)state;
	assert_false(attack_by_replaying_pcr_11_where_nothing_was_verified());
}

static void attack_with_a_firmware_driver_fails(void **state)
{
	(void)state;
	assert_false(attack_with_a_firmware_driver());
}

static void attack_with_changed_image_fails(void **state)
{
	(void)state;
	assert_false(attack_with_changed_image());
}

static void attack_with_old_banks_fails(void **state)
{
	(void)state;
	assert_false(attack_with_old_banks());
}

static void attack_with_counter_deleted_fails(void **state)
{
	(void)state;
	assert_false(attack_with_counter_deleted());
}

static void attack_with_counter_made_again_fails(void **state)
{
	(void)state;
	assert_false(attack_with_counter_made_again());
}

static void attack_with_kdf_archive_beside_counter_fails(void **state)
{
	(void)state;
	assert_false(attack_with_kdf_archive_beside_counter());
}

static void attack_with_info_from_before_a_rotation_fails(void **state)
{
	(void)state;
	assert_false(attack_with_info_from_before_a_rotation());
}

static void attack_with_another_tpm_fails(void **state)
{
	(void)state;
	assert_false(attack_with_another_tpm());
}

static void attack_by_swapping_the_tpm_at_a_new_seal_fails(void **state)
{
	(void)state;
	assert_false(attack_by_swapping_the_tpm_at_a_new_seal());
}

static void attack_on_bus_at_unlock_fails(void **state)
{
	(void)state;
	assert_false(attack_on_bus_at_unlock());
}

static void attack_on_bus_at_init_fails(void **state)
{
	(void)state;
	assert_false(attack_on_bus_at_init());
}

static void attack_on_bus_at_new_seal_fails(void **state)
{
	(void)state;
	assert_false(attack_on_bus_at_new_seal());
}

static void attack_on_bus_at_rotation_fails(void **state)
{
	(void)state;
	assert_false(attack_on_bus_at_rotation());
}

static void attack_with_oversize_bank_fails(void **state)
{
	(void)state;
	assert_false(attack_with_oversize_bank());
}

static void attack_by_failing_the_fence_fails(void **state)
{
	(void)state;
	assert_false(attack_by_failing_the_fence());
}

static void attack_by_failing_a_measurement_fails(void **state)
{
	(void)state;
	assert_false(attack_by_failing_a_measurement());
}

static void attack_with_tar_that_climbs_out_fails(void **state)
{
	(void)state;
	assert_false(attack_with_tar_that_climbs_out());
}

static void attack_with_tar_through_a_symlink_fails(void **state)
{
	(void)state;
	assert_false(attack_with_tar_through_a_symlink());
}

static void attack_with_device_in_tar_fails(void **state)
{
	(void)state;
	assert_false(attack_with_device_in_tar());
}

static void attack_with_setuid_in_tar_fails(void **state)
{
	(void)state;
	assert_false(attack_with_setuid_in_tar());
}

static void attack_with_tar_of_too_many_fails(void **state)
{
	(void)state;
	assert_false(attack_with_tar_of_too_many());
}

static void attack_by_editing_info_fails(void **state)
{
	unsigned edits = 0;

	(void)state;
	assert_int_equal(attack_by_editing_info(&edits), 0);
	print_message("%u edits, each noticed\n", edits);
	assert_true(edits >= 60);
}

static void attack_by_editing_one_old_copy_fails(void **state)
{
	unsigned edits = 0;

	(void)state;
	assert_int_equal(attack_by_editing_one_old_copy(&edits), 0);
	assert_true(edits >= 60);
}

static void attack_with_a_copy_that_names_another_counter_fails(void **state)
{
	(void)state;
	assert_false(attack_with_a_copy_that_names_another_counter());
}

static void attack_with_a_kdf_bank_that_names_another_counter_fails(void **state)
{
	(void)state;
	assert_false(attack_with_a_kdf_bank_that_names_another_counter());
}

static void attack_with_kdf_banks_that_name_no_counter_fails(void **state)
{
	(void)state;
	assert_false(attack_with_kdf_banks_that_name_no_counter());
}

static void attack_with_old_banks_and_the_recovery_key_fails(void **state)
{
	(void)state;
	assert_false(attack_with_old_banks_and_the_recovery_key());
}

static void attack_with_banks_removed_fails(void **state)
{
	(void)state;
	assert_false(attack_with_banks_removed());
}

static void attack_with_info_from_before_a_change_of_mode_fails(void **state)
{
	(void)state;
	assert_false(attack_with_info_from_before_a_change_of_mode());
}

static void attack_with_key_from_before_a_change_of_mode_fails(void **state)
{
	(void)state;
	assert_false(attack_with_key_from_before_a_change_of_mode());
}

static void attack_on_bus_and_disk_fails(void **state)
{
	(void)state;
	assert_false(attack_on_bus_and_disk());
}

static void attack_with_planted_key_fails(void **state)
{
	(void)state;
	assert_false(attack_with_planted_key());
}

static void attack_with_planted_host_fails(void **state)
{
	(void)state;
	assert_false(attack_with_planted_host());
}

static void attack_with_all_removed_beside_key_pin_fails(void **state)
{
	(void)state;
	assert_false(attack_with_all_removed_beside_key_pin());
}

static void attack_with_all_removed_beside_host_pin_fails(void **state)
{
	(void)state;
	assert_false(attack_with_all_removed_beside_host_pin());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attack_with_own_kdf_archive_fails),
		cmocka_unit_test(attack_with_own_recovery_key_fails),
		cmocka_unit_test(attack_with_archive_sealed_to_our_tpm_fails),
		cmocka_unit_test(attack_as_root_after_boot_fails),
		cmocka_unit_test(attack_with_edited_options_fails),
		cmocka_unit_test(attack_by_replaying_pcr_11_fails),
		cmocka_unit_test(attack_by_replaying_pcr_11_signed_by_another_fails),
		cmocka_unit_test(attack_by_replaying_pcr_11_where_shim_checks_nothing_fails),
		cmocka_unit_test(attack_by_replaying_pcr_11_where_nothing_was_verified_fails),
		cmocka_unit_test(attack_with_a_firmware_driver_fails),
		cmocka_unit_test(attack_with_changed_image_fails),
		cmocka_unit_test(attack_with_old_banks_fails),
		cmocka_unit_test(attack_with_counter_deleted_fails),
		cmocka_unit_test(attack_with_counter_made_again_fails),
		cmocka_unit_test(attack_with_kdf_archive_beside_counter_fails),
		cmocka_unit_test(attack_with_info_from_before_a_rotation_fails),
		cmocka_unit_test(attack_with_another_tpm_fails),
		cmocka_unit_test(attack_by_swapping_the_tpm_at_a_new_seal_fails),
		cmocka_unit_test(attack_on_bus_at_unlock_fails),
		cmocka_unit_test(attack_on_bus_at_init_fails),
		cmocka_unit_test(attack_on_bus_at_new_seal_fails),
		cmocka_unit_test(attack_on_bus_at_rotation_fails),
		cmocka_unit_test(attack_with_oversize_bank_fails),
		cmocka_unit_test(attack_by_failing_the_fence_fails),
		cmocka_unit_test(attack_by_failing_a_measurement_fails),
		cmocka_unit_test(attack_with_tar_that_climbs_out_fails),
		cmocka_unit_test(attack_with_tar_through_a_symlink_fails),
		cmocka_unit_test(attack_with_device_in_tar_fails),
		cmocka_unit_test(attack_with_setuid_in_tar_fails),
		cmocka_unit_test(attack_with_tar_of_too_many_fails),
		cmocka_unit_test(attack_by_editing_info_fails),
		cmocka_unit_test(attack_by_editing_one_old_copy_fails),
		cmocka_unit_test(attack_with_a_copy_that_names_another_counter_fails),
		cmocka_unit_test(attack_with_a_kdf_bank_that_names_another_counter_fails),
		cmocka_unit_test(attack_with_kdf_banks_that_name_no_counter_fails),
		cmocka_unit_test(attack_with_old_banks_and_the_recovery_key_fails),
		cmocka_unit_test(attack_with_banks_removed_fails),
		cmocka_unit_test(attack_with_info_from_before_a_change_of_mode_fails),
		cmocka_unit_test(attack_with_key_from_before_a_change_of_mode_fails),
		cmocka_unit_test(attack_on_bus_and_disk_fails),
		cmocka_unit_test(attack_with_planted_key_fails),
		cmocka_unit_test(attack_with_planted_host_fails),
		cmocka_unit_test(attack_with_all_removed_beside_key_pin_fails),
		cmocka_unit_test(attack_with_all_removed_beside_host_pin_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
