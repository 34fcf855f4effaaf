/* SPDX-License-Identifier: Apache-2.0 */
/* Logs made here, images signed by sbsign. A real boot that matches: tests-ovmf/scenarios/next-image.sh. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/image/image.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/predict_scene.h"

#include <stdio.h>
#include <string.h>

static void exchanges_the_image_and_keeps_the_rest(void **state)
{
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	predict_make_image(state, 1, NULL, &s.menu);
	predict_make_image(state, 2, NULL, &s.now);
	predict_make_image(state, 4, NULL, &s.next);
	q = predict_boot(state, &s, NULL);
	predict_now(&q, &p);
	assert_comes_true(state, &s, NULL, &p);
	assert_string_equal(p.rests_on, "");
	assert_int_equal(es_pcr_differ(&p.values, &s.read, p.values.present), ES_PCR_BIT(4) | ES_PCR_BIT(11));

	q.image = &s.now.pe;
	q.uki = &s.now.uki;
	predict_now(&q, &p);
	assert_int_equal(es_pcr_differ(&p.values, &s.read, p.values.present), 0);
}

static void reports_that_the_installed_file_is_another(void **state)
{
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	predict_make_image(state, 1, NULL, &s.menu);
	predict_make_image(state, 2, NULL, &s.now);
	predict_make_image(state, 4, NULL, &s.next);
	q = predict_boot(state, &s, NULL);
	q.installed = &s.next.pe;
	predict_now(&q, &p);
	assert_part(p.rests_on, "has changed since it was started");
	q.installed = NULL;
	predict_now(&q, &p);
	assert_part(p.rests_on, "isn't found");
	assert_comes_true(state, &s, NULL, &p);
}

static void F4_only_pcrs_that_the_tpm_confirms_are_predicted(void **state)
{
	static const unsigned pcrs[] = { 2, 4, 7, 11, 12 };
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;
	es_pcr_mask all;
	char words[32];

	predict_make_image(state, 1, NULL, &s.menu);
	predict_make_image(state, 2, NULL, &s.now);
	predict_make_image(state, 4, NULL, &s.next);
	q = predict_boot(state, &s, NULL);
	predict_now(&q, &p);
	all = p.values.present;
	assert_int_equal(p.contradicted, 0);
	for (size_t i = 0; i < sizeof pcrs / sizeof *pcrs; i++) {
		s.read.value[pcrs[i]].bytes[31] ^= 1;
		predict_now(&q, &p);
		assert_int_equal(p.contradicted, ES_PCR_BIT(pcrs[i]));
		/* PCR 11 proves that the file is the running image. */
		assert_int_equal(p.values.present | (pcrs[i] == 11 ? ES_PCR_BIT(4) : 0), all & ~ES_PCR_BIT(pcrs[i]));
		snprintf(words, sizeof words, "PCR %u: the event log", pcrs[i]);
		assert_part(p.unknown, words);
		s.read.value[pcrs[i]].bytes[31] ^= 1;
	}
	q.log.len--;
	assert_int_equal(es_predict(&q, &p), ES_FORMAT);
}

