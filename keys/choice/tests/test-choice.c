/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/choice/choice.h"

#include "keys/core/labels.h"
#include "keys/protector/config_key.h"
#include "keys/tests/lib/sample_info.h"

#include <string.h>

/* The highest generation that our JSON can hold. */
#define ES_GENERATION_LIMIT ((uint64_t)INT64_MAX - 1)

/* A bank's claims, as if its MAC had been checked: with a key that the test makes. */
static struct es_vouched *vouch(enum es_mode mode, uint64_t generation)
{
	static struct es_bank bank;
	ES_SECRET key = NULL;
	ES_SECRET mac_key = NULL;
	ES_INFO info = sample_info(mode, generation, es_text_span("archive"), es_text_span("log"));
	struct es_vouched *v = NULL;
	char detail[ES_DETAIL_TEXT];

	es_bank_free(&bank);
	assert_int_equal(es_secret_new(ES_KEY_LEN, &key), ES_OK);
	memset(es_secret_data(key), 0x5a, ES_KEY_LEN);
	assert_int_equal(es_config_key_derive(key, ES_LABEL_INFO_MAC, &mac_key), ES_OK);
	assert_int_equal(es_info_write(info, mac_key, &bank.info_bytes), ES_OK);
	assert_int_equal(es_info_parse(es_buf_span(&bank.info_bytes), &bank.info, detail), ES_OK);
	bank.state = ES_BANK_WHOLE;
	assert_int_equal(es_bank_vouch(&bank, key, &v), ES_OK);
	return v;
}

static const struct es_pins no_pins = { .key_count = 0 };

static struct es_info tpm_info(uint64_t generation)
{
	return (struct es_info){ .mode = ES_MODE_TPM, .generation = generation };
}

static struct es_info kdf_info(uint64_t generation)
{
	return (struct es_info){ .mode = ES_MODE_KDF, .generation = generation };
}

static struct es_counter at(uint64_t value)
{
	return (struct es_counter){ .state = ES_OK, .value = value };
}

static struct es_counter without(enum es_reason state)
{
	return (struct es_counter){ .state = state };
}

static void the_counter_decides_whether_a_tpm_bank_is_fresh(void **state)
{
	static const struct {
		uint64_t generation, counter;
		enum es_reason expect;
		bool behind;
	} cases[] = {
		{ 7, 7, ES_OK, false },
		{ 8, 7, ES_OK, true },
		{ 6, 7, ES_ROLLED_BACK, false },
		{ 0, 7, ES_ROLLED_BACK, false },
		{ 9, 7, ES_COUNTER_MISSING, false },
		{ ES_GENERATION_LIMIT, 7, ES_COUNTER_MISSING, false },
		{ 0, UINT64_MAX, ES_ROLLED_BACK, false },
		{ ES_GENERATION_LIMIT, ES_GENERATION_LIMIT, ES_OK, false },
		{ ES_GENERATION_LIMIT, UINT64_MAX, ES_ROLLED_BACK, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ES_VOUCHED v = vouch(ES_MODE_TPM, cases[i].generation);
		bool behind = !cases[i].behind;

		assert_int_equal(es_choice_fresh(v, at(cases[i].counter), &behind), cases[i].expect);
		assert_int_equal(behind, cases[i].behind);
	}
}

static void a_tpm_bank_without_its_counter_is_refused_for_that_reason(void **state)
{
	static const enum es_reason states[] = { ES_COUNTER_MISSING, ES_COUNTER_UNCOUNTED, ES_TPM_ABSENT,
						 ES_TPM_OTHER,       ES_TPM_HIERARCHY,     ES_TPM_HARDWARE };
	ES_VOUCHED v = vouch(ES_MODE_TPM, 7);
	bool behind;

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		assert_int_equal(es_choice_fresh(v, without(states[i]), &behind), states[i]);
		assert_int_equal(es_choice_mode(ES_MODE_TPM, without(states[i])), states[i]);
	}
	/* a generation must be known for more than this */
	assert_int_equal(es_choice_mode(ES_MODE_TPM, at(900)), ES_OK);
}

static void a_kdf_bank_is_refused_if_there_is_a_counter_or_may_be_one(void **state)
{
	static const struct {
		struct es_counter counter;
		enum es_reason expect;
	} cases[] = {
		{ { ES_OK, 3 }, ES_DOWNGRADE },
		{ { ES_OK, 9 }, ES_DOWNGRADE },
		{ { ES_TPM_TIMEOUT, 0 }, ES_TPM_TIMEOUT },
		{ { ES_COUNTER_MISSING, 0 }, ES_OK },
		{ { ES_COUNTER_UNCOUNTED, 0 }, ES_OK },
		{ { ES_TPM_ABSENT, 0 }, ES_OK },
		{ { ES_TPM_VERSION, 0 }, ES_OK },
		{ { ES_TPM_HIERARCHY, 0 }, ES_OK },
	};
	ES_VOUCHED v = vouch(ES_MODE_KDF, 7);
	bool behind;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(es_choice_fresh(v, cases[i].counter, &behind), cases[i].expect);
		assert_false(behind);
		assert_int_equal(es_choice_mode(ES_MODE_KDF, cases[i].counter), cases[i].expect);
	}
}

