/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"
#include "keys/tests/lib/same_secret.h"

#include <string.h>

static const char uuid_a[] = "4c4c4544-0043-5910-8054-b7c04f4e3432";
static const char uuid_b[] = "4c4c4544-0043-5910-8054-b7c04f4e3433";

static struct es_secret *fresh_key(void)
{
	struct es_secret *key = NULL;

	assert_int_equal(es_random_secret(ES_KEY_LEN, &key), ES_OK);
	return key;
}

static struct es_protector *fresh_protector(struct es_info *info, enum es_protector_type type)
{
	struct es_protector *p = NULL;

	assert_int_equal(es_info_add(info, type, &p), ES_OK);
	return p;
}

static void each_label_derives_its_own_key(void **state)
{
	static const char *const labels[] = { ES_LABEL_INFO_MAC, ES_LABEL_ARCHIVE, ES_LABEL_ESCROW };
	ES_SECRET key = fresh_key();
	struct es_secret *derived[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(es_config_key_derive(key, labels[i], &derived[i]), ES_OK);
		assert_int_equal(es_secret_len(derived[i]), ES_KEY_LEN);
		assert_false(same_secret(derived[i], key));
		for (int k = 0; k < i; k++)
			assert_false(same_secret(derived[i], derived[k]));
	}
	for (int i = 0; i < 3; i++)
		es_secret_free(derived[i]);
}

static void a_kdf_protector_opens_only_on_its_machine(void **state)
{
	ES_INFO info = NULL;
	ES_SECRET key = fresh_key();
	ES_SECRET opened = NULL;
	struct es_protector *p;

	(void)state;
	assert_int_equal(es_info_new(&info), ES_OK);
	p = fresh_protector(info, ES_PROTECTOR_KDF);
	assert_int_equal(es_protector_make_kdf(p, uuid_a, key), ES_OK);
	assert_true(p->kdf.bound_to_product_uuid);
	assert_int_equal(es_protector_open_kdf(p, uuid_b, &opened), ES_LOCKED_MACHINE);
	assert_int_equal(es_protector_open_kdf(p, "", &opened), ES_LOCKED_MACHINE);
	assert_int_equal(es_protector_open_kdf(p, NULL, &opened), ES_LOCKED_MACHINE);
	assert_null(opened);
	assert_int_equal(es_protector_open_kdf(p, "4C4C4544-0043-5910-8054-B7C04F4E3432", &opened), ES_OK);
	assert_true(same_secret(opened, key));
}

static void without_a_real_uuid_a_kdf_protector_is_unbound(void **state)
{
	static const char *const fillers[] = { NULL,
					       "",
					       "Not Settable",
					       "00000000-0000-0000-0000-000000000000",
					       "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
					       "03000200-0400-0500-0006-000700080009" };
	ES_INFO info = NULL;
	ES_SECRET key = fresh_key();
	ES_SECRET opened = NULL;
	struct es_protector *p;

	(void)state;
	for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
		assert_false(es_product_uuid_is_unique(fillers[i]));
	assert_true(es_product_uuid_is_unique(uuid_a));
	assert_int_equal(es_info_new(&info), ES_OK);
	p = fresh_protector(info, ES_PROTECTOR_KDF);
	assert_int_equal(es_protector_make_kdf(p, fillers[3], key), ES_OK);
	assert_false(p->kdf.bound_to_product_uuid);
	assert_int_equal(es_protector_open_kdf(p, uuid_b, &opened), ES_OK);
	assert_true(same_secret(opened, key));
	p->kdf.input.data[0] ^= 1;
	es_secret_freep(&opened);
	assert_int_equal(es_protector_open_kdf(p, uuid_b, &opened), ES_TAMPERED_INFO);
}

static void a_recovery_key_opens_and_can_be_read_from_its_escrow(void **state)
{
	ES_INFO info = NULL;
	ES_SECRET key = fresh_key();
	ES_SECRET wrong = fresh_key();
	ES_SECRET recovery = NULL;
	ES_SECRET opened = NULL;
	ES_SECRET escrowed = NULL;
	struct es_protector *p;

	(void)state;
	assert_int_equal(es_info_new(&info), ES_OK);
	p = fresh_protector(info, ES_PROTECTOR_RECOVERY);
	assert_int_equal(es_protector_make_recovery(p, key, &recovery), ES_OK);
	assert_int_equal(strlen(p->id), ES_RECOVERY_ID_TEXT - 1);
	assert_int_equal(p->id[0], '{');
	assert_int_equal(es_protector_unwrap(p, wrong, &opened), ES_BAD_TAG);
	assert_int_equal(es_protector_unwrap(p, recovery, &opened), ES_OK);
	assert_true(same_secret(opened, key));
	assert_int_equal(es_protector_escrow(p, wrong, &escrowed), ES_TAMPERED_INFO);
	assert_int_equal(es_protector_escrow(p, key, &escrowed), ES_OK);
	assert_true(same_secret(escrowed, recovery));
	/* An escrow that was moved to another protector is noticed: it authenticates the protector's id. */
	es_secret_freep(&escrowed);
	p->id[1] = p->id[1] == 'A' ? 'B' : 'A';
	assert_int_equal(es_protector_escrow(p, key, &escrowed), ES_TAMPERED_INFO);
}

static void the_same_secret_does_not_open_another_type(void **state)
{
	ES_INFO info = NULL;
	ES_SECRET key = fresh_key();
	ES_SECRET secret = fresh_key();
	ES_SECRET opened = NULL;
	struct es_protector *tpm, *recovery;

	(void)state;
	assert_int_equal(es_info_new(&info), ES_OK);
	tpm = fresh_protector(info, ES_PROTECTOR_TPM);
	recovery = fresh_protector(info, ES_PROTECTOR_RECOVERY);
	assert_int_equal(es_protector_wrap(tpm, secret, key), ES_OK);
	assert_int_equal(es_buf_copy(es_buf_span(&tpm->wrapped), &recovery->wrapped), ES_OK);
	assert_int_equal(es_protector_unwrap(recovery, secret, &opened), ES_BAD_TAG);
	assert_int_equal(es_protector_unwrap(tpm, secret, &opened), ES_OK);
}

static void different_keys_have_different_ids(void **state)
{
	ES_SECRET a = fresh_key();
	ES_SECRET b = fresh_key();
	uint8_t id_a[8], id_a2[8], id_b[8];

	(void)state;
	assert_int_equal(es_config_key_id(a, id_a), ES_OK);
	assert_int_equal(es_config_key_id(a, id_a2), ES_OK);
	assert_int_equal(es_config_key_id(b, id_b), ES_OK);
	assert_memory_equal(id_a, id_a2, 8);
	assert_memory_not_equal(id_a, id_b, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_label_derives_its_own_key),
		cmocka_unit_test(a_kdf_protector_opens_only_on_its_machine),
		cmocka_unit_test(without_a_real_uuid_a_kdf_protector_is_unbound),
		cmocka_unit_test(a_recovery_key_opens_and_can_be_read_from_its_escrow),
		cmocka_unit_test(the_same_secret_does_not_open_another_type),
		cmocka_unit_test(different_keys_have_different_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
