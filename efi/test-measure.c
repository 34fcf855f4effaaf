/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into which PCR, in which order, and what happens when it can't. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/measure.h"
#include "efi/testlib/mock.h"
#include "keys/core/labels.h"

#include <string.h>

enum { EVENTS = 64, DATA_MAX = 256 };

struct event {
	unsigned pcr;
	uint8_t data[DATA_MAX], description[DATA_MAX];
	size_t len, description_len;
};

/* A TPM, or a confidential VM's registers, that keeps what it was told. */
struct registers {
	struct es_tcg2 tcg2;
	struct es_cc cc;
	struct event events[EVENTS];
	unsigned count;
	bool absent;
	EFI_STATUS capability_fails;
	unsigned fails_at; /* this event, from 1, and all later ones, answer fails_with */
	EFI_STATUS fails_with;
	uint8_t capability_size;
};

static struct mock mock;
static struct registers tpm, vm;
static struct es_measuring measuring;

static EFI_STATUS keep(struct registers *r, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len,
		       const struct es_event_header *header)
{
	struct event *e = &r->events[r->count];

	assert_int_equal(flags, 0);
	assert_true(r->count < EVENTS && len <= DATA_MAX && header->size - sizeof *header <= DATA_MAX);
	assert_int_equal(header->header_size, 14);
	assert_int_equal(header->header_version, 1);
	assert_int_equal(header->type, 13); /* EV_IPL */
	r->count++;
	if (r->fails_at > 0 && r->count >= r->fails_at)
		return r->fails_with;
	e->pcr = header->pcr;
	e->len = len;
	memcpy(e->data, (const void *)(uintptr_t)at, len);
	e->description_len = header->size - sizeof *header;
	memcpy(e->description, header + 1, e->description_len);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI tpm_extend(struct es_tcg2 *self, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len,
				    struct es_event_header *header)
{
	return keep((struct registers *)((uint8_t *)self - offsetof(struct registers, tcg2)), flags, at, len, header);
}

static EFI_STATUS EFIAPI vm_extend(struct es_cc *self, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len,
				   struct es_event_header *header)
{
	return keep((struct registers *)((uint8_t *)self - offsetof(struct registers, cc)), flags, at, len, header);
}

static EFI_STATUS EFIAPI tpm_capability(struct es_tcg2 *self, struct es_tcg2_capability *ret)
{
	struct registers *r = (struct registers *)((uint8_t *)self - offsetof(struct registers, tcg2));

	assert_int_equal(ret->size, sizeof *ret);
	ret->size = r->capability_size;
	ret->tpm_present = !r->absent;
	return r->capability_fails;
}

static EFI_STATUS EFIAPI vm_capability(struct es_cc *self, struct es_cc_capability *ret)
{
	struct registers *r = (struct registers *)((uint8_t *)self - offsetof(struct registers, cc));

	ret->event_logs = r->absent ? 0 : ES_TCG2_LOG_TCG_2;
	return r->capability_fails;
}

static EFI_STATUS EFIAPI vm_map(struct es_cc *self, UINT32 pcr, UINT32 *ret)
{
	(void)self;
	*ret = 100 + pcr;
	return EFI_SUCCESS;
}

static int start(void **state)
{
	(void)state;
	mock_start(&mock);
	memset(&tpm, 0, sizeof tpm);
	tpm.tcg2 = (struct es_tcg2){ .get_capability = tpm_capability, .hash_log_extend = tpm_extend };
	tpm.capability_size = sizeof(struct es_tcg2_capability);
	memset(&vm, 0, sizeof vm);
	vm.cc = (struct es_cc){ .get_capability = vm_capability, .hash_log_extend = vm_extend, .map_pcr = vm_map };
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mock.allocated, 0);
	return 0;
}

static void with_tpm(void)
{
	const EFI_GUID guid = ES_TCG2_GUID;

	mock_add(&mock, mock_new_handle(&mock), guid, &tpm.tcg2);
}

static void with_vm(void)
{
	const EFI_GUID guid = ES_CC_GUID;

	mock_add(&mock, mock_new_handle(&mock), guid, &vm.cc);
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

static void assert_event(const struct event *e, unsigned pcr, const void *data, size_t len, const char *description)
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

static void assert_everything(const struct registers *r, unsigned first_register)
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
	with_tpm();
	measure_everything();
	assert_everything(&tpm, 0);
	assert_int_equal(measuring.result, ES_MEASURED);
	assert_string_equal(mock.console, "");
}

static void confidential_vm_gets_every_event_too(void **state)
{
	(void)state;
	with_tpm();
	with_vm();
	measure_everything();
	assert_everything(&tpm, 0);
	assert_everything(&vm, 100);
	assert_int_equal(measuring.result, ES_MEASURED);
}

static void confidential_vm_without_a_tpm_is_no_tpm(void **state)
{
	(void)state;
	with_vm();
	measure_everything();
	assert_everything(&vm, 100);
	assert_int_equal(measuring.result, ES_MEASURED_NOTHING);
}

static void vm_protocol_without_a_log_is_left_alone(void **state)
{
	(void)state;
	with_vm();
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
	with_tpm();
	tpm.absent = true;
	measure_everything();
	assert_int_equal(tpm.count, 0);
	assert_int_equal(measuring.result, ES_MEASURED_NOTHING);
}

static void assert_poison(const struct event *e, unsigned pcr)
{
	assert_int_equal(e->pcr, pcr);
	assert_memory_equal(e->data, "etcseal/v1/measuring-failed", 27);
}

static void unknown_whether_there_is_a_tpm_poisons(void **state)
{
	(void)state;
	with_tpm();
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
	with_tpm();
	tpm.capability_size = offsetof(struct es_tcg2_capability, tpm_present);
	es_measuring_open(&mock.fw, &measuring);
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
}

static void any_event_that_fails_is_a_failure(void **state)
{
	(void)state;
	for (unsigned at = 1; at <= 9; at++) {
		start(NULL);
		with_tpm();
		tpm.fails_at = at;
		tpm.fails_with = EFI_DEVICE_ERROR;
		measure_everything();
		assert_int_equal(measuring.result, ES_MEASURED_FAILED);
		assert_int_equal(tpm.count, 9 + 2); /* tried all, and poisoned once */
	}
}

static EFI_STATUS EFIAPI fails_once(struct es_tcg2 *self, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len,
				    struct es_event_header *header)
{
	self->hash_log_extend = tpm_extend;
	(void)flags, (void)at, (void)len, (void)header;
	return EFI_DEVICE_ERROR;
}

static void failure_that_passes_still_poisons(void **state)
{
	(void)state;
	with_tpm();
	tpm.tcg2.hash_log_extend = fails_once;
	measure_everything();
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
	assert_poison(&tpm.events[0], 11);
	assert_poison(&tpm.events[1], 12);
}

static void full_log_is_no_failure(void **state)
{
	(void)state;
	with_tpm();
	tpm.fails_at = 5;
	tpm.fails_with = EFI_VOLUME_FULL;
	measure_everything();
	assert_int_equal(measuring.result, ES_MEASURED);
	assert_int_equal(tpm.count, 9);
}

static void no_memory_for_an_event_is_a_failure(void **state)
{
	(void)state;
	with_tpm();
	mock.allocations_left = 3;
	measure_everything();
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
	assert_poison(&tpm.events[3], 11);
}

static void failure_of_the_vm_is_a_failure(void **state)
{
	(void)state;
	with_tpm();
	with_vm();
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
