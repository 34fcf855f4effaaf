/* SPDX-License-Identifier: Apache-2.0 */
/* EFI variables and SMBIOS strings that give options to what starts. Real firmware:
 * tests-ovmf/attack/firmware-options.sh. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/firmware_options.h"
#include "efi/tests/lib/mock_tpm.h"
#include "keys/core/firmware_options.h"
#include "keys/tests/lib/smbios_image.h"

#include <stdio.h>
#include <string.h>

static const EFI_GUID guid64 = { 0xf2fd1544, 0x9794, 0x4a2c, { 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 } };
static const EFI_GUID guid32 = { 0xeb9d2d31, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } };
static const EFI_GUID systemd = { 0x8cf2644b, 0x4b0b, 0x428f, { 0x93, 0x87, 0x6d, 0x87, 0x60, 0x50, 0xdc, 0x67 } };

static struct mock mock;
static struct mock_registers tpm;
static struct es_measuring measuring;
static struct es_test_smbios smbios;
static uint8_t entry[ES_SMBIOS_ENTRY_LEN];

static int start(void **state)
{
	(void)state;
	mock_start(&mock);
	mock_tpm_start(&tpm);
	mock_tpm_offer(&mock, &tpm);
	es_test_smbios_begin(&smbios);
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mock.allocated, 0);
	return 0;
}

static unsigned measure(void)
{
	es_measuring_open(&mock.fw, &measuring);
	return es_firmware_options_measure(&measuring);
}

/* Data and description are the same, so that a log's reader can check the one by the other. */
static void assert_event(unsigned i, const void *data, size_t len)
{
	const struct mock_event *e = &tpm.events[i];

	assert_true(i < tpm.count);
	assert_int_equal(e->pcr, 12);
	assert_int_equal(e->len, len);
	assert_memory_equal(e->data, data, len);
	assert_int_equal(e->description_len, len);
	assert_memory_equal(e->description, data, len);
}

static void assert_failed(void)
{
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
	assert_true(tpm.count >= 2);
	assert_int_equal(tpm.events[tpm.count - 2].pcr, 11);
	assert_int_equal(tpm.events[tpm.count - 1].pcr, 12);
	assert_memory_equal(tpm.events[tpm.count - 1].data, "etcseal/v1/measuring-failed", 27);
}

static void offer64(void)
{
	es_test_smbios_entry64((uint64_t)(uintptr_t)smbios.table, (uint32_t)smbios.len, entry);
	mock_add_table(&mock, guid64, entry);
}

static void nothing_set_measures_nothing(void **state)
{
	(void)state;
	es_test_smbios_add(&smbios, 11, "To be filled by O.E.M.\0");
	es_test_smbios_add(&smbios, 127, "");
	offer64();
	mock_set_variable(&mock, "SomethingElse", "x", 1);
	assert_int_equal(measure(), 0);
	assert_int_equal(tpm.count, 0);
	assert_int_equal(measuring.result, ES_MEASURED);
	assert_string_equal(mock.console, "");
}

static void variable_is_measured_with_its_name_and_said(void **state)
{
	static const char event[] = "etcseal/v1/efi-variable\0SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67\0"
				    "s\0h\0e\0l\0l\0\0";

	(void)state;
	mock_set_variable(&mock, "SystemdOptions", u"shell", 12)->guid = systemd;
	assert_int_equal(measure(), 1);
	assert_int_equal(tpm.count, 1);
	assert_event(0, event, sizeof event);
	assert_int_equal(measuring.result, ES_MEASURED);
	assert_non_null(strstr(mock.console, "the EFI variable SystemdOptions is set"));
	assert_null(strstr(mock.console, "shell"));
}

static void every_variable_of_the_table_is_looked_for(void **state)
{
	(void)state;
	for (int i = 0; i < ES_FIRMWARE_VARIABLES; i++) {
		char name[ES_FIRMWARE_VARIABLE_NAME];

		es_firmware_variable_name(&es_firmware_variables[i], name);
		memcpy(&mock_set_variable(&mock, name, "v", 1)->guid, es_firmware_variables[i].guid, 16);
	}
	assert_int_equal(measure(), ES_FIRMWARE_VARIABLES);
	assert_int_equal(tpm.count, ES_FIRMWARE_VARIABLES);
}

static void secure_boot_changes_nothing(void **state)
{
	(void)state;
	mock_set_variable(&mock, "SecureBoot", "\1", 1);
	mock_set_variable(&mock, "SetupMode", "\0", 1);
	mock_set_variable(&mock, "SystemdOptions", u"x", 4);
	assert_int_equal(measure(), 1);
}

