/* SPDX-License-Identifier: Apache-2.0 */
/* Without the checks a path that root names leads where others let it lead. */
#include "keys/tests/lib/path_attacks.h"
#include "tools/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_extract_by_link_succeeds(void **state)
{
	(void)state;
	assert_true(attack_extract_by_link(es_dispatch));
}

static void control_extract_by_link_on_the_way_succeeds(void **state)
{
	(void)state;
	assert_true(attack_extract_by_link_on_the_way(es_dispatch));
}

static void control_extract_in_their_folder_succeeds(void **state)
{
	(void)state;
	assert_true(attack_extract_in_their_folder(es_dispatch));
}

static void control_extract_in_shared_folder_succeeds(void **state)
{
	(void)state;
	assert_true(attack_extract_in_shared_folder(es_dispatch));
}

static void control_extract_into_their_folder_succeeds(void **state)
{
	(void)state;
	assert_true(attack_extract_into_their_folder(es_dispatch));
}

static void control_image_by_link_succeeds(void **state)
{
	(void)state;
	assert_true(attack_image_by_link(es_dispatch));
}

static void control_policy_key_succeeds(void **state)
{
	(void)state;
	assert_true(attack_policy_key(es_dispatch));
}

static void control_sign_key_succeeds(void **state)
{
	(void)state;
	assert_true(attack_sign_key(es_dispatch));
}

static void control_sign_cert_succeeds(void **state)
{
	(void)state;
	assert_true(attack_sign_cert(es_dispatch));
}

static void control_sign_key_by_link_succeeds(void **state)
{
	(void)state;
	assert_true(attack_sign_key_by_link(es_dispatch));
}

static void control_recovery_key_succeeds(void **state)
{
	(void)state;
	assert_true(attack_recovery_key(es_dispatch));
}

static void control_run_folder_succeeds(void **state)
{
	(void)state;
	assert_true(attack_run_folder(es_dispatch));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_extract_by_link_succeeds),
		cmocka_unit_test(control_extract_by_link_on_the_way_succeeds),
		cmocka_unit_test(control_extract_in_their_folder_succeeds),
		cmocka_unit_test(control_extract_in_shared_folder_succeeds),
		cmocka_unit_test(control_extract_into_their_folder_succeeds),
		cmocka_unit_test(control_image_by_link_succeeds),
		cmocka_unit_test(control_policy_key_succeeds),
		cmocka_unit_test(control_sign_key_succeeds),
		cmocka_unit_test(control_sign_cert_succeeds),
		cmocka_unit_test(control_sign_key_by_link_succeeds),
		cmocka_unit_test(control_recovery_key_succeeds),
		cmocka_unit_test(control_run_folder_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
