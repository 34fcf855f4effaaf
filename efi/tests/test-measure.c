/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into which PCR, in which order, and what happens when it can't. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/measure.h"
#include "efi/tests/lib/mock_tpm.h"
#include "keys/core/labels.h"

#include <string.h>

static struct mock mock;
static struct mock_registers tpm, vm;
static struct es_measuring measuring;

static int start(void **state)
{
	(void)state;
	mock_start(&mock);
	mock_tpm_start(&tpm);
	mock_vm_start(&vm);
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mock.allocated, 0);
	return 0;
}

static struct es_span text(const char *t)
{
	return (struct es_span){ (const uint8_t *)t, strlen(t) };
}

static void measure_everything(void)
{
	struct es_uki uki = { .present = { false } };

	uki.present[ES_UKI_LINUX] = uki.present[ES_UKI_INITRD] = uki.present[ES_UKI_PCRSIG] = true;
	uki.present[ES_UKI_CMDLINE] = true;
	uki.section[ES_UKI_LINUX] = text("kernel");
	uki.section[ES_UKI_INITRD] = text("initrd");
	uki.section[ES_UKI_CMDLINE] = text("quiet");
	uki.section[ES_UKI_PCRSIG] = text("never");
	es_measuring_open(&mock.fw, &measuring);
	es_measure_image(&measuring, &uki);
	es_measure_recovery(&measuring);
	es_measure_options(&measuring, (struct es_span){ (const uint8_t *)"a\0\0\0", 4 });
	es_measure_bank_file(&measuring, "bank1/config.cms", text("archive"));
}

static void assert_event(const struct mock_event *e, unsigned pcr, const void *data, size_t len,
			 const char *description)
{
	assert_int_equal(e->pcr, pcr);
	assert_int_equal(e->len, len);
	assert_memory_equal(e->data, data, len);
	assert_int_equal(e->description_len, 2 * strlen(description) + 2);
	for (size_t i = 0; i <= strlen(description); i++) {
		assert_int_equal(e->description[2 * i], description[i]);
		assert_int_equal(e->description[2 * i + 1], 0);
	}
}

static void assert_everything(const struct mock_registers *r, unsigned first_register)
{
	const unsigned image = first_register + 11, options = first_register + 12, banks = first_register + 13;

	assert_int_equal(r->count, 9);
	assert_event(&r->events[0], image, ".linux", 7, ".linux");
	assert_event(&r->events[1], image, "kernel", 6, ".linux");
	assert_event(&r->events[2], image, ".cmdline", 9, ".cmdline");
	assert_event(&r->events[3], image, "quiet", 5, ".cmdline");
	assert_event(&r->events[4], image, ".initrd", 8, ".initrd");
	assert_event(&r->events[5], image, "initrd", 6, ".initrd");
	assert_int_equal(r->events[6].pcr, options);
	assert_int_equal(r->events[6].len, strlen(ES_RECOVERY_EVENT));
	assert_memory_equal(r->events[6].data, ES_RECOVERY_EVENT, strlen(ES_RECOVERY_EVENT));
	assert_event(&r->events[7], options, "a\0\0\0", 4, "a");
	assert_event(&r->events[8], banks, "archive", 7, "bank1/config.cms");
}

static void events_go_to_their_pcrs_in_order(void **state)
{
	(void)state;
	mock_tpm_offer(&mock, &tpm);
	measure_everything();
	assert_everything(&tpm, 0);
	assert_int_equal(measuring.result, ES_MEASURED);
	assert_string_equal(mock.console, "");
}

static void confidential_vm_gets_every_event_too(void **state)
{
	(void)state;
	mock_tpm_offer(&mock, &tpm);
	mock_vm_offer(&mock, &vm);
	measure_everything();
	assert_everything(&tpm, 0);
	assert_everything(&vm, 100);
	assert_int_equal(measuring.result, ES_MEASURED);
}

static void confidential_vm_without_a_tpm_is_no_tpm(void **state)
{
	(void)state;
	mock_vm_offer(&mock, &vm);
	measure_everything();
	assert_everything(&vm, 100);
	assert_int_equal(measuring.result, ES_MEASURED_NOTHING);
}

static void vm_protocol_without_a_log_is_left_alone(void **state)
{
	(void)state;
	mock_vm_offer(&mock, &vm);
	vm.absent = true;
	measure_everything();
	assert_int_equal(vm.count, 0);
}

static void no_tpm_is_nothing_to_measure(void **state)
{
	(void)state;
	measure_everything();
	assert_int_equal(measuring.result, ES_MEASURED_NOTHING);
	assert_string_equal(mock.console, "");
}

