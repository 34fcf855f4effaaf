/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/archive/place.h"

static void a_place_is_found_by_whole_parts(void **state)
{
	const struct es_manifest m = { .path_count = 2, .paths = { "/etc", "/opt/app/conf" } };

	(void)state;
	assert_int_equal(es_manifest_place(&m, "etc"), ES_PLACE_TOP);
	assert_int_equal(es_manifest_place(&m, "etc/ssh/x"), ES_PLACE_WITHIN);
	assert_int_equal(es_manifest_place(&m, "etcetera"), ES_PLACE_OUTSIDE);
	assert_int_equal(es_manifest_place(&m, "et"), ES_PLACE_OUTSIDE);
	assert_int_equal(es_manifest_place(&m, "opt"), ES_PLACE_ABOVE);
	assert_int_equal(es_manifest_place(&m, "opt/app"), ES_PLACE_ABOVE);
	assert_int_equal(es_manifest_place(&m, "opt/application"), ES_PLACE_OUTSIDE);
	assert_int_equal(es_manifest_place(&m, "opt/app/conf"), ES_PLACE_TOP);
	assert_int_equal(es_manifest_place(&m, "opt/app/conf.d"), ES_PLACE_OUTSIDE);
	assert_int_equal(es_manifest_place(&m, "usr/etc"), ES_PLACE_OUTSIDE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_found_by_whole_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
