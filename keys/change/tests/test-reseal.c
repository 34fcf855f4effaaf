/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a host's protectors over several images, on a machine with a software TPM. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/require.h"
#include "keys/change/reseal.h"
#include "keys/change/rotate.h"
#include "keys/next/check.h"
#include "keys/tests/lib/machine.h"
#include "keys/tests/lib/pe_image.h"

#include <stdio.h>
#include <string.h>

struct image {
	uint8_t bytes[ES_TEST_PE_MAX];
	struct es_pe pe;
	struct es_uki uki;
	struct machine_boot boot;
	struct es_predict_request next;
};

struct scene {
	struct machine m;
	struct es_boot_record record;
	struct image a, b, c; /* three images; a is installed */
	char key[ES_RECOVERY_TEXT_LEN + 1];
};

static void make_image(struct image *i, uint8_t fill)
{
	const struct es_test_pe_section sections[] = {
		{ ".text", 0x200, 1 }, { ".linux", 0x300, fill }, { ".cmdline", 0x20, 'a' }, { ".initrd", 0x100, 3 }
	};
	struct es_span file = { i->bytes, es_test_pe_make(sections, 4, i->bytes) };

	assert_int_equal(es_pe_open(file, ES_PE_FILE, &i->pe), ES_OK);
	assert_int_equal(es_uki_find(&i->pe, ES_PE_FILE, &i->uki), ES_OK);
	i->boot = machine_usual_boot;
	i->boot.image = NULL;
	i->boot.file = file;
	i->next = (struct es_predict_request){ .image = &i->pe, .uki = &i->uki };
}

static enum es_reason boot(struct scene *s, const struct machine_boot *b)
{
	return machine_boot(&s->m, b, NULL, &s->record);
}

/* Booted from image a, sealed to {4, 11, 12}. */
static void start(struct scene *s)
{
	ES_HOST host = NULL;

	machine_start(&s->m, true);
	make_image(&s->a, 'a');
	make_image(&s->b, 'b');
	make_image(&s->c, 'c');
	assert_int_equal(boot(s, &s->a.boot), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(&s->m, false, s->key), ES_OK);
	host = machine_host(&s->m);
	assert_int_equal(es_host_require_secure_boot(host, false), ES_OK);
}

static enum es_reason reseal(struct scene *s, const struct image *next, struct es_resealed *ret)
{
	ES_HOST host = machine_host(&s->m);

	return es_host_reseal(host, next != NULL ? &next->next : NULL, ret);
}

static enum es_reason check(struct scene *s, const struct image *next, char *ret_by, char *ret_detail)
{
	ES_HOST host = machine_host(&s->m);
	struct es_check found;

	assert_int_equal(es_host_check(host, next != NULL ? &next->next : NULL, &found), ES_OK);
	assert_int_equal(found.count, found.opens ? 0 : 1);
	strcpy(ret_by, found.by);
	if (ret_detail != NULL)
		strcpy(ret_detail, found.opens ? "" : found.finding[0].detail);
	return found.opens ? ES_OK : found.finding[0].reason;
}

/* The purposes of the literal protectors, in order: "this boot, next image". */
static void assert_sealed_for(struct scene *s, const char *expected)
{
	ES_HOST host = machine_host(&s->m);
	const struct es_info *info = es_host_bank(host)->info;
	char text[512] = "";

	for (unsigned i = 0; i < info->protector_count; i++) {
		if (info->protectors[i]->type != ES_PROTECTOR_TPM)
			continue;
		if (text[0] != '\0')
			strcat(text, " | ");
		strcat(text, info->protectors[i]->tpm.purpose);
	}
	assert_string_equal(text, expected);
}

static void backup(struct scene *s)
{
	struct es_pack_report report;
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(machine_backup(host, &report), ES_OK);
}

static void the_next_image_opens_by_itself(void **state)
{
	struct es_resealed done;
	char by[ES_BY_TEXT];
	struct scene s;

	(void)state;
	start(&s);
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	assert_int_equal(check(&s, &s.b, by, NULL), ES_NEXT_LOCKED);
	assert_int_equal(reseal(&s, &s.b, &done), ES_OK);
	assert_true(done.next_image);
	assert_false(done.this_boot);
	assert_sealed_for(&s, "this boot | next image");
	assert_int_equal(check(&s, &s.b, by, NULL), ES_OK);
	assert_non_null(strstr(by, "next image"));
	assert_int_equal(check(&s, NULL, by, NULL), ES_OK);
	assert_non_null(strstr(by, "this boot"));

	/* Either image opens, in any order, until the new one has opened and something was saved. */
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	backup(&s);
	assert_sealed_for(&s, "this boot | next image");
	assert_int_equal(boot(&s, &s.b.boot), ES_OK);
	assert_int_equal(es_pcr_differ(&done.prediction.values, &s.record.before_fence,
				       ES_PCR_BIT(4) | ES_PCR_BIT(11) | ES_PCR_BIT(12)),
			 0);
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	assert_int_equal(boot(&s, &s.b.boot), ES_OK);
	backup(&s);
	assert_sealed_for(&s, "this boot");
	assert_int_equal(boot(&s, &s.b.boot), ES_OK);
	assert_int_equal(boot(&s, &s.a.boot), ES_LOCKED_PCR);
	machine_stop(&s.m);
}

