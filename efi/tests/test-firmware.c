/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/tests/lib/mock.h"

#include <string.h>

static struct mock mock;

static int start(void **state)
{
	(void)state;
	mock_start(&mock);
	return 0;
}

static void secure_boot_is_on_outside_setup_mode_only(void **state)
{
	static const struct {
		const char *secure_boot, *setup_mode; /* bytes; NULL: no such variable */
		size_t len;
		bool on;
	} cases[] = {
		{ "\1", "\0", 1, true },      { "\1", NULL, 1, true },          { "\0", "\0", 1, false },
		{ NULL, NULL, 1, false },     { "\1", "\1", 1, false },         { "\2", "\0", 1, false },
		{ "\1\0", "\0\0", 2, false }, { "\1\0\0\0\0", "\0", 5, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		mock_start(&mock);
		if (cases[i].secure_boot)
			mock_set_variable(&mock, "SecureBoot", cases[i].secure_boot, cases[i].len);
		if (cases[i].setup_mode)
			mock_set_variable(&mock, "SetupMode", cases[i].setup_mode, 1);
		assert_int_equal(es_secure_boot(&mock.fw), cases[i].on);
	}
}

static void complaints_are_one_line(void **state)
{
	(void)state;
	es_complain(&mock.fw, "what", EFI_NOT_FOUND, "Next.");
	es_complain(&mock.fw, "what", 12345, "Next.");
	es_say(&mock.fw, "a line that is longer than the few characters which go out at once, so that it takes two");
	assert_string_equal(
	    mock.console,
	    "etcseal: what (not found). Next.\r\n"
	    "etcseal: what (status 0x0000000000003039). Next.\r\n"
	    "etcseal: a line that is longer than the few characters which go out at once, so that it takes two\r\n");
}

static void headless_machine_is_no_crash(void **state)
{
	(void)state;
	mock.table.ConOut = NULL;
	es_say(&mock.fw, "nobody reads this");
}

static EFI_STATUS EFIAPI answers_success_and_nothing(EFI_HANDLE handle, EFI_GUID *guid, VOID **ret)
{
	(void)handle, (void)guid;
	*ret = NULL;
	return EFI_SUCCESS;
}

static void success_without_a_protocol_is_not_found(void **state)
{
	const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	void *found;

	(void)state;
	mock.boot.HandleProtocol = answers_success_and_nothing;
	assert_int_equal(es_protocol(&mock.fw, mock.fw.image, &guid, &found), EFI_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(secure_boot_is_on_outside_setup_mode_only, start),
		cmocka_unit_test_setup(complaints_are_one_line, start),
		cmocka_unit_test_setup(headless_machine_is_no_crash, start),
		cmocka_unit_test_setup(success_without_a_protocol_is_not_found, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
