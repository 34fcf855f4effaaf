/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/words.h"

#include "keys/tpm/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void a_key_of_ours_has_no_fault(void **state)
{
	char text[ES_TPM_WORDS];

	(void)state;
	es_tpm_key_words(&es_srk_template.publicArea, text);
	assert_string_equal(text, "ECC P-256, SHA-256 Name, "
				  "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt");
}

static void each_fault_is_described(void **state)
{
	const TPMT_PUBLIC good = es_srk_template.publicArea;
	TPMT_PUBLIC bad[9] = { good, good, good, good, good, good, good, good, good };
	static const char *const says[9] = { "ECC P-521, SHA-256 Name",
					     "neither P-256 nor P-384",
					     "SHA-384 Name",
					     "it is a signing key",
					     "it isn't a storage key",
					     "or can leave it",
					     "it can only be used with a policy",
					     "its children aren't protected by AES",
					     "RSA-1024" };
	char text[ES_TPM_WORDS];

	(void)state;
	bad[0].parameters.eccDetail.curveID = TPM2_ECC_NIST_P521;
	bad[1].parameters.eccDetail.curveID = TPM2_ECC_BN_P256;
	bad[2].nameAlg = TPM2_ALG_SHA384;
	bad[3].objectAttributes |= TPMA_OBJECT_SIGN_ENCRYPT;
	bad[4].objectAttributes &= ~TPMA_OBJECT_RESTRICTED;
	bad[5].objectAttributes &= ~TPMA_OBJECT_FIXEDTPM;
	bad[6].objectAttributes &= ~TPMA_OBJECT_USERWITHAUTH;
	bad[7].parameters.eccDetail.symmetric.algorithm = TPM2_ALG_CAMELLIA;
	bad[8].type = TPM2_ALG_RSA;
	bad[8].parameters.rsaDetail.keyBits = 1024;
	for (size_t i = 0; i < 9; i++) {
		es_tpm_key_words(&bad[i], text);
		if (strstr(text, says[i]) == NULL || strstr(text, ": it") == NULL)
			fail_msg("no \"%s\" in \"%s\"", says[i], text);
		assert_false(es_is_storage_key(&bad[i]));
	}
}

static void any_description_fits(void **state)
{
	TPMS_NV_PUBLIC index = { .nvIndex = 0xffffffff, .dataSize = 0xffff, .attributes = UINT32_MAX };
	TPMT_PUBLIC key;
	char text[ES_TPM_WORDS + 1];

	(void)state;
	memset(&key, 0xff, sizeof key);
	text[ES_TPM_WORDS] = 'x';
	es_tpm_key_words(&key, text);
	assert_true(strlen(text) < ES_TPM_WORDS);
	es_tpm_index_words(&index, text);
	assert_true(strlen(text) < ES_TPM_WORDS);
	assert_int_equal(text[ES_TPM_WORDS], 'x');
}

static void an_index_is_described_by_kind_and_attributes(void **state)
{
	TPMS_NV_PUBLIC index = es_counter_template(0x0180e5ea);
	char text[ES_TPM_WORDS];

	(void)state;
	es_tpm_index_words(&index, text);
	assert_string_equal(text, "NV index 0x0180e5ea holds 8 bytes (a counter), authread|authwrite|no_da");
	index.attributes = TPMA_NV_OWNERREAD | TPMA_NV_WRITELOCKED;
	es_tpm_index_words(&index, text);
	assert_string_equal(text, "NV index 0x0180e5ea holds 8 bytes, ownerread|writelocked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_of_ours_has_no_fault),
		cmocka_unit_test(each_fault_is_described),
		cmocka_unit_test(any_description_fits),
		cmocka_unit_test(an_index_is_described_by_kind_and_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