/* Each protector is made again for its original purpose. */
static void a_rotation_keeps_what_the_seals_are_for(void **state)
{
	char old_id[ES_RECOVERY_ID_TEXT];
	struct es_resealed done;
	struct scene s;

	(void)state;
	start(&s);
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	assert_int_equal(reseal(&s, &s.b, &done), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);
		ES_SECRET recovery = NULL;

		assert_int_equal(es_host_rotate(host, old_id, &recovery), ES_OK);
		assert_int_equal(es_host_rotate_finish(host), ES_OK);
	}
	assert_sealed_for(&s, "this boot | next image");
	assert_int_equal(boot(&s, &s.c.boot), ES_LOCKED_PCR);
	assert_int_equal(boot(&s, &s.b.boot), ES_OK);
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	machine_stop(&s.m);
}

/* Its protector fits, but the recovery key opened the host instead; the TPM may have refused. */
static void what_the_recovery_key_opened_settles_nothing(void **state)
{
	struct es_resealed done;
	struct scene s;

	(void)state;
	start(&s);
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	assert_int_equal(reseal(&s, &s.b, &done), ES_OK);
	assert_int_equal(machine_boot(&s.m, &s.b.boot, s.key, &s.record), ES_OK);
	backup(&s);
	assert_sealed_for(&s, "this boot | next image");
	machine_stop(&s.m);
}

static void another_next_image_takes_its_place(void **state)
{
	struct es_resealed done;
	struct scene s;

	(void)state;
	start(&s);
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	assert_int_equal(reseal(&s, &s.b, &done), ES_OK);
	assert_int_equal(reseal(&s, &s.c, &done), ES_OK);
	assert_sealed_for(&s, "this boot | next image");
	assert_int_equal(boot(&s, &s.b.boot), ES_LOCKED_PCR);
	assert_int_equal(boot(&s, &s.c.boot), ES_OK);
	/* From one image on to the next but one, without a save in between. */
	assert_int_equal(reseal(&s, &s.b, &done), ES_OK);
	assert_sealed_for(&s, "this boot | next image");
	assert_int_equal(boot(&s, &s.a.boot), ES_LOCKED_PCR);
	assert_int_equal(boot(&s, &s.b.boot), ES_OK);
	assert_int_equal(boot(&s, &s.c.boot), ES_OK);
	machine_stop(&s.m);
}

static void the_image_that_runs_needs_no_second_seal(void **state)
{
	struct es_resealed done;
	struct scene s;

	(void)state;
	start(&s);
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	assert_int_equal(reseal(&s, &s.a, &done), ES_OK);
	assert_false(done.next_image);
	assert_sealed_for(&s, "this boot");
	machine_stop(&s.m);
}

static void what_worked_last_stays_until_its_successor_has(void **state)
{
	struct machine_boot recovery;
	struct es_resealed done;
	struct scene s;

	(void)state;
	start(&s);
	recovery = s.b.boot;
	recovery.recovery = true;
	assert_int_equal(machine_boot(&s.m, &recovery, s.key, &s.record), ES_OK);
	assert_int_equal(reseal(&s, NULL, &done), ES_OK);
	assert_true(done.this_boot);
	assert_sealed_for(&s, "last that worked | this boot");
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	backup(&s);
	assert_sealed_for(&s, "last that worked | this boot");
	assert_int_equal(boot(&s, &s.b.boot), ES_OK);
	backup(&s);
	assert_sealed_for(&s, "this boot");
	assert_int_equal(boot(&s, &s.a.boot), ES_LOCKED_PCR);
	machine_stop(&s.m);
}

/* A reseal for an image, in a boot that no protector fits: that boot is sealed to as well. */
static void a_recovery_boot_is_sealed_to_as_well(void **state)
{
	struct machine_boot recovery;
	struct es_resealed done;
	struct scene s;

	(void)state;
	start(&s);
	recovery = s.b.boot;
	recovery.recovery = true;
	assert_int_equal(machine_boot(&s.m, &recovery, s.key, &s.record), ES_OK);
	assert_int_equal(reseal(&s, &s.c, &done), ES_OK);
	assert_true(done.this_boot);
	assert_true(done.next_image);
	assert_sealed_for(&s, "last that worked | this boot | next image");
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	assert_int_equal(boot(&s, &s.b.boot), ES_OK);
	assert_int_equal(boot(&s, &s.c.boot), ES_OK);
	backup(&s);
	assert_sealed_for(&s, "this boot");
	machine_stop(&s.m);
}