static void what_systemd_does_not_see_is_left_out(void **state)
{
	EFI_GUID other = systemd;

	(void)state;
	mock_set_variable(&mock, "SystemdOptions", u"x", 4)->attributes = EFI_VARIABLE_BOOTSERVICE_ACCESS;
	other.Data1++;
	mock_set_variable(&mock, "FactoryReset", u"x", 4)->guid = other; /* another's, of that name */
	mock_set_variable(&mock, "HibernateLocation", "", 0);
	assert_int_equal(measure(), 0);
	assert_int_equal(tpm.count, 0);
	assert_int_equal(measuring.result, ES_MEASURED);
}

static void variable_that_cannot_be_read_poisons(void **state)
{
	static const EFI_STATUS fails[] = { EFI_DEVICE_ERROR, EFI_SECURITY_VIOLATION, EFI_OUT_OF_RESOURCES,
					    EFI_INVALID_PARAMETER, EFI_UNSUPPORTED };

	for (size_t i = 0; i < sizeof fails / sizeof fails[0]; i++) {
		start(state);
		mock_set_variable(&mock, "SystemdOptions", u"x", 4)->fails = fails[i];
		assert_int_equal(measure(), 0);
		assert_failed();
		assert_non_null(strstr(mock.console, "the EFI variable SystemdOptions can't be read"));
	}
}

static void variables_have_a_cap(void **state)
{
	static uint8_t value[ES_FIRMWARE_VALUE_MAX + 1] = { 1 };

	(void)state;
	mock_set_variable(&mock, "SystemdOptions", value, ES_FIRMWARE_VALUE_MAX);
	assert_int_equal(measure(), 1);
	assert_int_equal(measuring.result, ES_MEASURED);
	assert_int_equal(tpm.events[0].len, 24 + 52 + ES_FIRMWARE_VALUE_MAX);
	start(state);
	mock_set_variable(&mock, "SystemdOptions", value, sizeof value);
	assert_int_equal(measure(), 0);
	assert_failed();
	assert_non_null(strstr(mock.console, "SystemdOptions is too long"));
	/* Nor does its length count where nobody will see it. */
	start(state);
	mock_set_variable(&mock, "SystemdOptions", value, sizeof value)->attributes = EFI_VARIABLE_BOOTSERVICE_ACCESS;
	assert_int_equal(measure(), 0);
	assert_int_equal(measuring.result, ES_MEASURED);
}

static void strings_for_systemd_are_measured_in_order(void **state)
{
	static const char one[] = "etcseal/v1/smbios-string\0io.systemd.credential:a=secret";
	static const char two[] = "etcseal/v1/smbios-string\0io.systemd.stub.kernel-cmdline-extra=init=/bin/sh";

	(void)state;
	es_test_smbios_add(&smbios, 1, "io.systemd.credential:not=there\0"); /* of another type */
	es_test_smbios_add(&smbios, 11, "maker's own\0io.systemd.credential:a=secret\0");
	es_test_smbios_add(&smbios, 11, "io.systemd.stub.kernel-cmdline-extra=init=/bin/sh\0");
	es_test_smbios_add(&smbios, 127, "");
	offer64();
	mock_set_variable(&mock, "SystemdOptions", u"x", 4);
	assert_int_equal(measure(), 3);
	assert_int_equal(tpm.count, 3);
	assert_event(1, one, sizeof one - 1);
	assert_event(2, two, sizeof two - 1);
	assert_non_null(strstr(mock.console, "the SMBIOS string io.systemd.credential:a is set"));
	assert_null(strstr(mock.console, "secret"));
}

static void older_entry_point_serves_where_there_is_no_sound_newer_one(void **state)
{
	static struct es_test_smbios old;
	uint8_t old_entry[ES_SMBIOS_ENTRY_LEN];
	void *low;

	(void)state;
	/* A 32-bit entry point reaches no further: the table is put where it does. */
	low = mock_low_memory();
	es_test_smbios_begin(&old);
	es_test_smbios_add(&old, 11, "io.systemd.old\0");
	memcpy(low, old.table, old.len);
	es_test_smbios_entry32((uint32_t)(uintptr_t)low, (uint16_t)old.len, (uint16_t)old.count, old_entry);
	mock_add_table(&mock, guid32, old_entry);
	assert_int_equal(measure(), 1);
	assert_event(0, "etcseal/v1/smbios-string\0io.systemd.old", 39);

	es_test_smbios_add(&smbios, 11, "io.systemd.new\0");
	offer64();
	tpm.count = 0;
	assert_int_equal(measure(), 1);
	assert_event(0, "etcseal/v1/smbios-string\0io.systemd.new", 39);

	entry[5] ^= 1; /* a wrong sum */
	tpm.count = 0;
	assert_int_equal(measure(), 1);
	assert_event(0, "etcseal/v1/smbios-string\0io.systemd.old", 39);
}

