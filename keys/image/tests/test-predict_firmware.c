/* SPDX-License-Identifier: Apache-2.0 */
/* PCR 12 of a coming boot, with what firmware hands over now. keys/image/tests/test-firmware_now.c tests a whole
 * host. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/event_log.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/image/image.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/predict_scene.h"

#include <string.h>

static const char set_then[] = "etcseal/v1/efi-variable\0SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67\0then";
static const char set_now[] = "etcseal/v1/efi-variable\0SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67\0now";
static const char string[] = "etcseal/v1/smbios-string\0io.systemd.x";
static const char menus[] = "m\0e\0n\0u\0\0";

static struct predict_scene s;

/* A UKI whose stub declares that it measures them, or a stub of 0.1.0. */
static void image_of_stub(bool measures, struct predict_image *ret)
{
	static const char mark[] = "#### LoaderInfo: etcseal-stub 9 ####\0" ES_STUB_MEASURES_FIRMWARE;
	const struct es_test_pe_section sections[] = { { ".text", 0x200, 1 },
						       { ".sdmagic", sizeof mark, 0 },
						       { ".linux", 0x300, 9 },
						       { ".cmdline", 0x20, 'a' },
						       { ".initrd", 0x100, 3 } };

	ret->len = es_test_pe_make(sections, 5, ret->bytes);
	memcpy(ret->bytes + es_test_get32(ret->bytes, es_test_pe_at(1, ES_TEST_PE_ROFF)), mark,
	       measures ? sizeof mark : 37);
	predict_open(ret);
}

static struct es_span bytes(const char *data, size_t len)
{
	return (struct es_span){ (const uint8_t *)data, len };
}

static struct es_predict_request boot(void **state, bool set)
{
	struct es_predict_request q;

	predict_make_image(state, 1, NULL, &s.menu);
	image_of_stub(true, &s.now);
	image_of_stub(true, &s.next);
	q = predict_boot(state, &s, NULL);
	es_test_log_event(&s.log, ES_PCR_OPTIONS, ES_EV_IPL, bytes(menus, sizeof menus), bytes(menus, sizeof menus));
	if (set) {
		es_test_log_event(&s.log, ES_PCR_OPTIONS, ES_EV_IPL, bytes(set_then, sizeof set_then - 1),
				  bytes(set_then, sizeof set_then - 1));
		es_test_log_event(&s.log, ES_PCR_OPTIONS, ES_EV_IPL, bytes(string, sizeof string - 1),
				  bytes(string, sizeof string - 1));
	}
	q.log = es_test_log_span(&s.log);
	assert_int_equal(es_event_log_replay(q.log, es_sha256, NULL, &s.read), ES_OK);
	return q;
}

static void put(struct es_firmware_now *now, const char *data, size_t len)
{
	assert_int_equal(es_buf_copy(bytes(data, len), &now->event[now->count++]), ES_OK);
}

/* The menu's options, then up to two of the firmware's. */
static void assert_pcr12(const struct es_prediction *p, struct es_span one, struct es_span two)
{
	struct es_digest pcr = { { 0 } };

	assert_true(es_pcr_event(&pcr, bytes(menus, sizeof menus), es_sha256));
	assert_true(one.len == 0 || es_pcr_event(&pcr, one, es_sha256));
	assert_true(two.len == 0 || es_pcr_event(&pcr, two, es_sha256));
	assert_int_not_equal(p->values.present & ES_PCR_BIT(12), 0);
	assert_memory_equal(p->values.value[12].bytes, pcr.bytes, sizeof pcr.bytes);
}

static const struct es_span none = { NULL, 0 };