/* The menu measures options in each boot, and in the recovery boot somebody typed different ones. */
static void the_options_of_before_open_too_after_a_recovery_boot(void **state)
{
	struct machine_boot usual, recovery;
	struct es_resealed done;
	struct scene s;

	(void)state;
	start(&s);
	usual = s.a.boot;
	usual.options = "as the menu has them";
	recovery = s.b.boot;
	recovery.recovery = true;
	recovery.options = "typed by hand";
	assert_int_equal(boot(&s, &usual), ES_LOCKED_PCR);
	assert_int_equal(machine_boot(&s.m, &usual, s.key, &s.record), ES_OK);
	assert_int_equal(reseal(&s, NULL, &done), ES_OK);
	assert_int_equal(boot(&s, &usual), ES_OK);
	assert_int_equal(machine_boot(&s.m, &recovery, s.key, &s.record), ES_OK);
	assert_int_equal(reseal(&s, NULL, &done), ES_OK);
	assert_sealed_for(&s, "last that worked | this boot | this boot, with the options of before");
	recovery.recovery = false;
	assert_int_equal(boot(&s, &recovery), ES_OK);
	recovery.options = usual.options;
	assert_int_equal(boot(&s, &recovery), ES_OK);
	backup(&s);
	assert_sealed_for(&s, "this boot");
	recovery.options = NULL;
	assert_int_equal(boot(&s, &recovery), ES_LOCKED_PCR);
	machine_stop(&s.m);
}

static void names_the_pcr_that_shuts_the_next_boot(void **state)
{
	char by[ES_BY_TEXT], detail[256];
	struct machine_boot other;
	struct scene s;

	(void)state;
	start(&s);
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	assert_int_equal(check(&s, &s.b, by, detail), ES_NEXT_LOCKED);
	assert_non_null(strstr(detail, "PCR 11 "));
	assert_non_null(strstr(detail, "PCR 4 "));
	assert_null(strstr(detail, "PCR 12 "));
	other = s.a.boot;
	other.options = "debug";
	other.recovery = true;
	assert_int_equal(machine_boot(&s.m, &other, s.key, &s.record), ES_OK);
	assert_int_equal(check(&s, NULL, by, detail), ES_NEXT_LOCKED);
	assert_non_null(strstr(detail, "PCR 12 "));
	assert_null(strstr(detail, "PCR 11 "));
	machine_stop(&s.m);
}

static void does_not_seal_to_a_guess(void **state)
{
	char by[ES_BY_TEXT], detail[256];
	struct es_resealed done;
	struct scene s;

	(void)state;
	start(&s);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_require_secure_boot(host, true), ES_OK);
	}
	assert_int_equal(boot(&s, &s.a.boot), ES_OK);
	/* Its PCR 7 doesn't show that Secure Boot is off, and the image isn't signed. */
	assert_int_equal(check(&s, &s.b, by, detail), ES_NEXT_UNKNOWN);
	assert_non_null(strstr(detail, "PCR 7: "));
	assert_int_equal(reseal(&s, &s.b, &done), ES_NEXT_UNKNOWN);
	assert_sealed_for(&s, "this boot");
	machine_stop(&s.m);
}

static void kdf_has_nothing_to_seal(void **state)
{
	struct es_resealed done;
	char by[ES_BY_TEXT];
	struct scene s;

	(void)state;
	start(&s);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(machine_set_mode(host, ES_MODE_KDF, NULL), ES_OK);
	}
	assert_int_equal(reseal(&s, &s.b, &done), ES_ARGUMENT);
	assert_int_equal(check(&s, &s.b, by, NULL), ES_OK);
	assert_non_null(strstr(by, "kdf"));
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_image_opens_by_itself),
		cmocka_unit_test(a_rotation_keeps_what_the_seals_are_for),
		cmocka_unit_test(what_the_recovery_key_opened_settles_nothing),
		cmocka_unit_test(another_next_image_takes_its_place),
		cmocka_unit_test(the_image_that_runs_needs_no_second_seal),
		cmocka_unit_test(what_worked_last_stays_until_its_successor_has),
		cmocka_unit_test(a_recovery_boot_is_sealed_to_as_well),
		cmocka_unit_test(the_options_of_before_open_too_after_a_recovery_boot),
		cmocka_unit_test(names_the_pcr_that_shuts_the_next_boot),
		cmocka_unit_test(does_not_seal_to_a_guess),
		cmocka_unit_test(kdf_has_nothing_to_seal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
