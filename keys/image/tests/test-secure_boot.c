/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which boots count as Secure Boot. Logs made here, and those of real boots (keys/tests/fixtures/boots); sbsign signs
 * the images. In firmware: tests-ovmf/scenarios/shim.sh, tests-ovmf/attack/shim.sh.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/image/secure_boot.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/predict_scene.h"

#include <ctype.h>
#include <string.h>

#define SHIM "sb=1 pk db:one menu mok sbat"

static struct es_secure_boot_request ask(const struct es_predict_request *q)
{
	return (struct es_secure_boot_request){
		.log = q->log, .read = q->read, .stub = true, .installed = q->installed, .variable_on = true
	};
}

static enum es_secure_boot_state judge(const struct es_secure_boot_request *q)
{
	struct es_secure_boot s;

	es_secure_boot_judge(q, &s);
	return s.state;
}

static const struct {
	const char *signer; /* of the image; NULL: not signed */
	const char *boot;
	enum es_secure_boot_state is;
} boots[] = {
	/* The firmware only. */
	{ "one", "sb=1 pk db:one now", ES_SECURE_BOOT_BY_DB },
	{ "one", "sb=1 pk db:one menu now", ES_SECURE_BOOT_BY_DB },
	{ "leaf", "sb=1 pk db:ca now", ES_SECURE_BOOT_BY_DB },
	{ "one", "sb=1 pk now db:one", ES_SECURE_BOOT_BY_DB }, /* some firmware logs the program first */
	{ NULL, "sb=1 pk db#now now", ES_SECURE_BOOT_BY_HASH },
	{ NULL, "sb=1 pk now", ES_SECURE_BOOT_UNVERIFIED },
	{ NULL, "sb=1 pk db:one menu now", ES_SECURE_BOOT_UNVERIFIED },
	{ "two", "sb=1 pk db:one menu now", ES_SECURE_BOOT_UNVERIFIED },
	{ "leaf", "sb=1 pk db:twig now", ES_SECURE_BOOT_UNVERIFIED },
	{ "one", "sb=1 pk db:one lie now", ES_SECURE_BOOT_UNVERIFIED },
	/* Switched off, in each way. */
	{ "one", "sb=0 pk now", ES_SECURE_BOOT_OFF },
	{ "one", "sb=0 pk db:one now", ES_SECURE_BOOT_OFF },
	{ "one", "sb=0 nopk now", ES_SECURE_BOOT_SETUP },
	{ "one", "sb=1 nopk db:one now", ES_SECURE_BOOT_SETUP },
	{ "one", "sb=0 nopk audit db:one now", ES_SECURE_BOOT_AUDIT },
	{ "one", "sb=1 pk audit db:one now", ES_SECURE_BOOT_AUDIT },
	{ "one", "sb=1 pk debug db:one now", ES_SECURE_BOOT_DEBUG },
	{ "one", "sb=1 pk sb=0 db:one now", ES_SECURE_BOOT_OFF },
	{ "one", "sb=0 pk sb=1 db:one now", ES_SECURE_BOOT_OFF },
	{ "one", "sb=1 lie pk db:one now", ES_SECURE_BOOT_NO_LOG },
	{ "one", "db:one now", ES_SECURE_BOOT_NO_LOG },
	/* Started by shim. */
	{ "two", SHIM " MokListRT:two now", ES_SECURE_BOOT_BY_MOK },
	{ "two", SHIM " MokList:two now", ES_SECURE_BOOT_BY_MOK },
	{ "two", SHIM " Shim:two now", ES_SECURE_BOOT_BY_MOK },
	{ "two", SHIM " vendor_db:two now", ES_SECURE_BOOT_BY_MOK },
	{ "leaf", SHIM " MokListRT:ca now", ES_SECURE_BOOT_BY_MOK },
	{ "two", SHIM " db:two now", ES_SECURE_BOOT_BY_DB },
	{ NULL, SHIM " MokListRT#now now", ES_SECURE_BOOT_BY_HASH },
	{ "two", SHIM " MokListRT:two menu now", ES_SECURE_BOOT_BY_MOK }, /* a boot menu signed with the same key */
	{ "two", SHIM " MokListRT:ca mm MokListRT:two now", ES_SECURE_BOOT_BY_MOK },
	{ "two", SHIM " moksb=0 MokListRT:two now", ES_SECURE_BOOT_BY_MOK },
	{ NULL, SHIM " moksb=1 now", ES_SECURE_BOOT_SHIM_OFF },
	{ "two", SHIM " moksb=1 now", ES_SECURE_BOOT_SHIM_OFF },
	{ "two", SHIM " moksb=1 MokListRT:two now", ES_SECURE_BOOT_SHIM_OFF },
	{ NULL, SHIM " now", ES_SECURE_BOOT_UNVERIFIED },
	{ NULL, SHIM " MokListRT:ca mm now", ES_SECURE_BOOT_UNVERIFIED },
	{ "one", "sb=1 pk db:two menu mok sbat now", ES_SECURE_BOOT_UNVERIFIED },
	{ "two", SHIM " dbx:two now", ES_SECURE_BOOT_UNVERIFIED }, /* the reason why shim refused something */
};

