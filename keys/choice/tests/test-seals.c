/* SPDX-License-Identifier: Apache-2.0 */
/* Which seals are kept, as a table: each letter is a protector, and a string lists those that remain. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/choice/seals.h"

#include <string.h>

/* A literal protector's purpose, by its letter. "v" and "V" are a vendor's, and the second one counts generations; "r"
 * is the recovery key's. A lower-case one is sealed to PCR 11 of 1, an upper-case one to 2. */
static const char *purpose_of(char letter)
{
	switch (letter) {
	case 't':
	case 'T':
		return ES_FOR_THIS_BOOT;
	case 'o':
	case 'O':
		return ES_FOR_OTHER_MENU;
	case 'n':
	case 'N':
		return ES_FOR_NEXT_IMAGE;
	case 'l':
	case 'L':
		return ES_FOR_LAST_BOOT;
	default:
		return "";
	}
}

static struct es_pcr_values values(uint8_t value)
{
	struct es_pcr_values v = { .present = ES_PCR_BIT(11) };

	v.value[11].bytes[0] = value;
	return v;
}

static struct es_info *make(const char *letters)
{
	struct es_info *info = NULL;

	assert_int_equal(es_info_new(&info), ES_OK);
	info->mode = ES_MODE_TPM;
	for (; *letters != '\0'; letters++) {
		struct es_protector *p;

		assert_int_equal(es_info_add(info, *letters == 'r' ? ES_PROTECTOR_RECOVERY : ES_PROTECTOR_TPM, &p),
				 ES_OK);
		if (*letters == 'r')
			continue;
		p->tpm.pcrs = ES_PCR_BIT(11);
		p->tpm.expected = values(*letters >= 'a' ? 1 : 2);
		p->tpm.is_signed = *letters == 'v' || *letters == 'V';
		p->tpm.vendor.has_counter = *letters == 'V';
		strcpy(p->tpm.purpose, purpose_of(*letters));
	}
	return info;
}

static char letter_of(const struct es_protector *p)
{
	static const char letters[] = "tonl";
	bool upper = p->tpm.expected.value[11].bytes[0] == 2;

	if (p->type == ES_PROTECTOR_RECOVERY)
		return 'r';
	if (p->tpm.is_signed)
		return p->tpm.vendor.has_counter ? 'V' : 'v';
	for (const char *l = letters; *l != '\0'; l++)
		if (strcmp(p->tpm.purpose, purpose_of(*l)) == 0)
			return upper ? (char)(*l - 'a' + 'A') : *l;
	return '?';
}

static void assert_left(const struct es_info *info, const char *expected)
{
	char left[ES_PROTECTORS_MAX + 1] = "";

	for (unsigned i = 0; i < info->protector_count; i++)
		left[i] = letter_of(info->protectors[i]);
	assert_string_equal(left, expected);
}

static void an_opened_seal_replaces_those_it_was_meant_to(void **state)
{
	static const struct {
		const char *before, *after;
		enum es_opened_by by;
	} cases[] = {
		{ "rt", "rt", ES_OPENED_BY_TPM },        { "rtL", "rt", ES_OPENED_BY_TPM },
		{ "rTl", "rTl", ES_OPENED_BY_TPM },      { "rtN", "rtN", ES_OPENED_BY_TPM },
		{ "rTnL", "rt", ES_OPENED_BY_TPM },      { "rTO", "rTO", ES_OPENED_BY_TPM },
		{ "roT", "rt", ES_OPENED_BY_TPM },       { "rvtL", "rvt", ES_OPENED_BY_TPM },
		{ "rtL", "rtL", ES_OPENED_BY_RECOVERY },
	};
	struct es_boot_record boot = { .before_fence = values(1) };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ES_INFO info = make(cases[i].before);

		boot.opened_by = cases[i].by;
		es_seals_prune(&boot, info);
		assert_left(info, cases[i].after);
		es_seals_prune(NULL, info);
		assert_left(info, cases[i].after);
	}
}

static void the_seal_that_worked_last_is_kept(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = { { "rT", "rL" }, { "rt", "rt" }, { "rTl", "rL" }, { "rN", "rN" }, { "rvT", "rvL" } };
	const struct es_pcr_values now = values(1);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ES_INFO info = make(cases[i].before);

		es_seals_keep_last(info, &now);
		assert_left(info, cases[i].after);
	}
}

static void each_kind_is_removed_separately(void **state)
{
	ES_INFO a = make("rtNlvV");
	ES_INFO b = make("rtNlvV");
	ES_INFO c = make("rtNlvV");
	ES_INFO d = make("rtNlvV");

	(void)state;
	es_seals_remove_for(a, ES_FOR_NEXT_IMAGE);
	assert_left(a, "rtlvV");
	es_seals_remove_literal(b);
	assert_left(b, "rvV");
	es_seals_remove_all_but(c, ES_FOR_LAST_BOOT);
	assert_left(c, "rl");
	es_seals_remove_all_but(d, NULL);
	assert_left(d, "r");
}

static void generations_count_only_if_no_seal_bypasses_them(void **state)
{
	ES_INFO counted = make("rV");
	ES_INFO uncounted = make("rv");
	ES_INFO beside = make("rtV");

	(void)state;
	assert_true(es_seals_forbid_literal(counted));
	assert_false(es_seals_forbid_literal(uncounted));
	assert_false(es_seals_forbid_literal(beside));
}

static void the_fitting_seal_is_a_literal_one(void **state)
{
	const struct es_pcr_values one = values(1), two = values(2);
	ES_INFO info = make("rvTl");

	(void)state;
	assert_ptr_equal(es_seals_fitting(info, &one), info->protectors[3]);
	assert_ptr_equal(es_seals_fitting(info, &two), info->protectors[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_opened_seal_replaces_those_it_was_meant_to),
		cmocka_unit_test(the_seal_that_worked_last_is_kept),
		cmocka_unit_test(each_kind_is_removed_separately),
		cmocka_unit_test(generations_count_only_if_no_seal_bypasses_them),
		cmocka_unit_test(the_fitting_seal_is_a_literal_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