static void last_table_of_a_kind_counts(void **state)
{
	static const uint8_t garbage[ES_SMBIOS_ENTRY_LEN] = { 1 };

	(void)state;
	mock_add_table(&mock, guid64, garbage);
	es_test_smbios_add(&smbios, 11, "io.systemd.new\0");
	offer64();
	assert_int_equal(measure(), 1);
}

static void strings_have_caps(void **state)
{
	static uint8_t text[ES_FIRMWARE_VALUE_MAX + 1];

	memset(text, 'x', sizeof text);
	memcpy(text, "io.systemd.", 11);
	es_test_smbios_add_string(&smbios, (struct es_span){ text, ES_FIRMWARE_VALUE_MAX });
	offer64();
	assert_int_equal(measure(), 1);
	assert_int_equal(measuring.result, ES_MEASURED);
	start(state);
	es_test_smbios_add_string(&smbios, (struct es_span){ text, sizeof text });
	offer64();
	assert_int_equal(measure(), 0);
	assert_failed();

	start(state);
	for (int i = 0; i < ES_FIRMWARE_STRINGS; i++)
		es_test_smbios_add(&smbios, 11, "io.systemd.x\0vendor's\0");
	offer64();
	assert_int_equal(measure(), ES_FIRMWARE_STRINGS);
	assert_int_equal(measuring.result, ES_MEASURED);
	start(state);
	for (int i = 0; i <= ES_FIRMWARE_STRINGS; i++)
		es_test_smbios_add(&smbios, 11, "io.systemd.x\0vendor's\0");
	offer64();
	assert_int_equal(measure(), ES_FIRMWARE_STRINGS);
	assert_failed();
	assert_non_null(strstr(mock.console, "too many strings"));

	start(state);
	es_test_smbios_entry64((uint64_t)(uintptr_t)smbios.table, ES_SMBIOS_TABLE_MAX + 1, entry);
	mock_add_table(&mock, guid64, entry);
	assert_int_equal(measure(), 0);
	assert_failed();
	assert_non_null(strstr(mock.console, "the SMBIOS tables are too long"));
}

static void event_that_fails_poisons(void **state)
{
	(void)state;
	mock_set_variable(&mock, "SystemdOptions", u"x", 4);
	tpm.fails_at = 1;
	tpm.fails_with = EFI_DEVICE_ERROR;
	measure();
	assert_int_equal(measuring.result, ES_MEASURED_FAILED);
	assert_int_equal(tpm.count, 3); /* the event, and the poison of both */
}

static void no_memory_poisons(void **state)
{
	for (unsigned left = 0; left < 2; left++) {
		start(state);
		mock.allocations_left = left;
		assert_int_equal(measure(), 0);
		assert_failed();
		assert_int_equal(mock.allocated, 0);
	}
}

static void without_a_tpm_nothing_is_said(void **state)
{
	(void)state;
	tpm.absent = true;
	mock_set_variable(&mock, "SystemdOptions", u"x", 4);
	mock_set_variable(&mock, "FactoryReset", u"x", 4)->fails = EFI_DEVICE_ERROR;
	assert_int_equal(measure(), 1);
	assert_int_equal(tpm.count, 0);
	assert_int_equal(measuring.result, ES_MEASURED_NOTHING);
	assert_null(strstr(mock.console, "measured:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_set_measures_nothing, start, nothing_left),
		cmocka_unit_test_setup_teardown(variable_is_measured_with_its_name_and_said, start, nothing_left),
		cmocka_unit_test_setup_teardown(every_variable_of_the_table_is_looked_for, start, nothing_left),
		cmocka_unit_test_setup_teardown(secure_boot_changes_nothing, start, nothing_left),
		cmocka_unit_test_setup_teardown(what_systemd_does_not_see_is_left_out, start, nothing_left),
		cmocka_unit_test_setup_teardown(variable_that_cannot_be_read_poisons, start, nothing_left),
		cmocka_unit_test_setup_teardown(variables_have_a_cap, start, nothing_left),
		cmocka_unit_test_setup_teardown(strings_for_systemd_are_measured_in_order, start, nothing_left),
		cmocka_unit_test_setup_teardown(older_entry_point_serves_where_there_is_no_sound_newer_one, start,
						nothing_left),
		cmocka_unit_test_setup_teardown(last_table_of_a_kind_counts, start, nothing_left),
		cmocka_unit_test_setup_teardown(strings_have_caps, start, nothing_left),
		cmocka_unit_test_setup_teardown(event_that_fails_poisons, start, nothing_left),
		cmocka_unit_test_setup_teardown(no_memory_poisons, start, nothing_left),
		cmocka_unit_test_setup_teardown(without_a_tpm_nothing_is_said, start, nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