static void each_boot_is_judged_correctly(void **state)
{
	static struct predict_scene s;

	for (size_t i = 0; i < sizeof boots / sizeof *boots; i++) {
		struct es_predict_request q;
		struct es_secure_boot_request ours;
		enum es_secure_boot_state is;

		predict_make_image(state, 1, "one", &s.menu);
		predict_make_image(state, 2, boots[i].signer, &s.now);
		predict_open(&s.now);
		q = predict_boot_as(state, &s, boots[i].boot);
		ours = ask(&q);
		is = judge(&ours);
		if (is != boots[i].is)
			fail_msg("%s, signed by %s: %s", boots[i].boot,
				 boots[i].signer != NULL ? boots[i].signer : "nobody", es_secure_boot_words(is)->id);
	}
}

static void the_firmwares_variables_count_too(void **state)
{
	static struct predict_scene s;
	struct es_secure_boot_request ours;
	struct es_predict_request q;

	predict_make_image(state, 2, "one", &s.now);
	q = predict_boot_as(state, &s, "sb=1 pk db:one now");
	ours = ask(&q);
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_BY_DB);
	ours.modes.setup = true;
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_SETUP);
	ours.modes.audit = true;
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_AUDIT);
}

/* The certificate is in the log and on the image, but the signature isn't of this image. */
static void a_signature_copied_from_another_image_vouches_for_nothing(void **state)
{
	static struct predict_scene s;
	struct es_secure_boot_request ours;
	struct es_predict_request q;

	predict_make_image(state, 2, "one", &s.now);
	s.now.bytes[es_test_get32(s.now.bytes, es_test_pe_at(1, ES_TEST_PE_ROFF))] ^= 1;
	predict_open(&s.now);
	q = predict_boot_as(state, &s, "sb=1 pk db:one now");
	ours = ask(&q);
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_UNVERIFIED);
}

/* Such as GRUB's own loader: the firmware verifies GRUB, but not the image. */
static void a_program_that_bypasses_verification_is_recognised(void **state)
{
	static struct predict_scene s;
	struct es_secure_boot_request ours;
	struct es_predict_request q;
	struct es_secure_boot judged;

	predict_make_image(state, 1, "one", &s.menu);
	predict_make_image(state, 2, "one", &s.now);
	q = predict_boot_as(state, &s, "sb=1 pk db:one menu sections");
	ours = ask(&q);
	ours.installed = &s.menu.pe;
	es_secure_boot_judge(&ours, &judged);
	assert_int_equal(judged.state, ES_SECURE_BOOT_BYPASSED);
	assert_string_equal(judged.detail, "/EFI/BOOT/BOOTX64.EFI");
}

static void without_the_file_only_the_order_of_events_counts(void **state)
{
	static struct predict_scene s;
	struct es_secure_boot_request ours;
	struct es_predict_request q;
	struct es_secure_boot judged;

	predict_make_image(state, 1, "one", &s.menu);
	predict_make_image(state, 2, "two", &s.now);
	predict_make_image(state, 3, "two", &s.next);
	q = predict_boot_as(state, &s, SHIM " MokListRT:two now");
	ours = ask(&q);
	ours.installed = NULL;
	es_secure_boot_judge(&ours, &judged);
	assert_int_equal(judged.state, ES_SECURE_BOOT_NO_FILE);
	assert_string_equal(judged.detail, "/EFI/Linux/now.efi; a MOK vouched for what was loaded last");
	ours.installed = &s.next.pe;
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_NO_FILE);
	/* It vouched for an earlier program, or for a driver. */
	q = predict_boot_as(state, &s, SHIM " MokListRT:two menu now");
	ours = ask(&q);
	ours.installed = NULL;
	es_secure_boot_judge(&ours, &judged);
	assert_string_equal(judged.detail, "/EFI/Linux/now.efi");
	q = predict_boot_as(state, &s, "sb=1 pk db:one driver now");
	ours = ask(&q);
	ours.installed = NULL;
	es_secure_boot_judge(&ours, &judged);
	assert_string_equal(judged.detail, "/EFI/Linux/now.efi");
	/* It takes no file to know that shim checks nothing. */
	q = predict_boot_as(state, &s, SHIM " moksb=1 now");
	ours = ask(&q);
	ours.installed = NULL;
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_SHIM_OFF);
}