static void protocol_without_a_tpm_behind_it_is_nothing_to_measure(void **state)
{
	(void)state;
	mock_tpm_offer(&mock, &tpm);
	tpm.absent = true;
	measure_everything();
	assert_int_equal(tpm.count, 0);
	assert_int_equal(measuring.result, ES_MEASURED_NOTHING);
}

static void assert_poison(const struct mock_event *e, unsigned pcr)
{
	assert_int_equal(e->pcr, pcr);
	assert_memory_equal(e->data, "etcseal/v1/measuring-failed", 27);
}

static void unknown_whether_there_is_a_tpm_poisons(void **state)
{
	(void)state;
	mock_tpm_offer(&mock, &tpm);
	tpm.capability_fails = EFI_DEVICE_ERROR;
	es_measuring_open(&mock.fw, &measuring);
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
	assert_poison(&tpm.events[0], 11);
	assert_poison(&tpm.events[1], 12);
	assert_non_null(strstr(mock.console, "seal stays shut"));
}

static void answer_too_short_to_tell_poisons(void **state)
{
	(void)state;
	mock_tpm_offer(&mock, &tpm);
	tpm.capability_size = offsetof(struct es_tcg2_capability, tpm_present);
	es_measuring_open(&mock.fw, &measuring);
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
}

static void any_event_that_fails_is_a_failure(void **state)
{
	(void)state;
	for (unsigned at = 1; at <= 9; at++) {
		start(NULL);
		mock_tpm_offer(&mock, &tpm);
		tpm.fails_at = at;
		tpm.fails_with = EFI_DEVICE_ERROR;
		measure_everything();
		assert_int_equal(measuring.result, ES_MEASURED_FAILED);
		assert_int_equal(tpm.count, 9 + 2); /* tried all, and poisoned once */
	}
}

static EFI_STATUS(EFIAPI *extend)(struct es_tcg2 *self, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len,
				  struct es_event_header *header);

static EFI_STATUS EFIAPI fails_once(struct es_tcg2 *self, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len,
				    struct es_event_header *header)
{
	self->hash_log_extend = extend;
	(void)flags, (void)at, (void)len, (void)header;
	return EFI_DEVICE_ERROR;
}

static void failure_that_passes_still_poisons(void **state)
{
	(void)state;
	mock_tpm_offer(&mock, &tpm);
	extend = tpm.tcg2.hash_log_extend;
	tpm.tcg2.hash_log_extend = fails_once;
	measure_everything();
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
	assert_poison(&tpm.events[0], 11);
	assert_poison(&tpm.events[1], 12);
}

static void full_log_is_no_failure(void **state)
{
	(void)state;
	mock_tpm_offer(&mock, &tpm);
	tpm.fails_at = 5;
	tpm.fails_with = EFI_VOLUME_FULL;
	measure_everything();
	assert_int_equal(measuring.result, ES_MEASURED);
	assert_int_equal(tpm.count, 9);
}

static void no_memory_for_an_event_is_a_failure(void **state)
{
	(void)state;
	mock_tpm_offer(&mock, &tpm);
	mock.allocations_left = 3;
	measure_everything();
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
	assert_poison(&tpm.events[3], 11);
}

static void failure_of_the_vm_is_a_failure(void **state)
{
	(void)state;
	mock_tpm_offer(&mock, &tpm);
	mock_vm_offer(&mock, &vm);
	vm.fails_at = 1;
	vm.fails_with = EFI_DEVICE_ERROR;
	measure_everything();
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_go_to_their_pcrs_in_order, start, nothing_left),
		cmocka_unit_test_setup_teardown(confidential_vm_gets_every_event_too, start, nothing_left),
		cmocka_unit_test_setup_teardown(confidential_vm_without_a_tpm_is_no_tpm, start, nothing_left),
		cmocka_unit_test_setup_teardown(vm_protocol_without_a_log_is_left_alone, start, nothing_left),
		cmocka_unit_test_setup_teardown(no_tpm_is_nothing_to_measure, start, nothing_left),
		cmocka_unit_test_setup_teardown(protocol_without_a_tpm_behind_it_is_nothing_to_measure, start,
						nothing_left),
		cmocka_unit_test_setup_teardown(unknown_whether_there_is_a_tpm_poisons, start, nothing_left),
		cmocka_unit_test_setup_teardown(answer_too_short_to_tell_poisons, start, nothing_left),
		cmocka_unit_test_setup_teardown(any_event_that_fails_is_a_failure, start, nothing_left),
		cmocka_unit_test_setup_teardown(failure_that_passes_still_poisons, start, nothing_left),
		cmocka_unit_test_setup_teardown(full_log_is_no_failure, start, nothing_left),
		cmocka_unit_test_setup_teardown(no_memory_for_an_event_is_a_failure, start, nothing_left),
		cmocka_unit_test_setup_teardown(failure_of_the_vm_is_a_failure, start, nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
