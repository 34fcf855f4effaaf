/* SPDX-License-Identifier: Apache-2.0 */
/* Without the vendor's key in the seal's policy, anyone who can sign opens it, with any image. */
#include "keys/tests/lib/vendor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void control_sign_with_another_key_succeeds(void **state)
{
	assert_true(attack_sign_with_another_key(*state));
}

static void control_signature_of_another_image_succeeds(void **state)
{
	assert_true(attack_signature_of_another_image(*state));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, vendor_fixture_make, vendor_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(control_sign_with_another_key_succeeds),
		TEST(control_signature_of_another_image_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
