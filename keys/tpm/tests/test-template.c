/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static TPMT_PUBLIC rsa_srk(void)
{
	TPMT_PUBLIC p = { .type = TPM2_ALG_RSA,
			  .nameAlg = TPM2_ALG_SHA256,
			  .objectAttributes = es_srk_template.publicArea.objectAttributes };

	p.parameters.rsaDetail.symmetric = es_srk_template.publicArea.parameters.eccDetail.symmetric;
	p.parameters.rsaDetail.scheme.scheme = TPM2_ALG_NULL;
	p.parameters.rsaDetail.keyBits = 2048;
	return p;
}

static void our_own_and_an_rsa_srk_are_storage_keys(void **state)
{
	TPMT_PUBLIC rsa = rsa_srk();

	(void)state;
	assert_true(es_is_storage_key(&es_srk_template.publicArea));
	assert_true(es_is_storage_key(&rsa));
}

static void each_attribute_of_a_storage_key_is_needed(void **state)
{
	static const TPMA_OBJECT needed[] = {
		TPMA_OBJECT_FIXEDTPM,     TPMA_OBJECT_FIXEDPARENT, TPMA_OBJECT_SENSITIVEDATAORIGIN,
		TPMA_OBJECT_USERWITHAUTH, TPMA_OBJECT_RESTRICTED,  TPMA_OBJECT_DECRYPT
	};

	(void)state;
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
		TPMT_PUBLIC p = es_srk_template.publicArea;

		p.objectAttributes &= ~needed[i];
		assert_false(es_is_storage_key(&p));
	}
}

static void a_signing_key_is_not_a_storage_key(void **state)
{
	TPMT_PUBLIC p = es_srk_template.publicArea;

	(void)state;
	p.objectAttributes |= TPMA_OBJECT_SIGN_ENCRYPT;
	assert_false(es_is_storage_key(&p));
}

static void a_weak_or_odd_key_is_refused(void **state)
{
	TPMT_PUBLIC p = rsa_srk();

	(void)state;
	p.parameters.rsaDetail.keyBits = 1024;
	assert_false(es_is_storage_key(&p));
	p = es_srk_template.publicArea;
	p.parameters.eccDetail.curveID = TPM2_ECC_NIST_P192;
	assert_false(es_is_storage_key(&p));
	p = es_srk_template.publicArea;
	p.parameters.eccDetail.symmetric.algorithm = TPM2_ALG_NULL;
	assert_false(es_is_storage_key(&p));
	p = es_srk_template.publicArea;
	p.parameters.eccDetail.symmetric.mode.aes = TPM2_ALG_ECB;
	assert_false(es_is_storage_key(&p));
	p = es_srk_template.publicArea;
	p.nameAlg = TPM2_ALG_SHA1;
	assert_false(es_is_storage_key(&p));
	p = es_srk_template.publicArea;
	p.type = TPM2_ALG_KEYEDHASH;
	assert_false(es_is_storage_key(&p));
}

static void only_its_policy_opens_a_sealed_object(void **state)
{
	const struct es_digest policy = { { 1, 2, 3 } };
	TPM2B_PUBLIC p = es_sealed_template(&policy);

	(void)state;
	assert_int_equal(p.publicArea.type, TPM2_ALG_KEYEDHASH);
	assert_int_equal(p.publicArea.objectAttributes, TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
							    TPMA_OBJECT_NODA | TPMA_OBJECT_ADMINWITHPOLICY);
	assert_int_equal(p.publicArea.authPolicy.size, ES_SHA256_LEN);
	assert_memory_equal(p.publicArea.authPolicy.buffer, policy.bytes, ES_SHA256_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_and_an_rsa_srk_are_storage_keys),
		cmocka_unit_test(each_attribute_of_a_storage_key_is_needed),
		cmocka_unit_test(a_signing_key_is_not_a_storage_key),
		cmocka_unit_test(a_weak_or_odd_key_is_refused),
		cmocka_unit_test(only_its_policy_opens_a_sealed_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