static void a_bank_without_a_vouching_key_is_not_judged(void **state)
{
	ES_BANK bank = { .state = ES_BANK_WHOLE };
	ES_SECRET key = NULL;
	ES_VOUCHED v = NULL;

	(void)state;
	bank.info_bytes = sample_info_file(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));
	assert_int_equal(es_secret_new(ES_KEY_LEN, &key), ES_OK);
	assert_int_equal(es_bank_vouch(&bank, key, &v), ES_TAMPERED_INFO);
	assert_null(v);
}

static void only_what_the_image_is_pinned_to_is_accepted(void **state)
{
	ES_VOUCHED v = vouch(ES_MODE_TPM, 7);
	struct es_pins pins = no_pins;

	(void)state;
	assert_int_equal(es_choice_owner(v, &pins), ES_OK);
	pins.key_count = 2;
	memcpy(pins.key_id[1], es_vouched_key_id(v), ES_KEY_ID_LEN);
	strcpy(pins.host, SAMPLE_HOST);
	assert_int_equal(es_choice_owner(v, &pins), ES_OK);
	/* The id is computed from the key: this sample's file names another one. */
	assert_memory_not_equal(es_vouched_info(v)->key_id, es_vouched_key_id(v), ES_KEY_ID_LEN);
	memcpy(pins.key_id[1], es_vouched_info(v)->key_id, ES_KEY_ID_LEN);
	assert_int_equal(es_choice_owner(v, &pins), ES_OTHER_KEY);
	pins.key_count = 0;
	pins.host[0] = 'f';
	assert_int_equal(es_choice_owner(v, &pins), ES_OTHER_HOST);
}

static void the_bank_that_the_image_is_pinned_to_is_tried_first(void **state)
{
	struct es_info older = tpm_info(7), newer = tpm_info(8);
	struct es_bank banks[ES_BANK_COUNT] = { { .state = ES_BANK_WHOLE, .info = &older },
						{ .state = ES_BANK_WHOLE, .info = &newer } };
	struct es_pins pins = { .key_count = 1, .key_id = { { 1 } } };

	(void)state;
	older.key_id[0] = 1;
	newer.key_id[0] = 2;
	assert_int_equal(es_choice_bank(banks, at(7), &no_pins), 1);
	assert_int_equal(es_choice_bank(banks, at(7), &pins), 0);
	pins.key_id[0][0] = 2;
	assert_int_equal(es_choice_bank(banks, at(7), &pins), 1);
	pins.key_id[0][0] = 3; /* neither fits: the newest is named */
	assert_int_equal(es_choice_bank(banks, at(7), &pins), 1);
}

static void a_planted_kdf_bank_does_not_shut_out_a_genuine_one(void **state)
{
	struct es_info genuine = tpm_info(7), planted = kdf_info(900);
	struct es_bank banks[ES_BANK_COUNT] = { { .state = ES_BANK_WHOLE, .info = &genuine },
						{ .state = ES_BANK_WHOLE, .info = &planted } };

	(void)state;
	assert_int_equal(es_choice_bank(banks, at(7), &no_pins), 0);
	/* If both would be refused, the newest is named. */
	assert_int_equal(es_choice_bank(banks, at(8), &no_pins), 1);
	/* No counter: an honest kdf host. */
	assert_int_equal(es_choice_bank(banks, without(ES_COUNTER_MISSING), &no_pins), 1);
	banks[0].state = ES_BANK_DAMAGED;
	assert_int_equal(es_choice_bank(banks, at(7), &no_pins), 1);
	banks[1].state = ES_BANK_ABSENT;
	assert_int_equal(es_choice_bank(banks, at(7), &no_pins), -1);
}

static struct es_protector seal_of(es_pcr_mask pcrs, uint8_t fill)
{
	struct es_protector p = { .type = ES_PROTECTOR_TPM };

	p.tpm.pcrs = pcrs;
	p.tpm.expected.present = pcrs;
	for (unsigned i = 0; i < ES_PCR_COUNT; i++)
		memset(&p.tpm.expected.value[i], fill, ES_SHA256_LEN);
	return p;
}

static struct es_pcr_values values_of(uint8_t fill)
{
	struct es_pcr_values v = { .present = 0xffffff };

	for (unsigned i = 0; i < ES_PCR_COUNT; i++)
		memset(&v.value[i], fill, ES_SHA256_LEN);
	return v;
}

