/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/tests/apply_scene.h"

static void control_attack_with_a_link_in_a_missing_paths_place_succeeds(void **state)
{
	assert_true(attack_link_in_a_missing_place(state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(control_attack_with_a_link_in_a_missing_paths_place_succeeds, setup,
						mounts_folder_remove),
	};

	return cmocka_run_group_tests_name("without-make-beneath", tests, mounts_own, NULL);
}
