/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that root names, and that another user waits at. What is refused, in words: test-extract.c; how:
 * keys/store/tests/test-path.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/path_attacks.h"
#include "tools/dispatch.h"

static void an_extract_follows_no_link(void **state)
{
	(void)state;
	assert_false(attack_extract_by_link(es_dispatch));
}

static void an_extract_follows_no_link_on_the_way(void **state)
{
	(void)state;
	assert_false(attack_extract_by_link_on_the_way(es_dispatch));
}

static void nothing_is_extracted_where_another_can_move_it(void **state)
{
	(void)state;
	assert_false(attack_extract_in_their_folder(es_dispatch));
}

static void nor_where_everybody_can(void **state)
{
	(void)state;
	assert_false(attack_extract_in_shared_folder(es_dispatch));
}

static void nothing_is_extracted_into_a_folder_of_another(void **state)
{
	(void)state;
	assert_false(attack_extract_into_their_folder(es_dispatch));
}

static void an_image_overwrites_nothing_that_another_chose(void **state)
{
	(void)state;
	assert_false(attack_image_by_link(es_dispatch));
}

static void a_key_of_another_signs_nothing(void **state)
{
	(void)state;
	assert_false(attack_policy_key(es_dispatch));
}

static void a_key_for_secure_boot_is_not_taken_from_a_folder_of_another(void **state)
{
	(void)state;
	assert_false(attack_sign_key(es_dispatch));
}

static void nor_its_certificate(void **state)
{
	(void)state;
	assert_false(attack_sign_cert(es_dispatch));
}

static void nor_by_a_link_of_another(void **state)
{
	(void)state;
	assert_false(attack_sign_key_by_link(es_dispatch));
}

static void a_recovery_key_is_not_read_from_a_file_of_another(void **state)
{
	(void)state;
	assert_false(attack_recovery_key(es_dispatch));
}

static void a_run_folder_of_another_is_not_believed(void **state)
{
	(void)state;
	assert_false(attack_run_folder(es_dispatch));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_extract_follows_no_link),
		cmocka_unit_test(an_extract_follows_no_link_on_the_way),
		cmocka_unit_test(nothing_is_extracted_where_another_can_move_it),
		cmocka_unit_test(nor_where_everybody_can),
		cmocka_unit_test(nothing_is_extracted_into_a_folder_of_another),
		cmocka_unit_test(an_image_overwrites_nothing_that_another_chose),
		cmocka_unit_test(a_key_of_another_signs_nothing),
		cmocka_unit_test(a_key_for_secure_boot_is_not_taken_from_a_folder_of_another),
		cmocka_unit_test(nor_its_certificate),
		cmocka_unit_test(nor_by_a_link_of_another),
		cmocka_unit_test(a_recovery_key_is_not_read_from_a_file_of_another),
		cmocka_unit_test(a_run_folder_of_another_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