static void the_fitting_protector_is_chosen_or_the_closest_is_named(void **state)
{
	struct es_protector far = seal_of(es_policy_pcrs(true), 1), near = seal_of(es_policy_pcrs(false), 2),
			    recovery = { .type = ES_PROTECTOR_RECOVERY };
	struct es_info info = { .mode = ES_MODE_TPM, .protector_count = 3, .protectors = { &recovery, &far, &near } };
	struct es_pcr_values now = values_of(2);
	const struct es_protector *p = NULL;

	(void)state;
	assert_int_equal(es_choice_protector(&info, &now, true, &p), ES_OK);
	assert_ptr_equal(p, &near);
	now.value[ES_PCR_IMAGE].bytes[31] ^= 1;
	assert_int_equal(es_choice_protector(&info, &now, true, &p), ES_LOCKED_PCR);
	assert_ptr_equal(p, &near);
	near.tpm.is_signed = true;
	assert_int_equal(es_choice_protector(&info, &now, true, &p), ES_LOCKED_PCR);
	assert_ptr_equal(p, &far);
	info.protector_count = 1;
	assert_int_equal(es_choice_protector(&info, &now, true, &p), ES_LOCKED_NO_PROTECTOR);
}

static void pcrs_that_prove_nothing_are_refused(void **state)
{
	static const es_pcr_mask weak[] = {
		ES_PCR_BIT(11),
		ES_PCR_BIT(11) | ES_PCR_BIT(12),
		ES_PCR_BIT(7) | ES_PCR_BIT(12),
		ES_PCR_BIT(4) | ES_PCR_BIT(11),
		0,
	};
	const struct es_protector *p = NULL;
	struct es_pcr_values now = values_of(2);

	(void)state;
	for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
		struct es_protector seal = seal_of(weak[i], 2);
		struct es_info info = { .protector_count = 1, .protectors = { &seal } };

		assert_int_equal(es_choice_protector(&info, &now, true, &p), ES_TAMPERED_INFO);
	}
}

static void unset_pcrs_are_refused_except_11_without_the_stub(void **state)
{
	static const uint8_t unset[] = { 0x00, 0xff };
	const struct es_protector *p = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof unset; i++) {
		static const unsigned pcrs[] = { 7, 11 };

		for (size_t k = 0; k < 2; k++) {
			struct es_protector seal = seal_of(es_policy_pcrs(true), 2);
			struct es_info info = { .protector_count = 1, .protectors = { &seal } };
			struct es_pcr_values now = values_of(2);

			memset(&now.value[pcrs[k]], unset[i], ES_SHA256_LEN);
			seal.tpm.expected = now;
			assert_int_equal(es_choice_protector(&info, &now, true, &p), ES_TPM_UNSET_PCR);
			assert_int_equal(es_choice_protector(&info, &now, false, &p),
					 pcrs[k] == 11 ? ES_OK : ES_TPM_UNSET_PCR);
		}
	}
}

static void a_kdf_bank_is_tried_before_a_tpm_bank_without_its_counter(void **state)
{
	struct es_info tpm = tpm_info(7), kdf = kdf_info(3);
	struct es_bank banks[ES_BANK_COUNT] = { { .state = ES_BANK_WHOLE, .info = &tpm },
						{ .state = ES_BANK_WHOLE, .info = &kdf } };

	(void)state;
	assert_int_equal(es_choice_bank(banks, without(ES_COUNTER_MISSING), &no_pins), 1);
	assert_int_equal(es_choice_bank(banks, without(ES_COUNTER_UNCOUNTED), &no_pins), 1);
	assert_int_equal(es_choice_bank(banks, at(7), &no_pins), 0); /* the counter exists */
	/* An unknown counter doesn't count as missing. */
	assert_int_equal(es_choice_bank(banks, without(ES_TPM_TIMEOUT), &no_pins), 0);
	assert_int_equal(es_choice_bank(banks, without(ES_TPM_ABSENT), &no_pins), 0);
	banks[1].state = ES_BANK_DAMAGED;
	assert_int_equal(es_choice_bank(banks, without(ES_COUNTER_MISSING), &no_pins), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_counter_decides_whether_a_tpm_bank_is_fresh),
		cmocka_unit_test(a_tpm_bank_without_its_counter_is_refused_for_that_reason),
		cmocka_unit_test(a_kdf_bank_is_refused_if_there_is_a_counter_or_may_be_one),
		cmocka_unit_test(a_bank_without_a_vouching_key_is_not_judged),
		cmocka_unit_test(only_what_the_image_is_pinned_to_is_accepted),
		cmocka_unit_test(the_bank_that_the_image_is_pinned_to_is_tried_first),
		cmocka_unit_test(a_planted_kdf_bank_does_not_shut_out_a_genuine_one),
		cmocka_unit_test(a_kdf_bank_is_tried_before_a_tpm_bank_without_its_counter),
		cmocka_unit_test(the_fitting_protector_is_chosen_or_the_closest_is_named),
		cmocka_unit_test(pcrs_that_prove_nothing_are_refused),
		cmocka_unit_test(unset_pcrs_are_refused_except_11_without_the_stub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