static void added_changed_and_removed_options_are_predicted(void **state)
{
	ES_FIRMWARE_NOW now = { .variables_known = true, .strings_known = true };
	struct es_predict_request q = boot(state, true);
	struct es_prediction p;

	q.firmware = &now;
	predict_now(&q, &p); /* both have been removed */
	assert_pcr12(&p, none, none);
	put(&now, set_now, sizeof set_now - 1);
	predict_now(&q, &p);
	assert_pcr12(&p, bytes(set_now, sizeof set_now - 1), none);
	put(&now, string, sizeof string - 1);
	predict_now(&q, &p);
	assert_pcr12(&p, bytes(set_now, sizeof set_now - 1), bytes(string, sizeof string - 1));
	assert_string_equal(p.rests_on, "");

	q = boot(state, false);
	q.firmware = &now;
	predict_now(&q, &p);
	assert_pcr12(&p, bytes(set_now, sizeof set_now - 1), bytes(string, sizeof string - 1));
}

static void options_that_are_not_shown_are_taken_from_this_boot(void **state)
{
	ES_FIRMWARE_NOW now = { .variables_known = false, .strings_known = true };
	struct es_predict_request q = boot(state, true);
	struct es_prediction p;

	predict_now(&q, &p); /* firmware NULL: all of this boot's */
	assert_pcr12(&p, bytes(set_then, sizeof set_then - 1), bytes(string, sizeof string - 1));
	q.firmware = &now;
	predict_now(&q, &p);
	assert_pcr12(&p, bytes(set_then, sizeof set_then - 1), none);
	assert_part(p.rests_on, "PCR 12: ");
	now.variables_known = true;
	now.strings_known = false;
	put(&now, set_now, sizeof set_now - 1);
	predict_now(&q, &p);
	assert_pcr12(&p, bytes(set_now, sizeof set_now - 1), bytes(string, sizeof string - 1));
}

static void a_stub_that_does_not_measure_them_is_recognised(void **state)
{
	ES_FIRMWARE_NOW now = { .variables_known = true, .strings_known = true };
	struct es_predict_request q = boot(state, true);
	struct es_prediction p;

	put(&now, set_now, sizeof set_now - 1);
	q.firmware = &now;
	image_of_stub(false, &s.next);
	assert_false(es_image_measures_firmware(&s.next.pe));
	predict_now(&q, &p);
	assert_pcr12(&p, none, none);
}

static void a_value_that_shuts_the_seal_is_reported(void **state)
{
	ES_FIRMWARE_NOW now = { .variables_known = true,
				.strings_known = true,
				.refused = "EFI variable x is too long" };
	struct es_predict_request q = boot(state, false);
	struct es_prediction p;

	q.firmware = &now;
	predict_now(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(12), 0);
	assert_part(p.unknown, "PCR 12: EFI variable x is too long");
	image_of_stub(false, &s.next);
	predict_now(&q, &p);
	assert_int_not_equal(p.values.present & ES_PCR_BIT(12), 0);
}

static void boot_options_come_before_them(void **state)
{
	ES_FIRMWARE_NOW now = { .variables_known = true, .strings_known = true };
	struct es_predict_request q = boot(state, true);
	struct es_prediction p;
	struct es_digest pcr;

	put(&now, set_now, sizeof set_now - 1);
	q.firmware = &now;
	q.options = "single";
	predict_now(&q, &p);
	assert_int_equal(es_image_predict_pcr12(&s.next.uki, "single", false, &pcr), ES_OK);
	assert_true(es_pcr_event(&pcr, bytes(set_now, sizeof set_now - 1), es_sha256));
	assert_memory_equal(p.values.value[12].bytes, pcr.bytes, sizeof pcr.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(added_changed_and_removed_options_are_predicted, predict_folder,
						oracle_folder_remove),
		cmocka_unit_test_setup_teardown(options_that_are_not_shown_are_taken_from_this_boot, predict_folder,
						oracle_folder_remove),
		cmocka_unit_test_setup_teardown(a_stub_that_does_not_measure_them_is_recognised, predict_folder,
						oracle_folder_remove),
		cmocka_unit_test_setup_teardown(a_value_that_shuts_the_seal_is_reported, predict_folder,
						oracle_folder_remove),
		cmocka_unit_test_setup_teardown(boot_options_come_before_them, predict_folder, oracle_folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