static void a_log_that_the_tpm_does_not_confirm_is_not_trusted(void **state)
{
	static const unsigned pcrs[] = { 4, 7, 11 };
	static struct predict_scene s;
	struct es_secure_boot_request ours;
	struct es_predict_request q;
	struct es_secure_boot judged;

	predict_make_image(state, 2, "one", &s.now);
	q = predict_boot_as(state, &s, "sb=1 pk db:one now");
	ours = ask(&q);
	for (size_t i = 0; i < sizeof pcrs / sizeof *pcrs; i++) {
		s.read.value[pcrs[i]].bytes[0] ^= 1;
		es_secure_boot_judge(&ours, &judged);
		assert_int_equal(judged.state, ES_SECURE_BOOT_NO_LOG);
		assert_part(judged.detail, "PCR ");
		s.read.value[pcrs[i]].bytes[0] ^= 1;
	}
	ours.log.len--;
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_NO_LOG);
	ours.log = (struct es_span){ NULL, 0 };
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_NO_LOG);
	/* Off is off, with or without a log. */
	ours.variable_on = false;
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_OFF);
	ours.modes.setup = true;
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_SETUP);
}

/* Nothing verified the initrd then, whatever vouched for the kernel. */
static void without_the_stub_secure_boot_counts_for_nothing(void **state)
{
	static struct predict_scene s;
	struct es_secure_boot_request ours;
	struct es_predict_request q;

	predict_make_image(state, 2, "one", &s.now);
	q = predict_boot_as(state, &s, "sb=1 pk db:one now");
	ours = ask(&q);
	ours.stub = false;
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_NO_STUB);
	q = predict_boot_as(state, &s, "sb=0 pk now");
	ours = ask(&q);
	ours.stub = false;
	assert_int_equal(judge(&ours), ES_SECURE_BOOT_OFF);
}

static void every_judgement_has_words(void **state)
{
	unsigned vouched = 0, hollow = 0;

	(void)state;
	for (int i = 0; i < ES_SECURE_BOOT_STATES; i++) {
		const struct es_secure_boot_words *w = es_secure_boot_words((enum es_secure_boot_state)i);
		const bool good = es_secure_boot_vouched((enum es_secure_boot_state)i);

		assert_int_equal(strspn(w->id, "abcdefghijklmnopqrstuvwxyz-"), strlen(w->id));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(w->id, es_secure_boot_words((enum es_secure_boot_state)k)->id);
		assert_true(strncmp(w->what, "on", 2) == 0 || strncmp(w->what, "off", 3) == 0);
		assert_true(w->what[strlen(w->what) - 1] != '.');
		assert_int_equal(w->advice[0] == '\0', good);
		assert_true(good || (isupper((unsigned char)w->advice[0]) && w->advice[strlen(w->advice) - 1] == '.'));
		assert_false(good && es_secure_boot_not_vouched((enum es_secure_boot_state)i));
		vouched += good;
		hollow += es_secure_boot_not_vouched((enum es_secure_boot_state)i);
	}
	assert_int_equal(vouched, 3);
	assert_int_equal(hollow, ES_SECURE_BOOT_STATES - 3 - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_boot_is_judged_correctly),
		cmocka_unit_test(the_firmwares_variables_count_too),
		cmocka_unit_test(a_signature_copied_from_another_image_vouches_for_nothing),
		cmocka_unit_test(a_program_that_bypasses_verification_is_recognised),
		cmocka_unit_test(without_the_file_only_the_order_of_events_counts),
		cmocka_unit_test(a_log_that_the_tpm_does_not_confirm_is_not_trusted),
		cmocka_unit_test(without_the_stub_secure_boot_counts_for_nothing),
		cmocka_unit_test(every_judgement_has_words),
	};

	return cmocka_run_group_tests(tests, predict_folder, oracle_folder_remove);
}
