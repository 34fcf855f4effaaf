/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/name.h"

#include "keys/core/hex.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/vendor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void assert_name(struct vendor_fixture *v, const TPM2B_NAME *name, const char *line)
{
	char out[256], ours[2 * sizeof name->name + 1];

	es_hex_encode(name->name, name->size, ours);
	es_swtpm_tool_ok(v->f->swtpm, line, out, sizeof out);
	assert_string_equal(ours, out);
}

static void the_keys_name_is_the_tpms(void **state)
{
	struct vendor_fixture *v = *state;
	TPM2B_NAME name = { 0 };

	vendor_public_file(v);
	assert_true(es_vendor_key_is_valid(&v->key));
	assert_true(es_vendor_key_name(&v->key, es_sha256, &name));
	assert_name(
	    v, &name,
	    "tpm2_loadexternal -Q -C o -G rsa -u vendor.pem -c k -n n && tpm2_flushcontext -t && od -An -v -tx1 n | "
	    "tr -d ' \\n'");
}

static void the_counters_name_is_the_tpms(void **state)
{
	struct vendor_fixture *v = *state;
	TPM2B_NAME name = { 0 };

	vendor_count_to(v, 1);
	assert_true(es_generation_counter_name(es_sha256, &name));
	assert_name(v, &name, "tpm2_nvreadpublic 0x0180e5eb | awk '/name:/ {printf \"%s\", $2}'");
}

static void a_key_of_an_odd_length_is_not_sound(void **state)
{
	static const uint8_t bytes[640];

	(void)state;
	for (size_t len = 0; len <= sizeof bytes; len += 8)
		assert_int_equal(es_vendor_key_is_valid(&(struct es_vendor_key){ { bytes, len } }),
				 len == 256 || len == 384 || len == 512);
	assert_false(es_vendor_key_is_valid(&(struct es_vendor_key){ { NULL, 256 } }));
}

static void a_generation_is_big_endian(void **state)
{
	static const uint8_t expected[ES_GENERATION_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	uint8_t bytes[ES_GENERATION_LEN];

	(void)state;
	es_generation_write(0x0102030405060708, bytes);
	assert_memory_equal(bytes, expected, sizeof bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_keys_name_is_the_tpms, vendor_fixture_make, vendor_fixture_remove),
		cmocka_unit_test_setup_teardown(the_counters_name_is_the_tpms, vendor_fixture_make,
						vendor_fixture_remove),
		cmocka_unit_test(a_key_of_an_odd_length_is_not_sound),
		cmocka_unit_test(a_generation_is_big_endian),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