static void keeps_the_authority_of_the_same_signer(void **state)
{
	static const char *const authorities[] = { "one.der", "two.der", NULL };
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	predict_make_image(state, 1, "two", &s.menu);
	predict_make_image(state, 2, "one", &s.now);
	predict_make_image(state, 4, "one", &s.next);
	q = predict_boot(state, &s, authorities);
	predict_now(&q, &p);
	assert_comes_true(state, &s, authorities, &p);
	/* Without the old image it is unknown: the last authority may have vouched for it, or for an earlier
	 * program. */
	q.installed = NULL;
	predict_now(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
	assert_part(p.unknown, "PCR 7: ");
}

static void assumes_that_the_last_authority_is_the_images(void **state)
{
	static const char *const authorities[] = { "one.der", "two.der", NULL };
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	predict_make_image(state, 1, "one", &s.menu);
	predict_make_image(state, 2, "two", &s.now);
	predict_make_image(state, 4, "two", &s.next);
	q = predict_boot(state, &s, authorities);
	q.installed = NULL;
	predict_now(&q, &p);
	assert_comes_true(state, &s, authorities, &p);
}

static void does_not_guess_for_another_signer(void **state)
{
	static const char *const authorities[] = { "two.der", NULL };
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	predict_make_image(state, 1, "two", &s.menu);
	predict_make_image(state, 2, "two", &s.now);
	predict_make_image(state, 4, "one", &s.next);
	q = predict_boot(state, &s, authorities);
	predict_now(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
	assert_part(p.unknown, "signed with a key other");
	predict_make_image(state, 4, NULL, &s.next);
	predict_now(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
	assert_part(p.unknown, "isn't signed");
	assert_int_not_equal(p.values.present & ES_PCR_BIT(4), 0);
}

#define SHIM "sb=1 pk db:one menu mok " /* one that doesn't enforce SBAT */

static void make_shims(void **state, struct predict_scene *s, const char *now, const char *next)
{
	predict_make_image(state, 1, "one", &s->menu);
	predict_make_image(state, 2, now, &s->now);
	predict_make_image(state, 4, next, &s->next);
}

/* A machine owner's key vouches like one in db, also if the file was overwritten before the prediction. */
static void uses_the_last_authority_from_shim(void **state)
{
	static const struct {
		const char *now, *next, *boot;
	} rows[] = {
		{ "two", "two", SHIM "MokListRT:two now" },
		{ "two", "two", SHIM "MokListRT:two menu now" }, /* a boot menu signed with the same key */
		{ "leaf", "twig", SHIM "MokListRT:ca now" },
		{ "leaf", "twig", "sb=1 pk db:ca now" },
	};
	static struct predict_scene s;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct es_predict_request q;
		struct es_prediction p;

		make_shims(state, &s, rows[i].now, rows[i].next);
		q = predict_boot_as(state, &s, rows[i].boot);
		predict_now(&q, &p);
		assert_comes_true_as(state, &s, rows[i].boot, &p);
		q.installed = &s.next.pe;
		predict_now(&q, &p);
		assert_comes_true_as(state, &s, rows[i].boot, &p);
		assert_part(p.rests_on, "has changed");
	}
}

static void does_not_guess_for_an_image_listed_by_hash(void **state)
{
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_shims(state, &s, "two", "two");
	q = predict_boot_as(state, &s, SHIM "MokListRT#now now");
	predict_now(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
	assert_part(p.unknown, "listed by its hash gives");
}

/* Nothing vouches for the running image, so nothing will for the next: PCR 7 can be predicted, but proves nothing. */
static void a_shim_that_checks_nothing_measures_nothing(void **state)
{
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_shims(state, &s, NULL, NULL);
	q = predict_boot_as(state, &s, SHIM "moksb=1 now");
	predict_now(&q, &p);
	assert_comes_true_as(state, &s, SHIM "moksb=1 now", &p);
}

/* Shim's protocol measures an image that a menu asks about, and the firmware measures what it then loads. */
static void exchanges_an_image_that_was_measured_twice(void **state)
{
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_shims(state, &s, "two", "two");
	q = predict_boot_as(state, &s, SHIM "program MokListRT:two now");
	predict_now(&q, &p);
	assert_comes_true_as(state, &s, SHIM "program MokListRT:two now", &p);
}

/* Nothing vouches for an event's data unless it was measured. */
static void trusts_no_data_that_was_not_measured(void **state)
{
	static const char *const authorities[] = { "two.der", NULL };
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	predict_make_image(state, 1, "two", &s.menu);
	predict_make_image(state, 2, "two", &s.now);
	predict_make_image(state, 4, NULL, &s.next);
	q = predict_boot(state, &s, authorities);
	/* The first event is SecureBoot's, and its value is the last byte. */
	assert_int_equal(s.log.bytes[ES_TEST_LOG_HEADER + ES_TEST_EVENT_SIZE + 4 + 32 + 20], 1);
	s.log.bytes[ES_TEST_LOG_HEADER + ES_TEST_EVENT_SIZE + 4 + 32 + 20] = 0;
	predict_now(&q, &p);
	assert_part(p.unknown, "isn't signed");
}

static void trusts_no_authority_that_was_not_measured(void **state)
{
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;
	ES_BUF one = oracle_read(state, "one.der");
	uint8_t *at;

	predict_make_image(state, 1, "one", &s.menu);
	predict_make_image(state, 2, "one", &s.now);
	predict_make_image(state, 4, "one", &s.next);
	q = predict_boot(state, &s, (const char *const[]){ "one.der", NULL });
	q.installed = NULL;
	predict_now(&q, &p);
	assert_int_not_equal(p.values.present & ES_PCR_BIT(7), 0);
	/* The GUID of the variable's owner, before the certificate: measured, but unused by the reader. */
	at = memmem(s.log.bytes, s.log.len, one.data, one.len);
	assert_non_null(at);
	at[-1] ^= 1;
	predict_now(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
}

/* It may have been measured for this boot's image: then it won't be for the next. */
static void an_unreadable_authority_counts_as_the_last_one(void **state)
{
	static const char *const boots[] = { SHIM "MokListRT:two db:one lie now",
					     SHIM "MokListRT:two odd_list:one now" };
	static struct predict_scene s;

	for (size_t i = 0; i < sizeof boots / sizeof *boots; i++) {
		struct es_predict_request q;
		struct es_prediction p;

		make_shims(state, &s, "two", "two");
		q = predict_boot_as(state, &s, boots[i]);
		q.installed = NULL;
		predict_now(&q, &p);
		assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
	}
}

static void predicts_no_pcr_4_without_the_stub(void **state)
{
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	predict_make_image(state, 1, NULL, &s.menu);
	predict_make_image(state, 2, NULL, &s.now);
	predict_make_image(state, 4, NULL, &s.next);
	q = predict_boot(state, &s, NULL);
	q.stub = false;
	predict_now(&q, &p);
	assert_int_equal(p.values.present, ES_PCR_BIT(2) | ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12));
	assert_part(p.unknown, "PCR 4: ");
}

static void predicts_no_pcr_4_if_another_program_started_the_image(void **state)
{
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;

	predict_make_image(state, 1, NULL, &s.menu);
	predict_make_image(state, 2, NULL, &s.now);
	predict_make_image(state, 4, NULL, &s.next);
	q = predict_boot_as(state, &s, "sb=0 pk menu sections");
	q.installed = &s.menu.pe;
	predict_now(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(4), 0);
	assert_part(p.unknown, "PCR 4: the program that the firmware loaded last isn't this boot's image");
}

static void leaves_out_the_mark_of_a_recovery_boot(void **state)
{
	static const uint8_t menus[] = "d\0e\0b\0u\0g\0\0";
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;
	struct es_digest expected = { { 0 } };

	predict_make_image(state, 1, NULL, &s.menu);
	predict_make_image(state, 2, NULL, &s.now);
	predict_make_image(state, 4, NULL, &s.next);
	q = predict_boot(state, &s, NULL);
	es_test_log_event(&s.log, ES_PCR_OPTIONS, ES_EV_IPL, es_text_span(ES_RECOVERY_EVENT),
			  es_text_span(ES_RECOVERY_EVENT));
	es_test_log_event(&s.log, ES_PCR_OPTIONS, ES_EV_IPL, (struct es_span){ menus, 12 },
			  (struct es_span){ menus, 12 });
	q.log = es_test_log_span(&s.log);
	assert_int_equal(es_event_log_replay(q.log, es_sha256, NULL, &s.read), ES_OK);
	predict_now(&q, &p);
	assert_true(es_pcr_event(&expected, (struct es_span){ menus, 12 }, es_sha256));
	assert_true(es_digest_equal(&p.values.value[12], &expected));
	/* For other options, or for a recovery boot, it depends only on the image. */
	q.options = "quiet";
	q.recovery = true;
	predict_now(&q, &p);
	assert_int_equal(es_image_predict_pcr12(&s.next.uki, "quiet", true, &expected), ES_OK);
	assert_true(es_digest_equal(&p.values.value[12], &expected));
}

/* systemd-boot 252 passes an image's own options to it, and measures them: the next image has others. */
static void a_menu_measures_the_new_images_options(void **state)
{
	static const struct es_test_pe_section sections[] = {
		{ ".text", 0x200, 1 }, { ".linux", 0x300, 4 }, { ".cmdline", 2, 'b' }, { ".initrd", 0x100, 3 }
	};
	uint8_t old[2 * 0x20 + 2] = { 0 };
	static struct predict_scene s;
	struct es_predict_request q;
	struct es_prediction p;
	struct es_digest expected = { { 0 } };

	predict_make_image(state, 1, NULL, &s.menu);
	predict_make_image(state, 2, NULL, &s.now);
	s.next.len = es_test_pe_make(sections, 4, s.next.bytes);
	predict_open(&s.next);
	q = predict_boot(state, &s, NULL);
	for (size_t i = 0; i < 0x20; i++)
		old[2 * i] = 'a';
	es_test_log_event(&s.log, ES_PCR_OPTIONS, ES_EV_IPL, (struct es_span){ old, sizeof old }, es_text_span("a"));
	es_test_log_event(&s.log, ES_PCR_OPTIONS, ES_EV_IPL, es_text_span("other"), es_text_span("other"));
	q.log = es_test_log_span(&s.log);
	assert_int_equal(es_event_log_replay(q.log, es_sha256, NULL, &s.read), ES_OK);
	predict_now(&q, &p);
	assert_true(es_pcr_event(&expected, (struct es_span){ (const uint8_t *)"b\0b\0\0", 6 }, es_sha256));
	assert_true(es_pcr_event(&expected, es_text_span("other"), es_sha256));
	assert_true(es_digest_equal(&p.values.value[12], &expected));
	/* Without the old image it is unknown whose options these were. */
	q.installed = NULL;
	predict_now(&q, &p);
	assert_true(es_digest_equal(&p.values.value[12], &s.read.value[12]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchanges_the_image_and_keeps_the_rest),
		cmocka_unit_test(reports_that_the_installed_file_is_another),
		cmocka_unit_test(F4_only_pcrs_that_the_tpm_confirms_are_predicted),
		cmocka_unit_test(keeps_the_authority_of_the_same_signer),
		cmocka_unit_test(assumes_that_the_last_authority_is_the_images),
		cmocka_unit_test(does_not_guess_for_another_signer),
		cmocka_unit_test(uses_the_last_authority_from_shim),
		cmocka_unit_test(does_not_guess_for_an_image_listed_by_hash),
		cmocka_unit_test(a_shim_that_checks_nothing_measures_nothing),
		cmocka_unit_test(exchanges_an_image_that_was_measured_twice),
		cmocka_unit_test(predicts_no_pcr_4_if_another_program_started_the_image),
		cmocka_unit_test(trusts_no_data_that_was_not_measured),
		cmocka_unit_test(trusts_no_authority_that_was_not_measured),
		cmocka_unit_test(an_unreadable_authority_counts_as_the_last_one),
		cmocka_unit_test(predicts_no_pcr_4_without_the_stub),
		cmocka_unit_test(leaves_out_the_mark_of_a_recovery_boot),
		cmocka_unit_test(a_menu_measures_the_new_images_options),
	};

	return cmocka_run_group_tests(tests, predict_folder, oracle_folder_remove);
}
