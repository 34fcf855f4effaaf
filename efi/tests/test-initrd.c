/* SPDX-License-Identifier: Apache-2.0 */
/* The initrd as Linux asks for it, and one that somebody else offered first. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/initrd.h"
#include "efi/protocol.h"
#include "efi/tests/lib/mock.h"

#include <stdlib.h>
#include <string.h>

/* What Linux looks for, written down a second time: media, vendor, 20 bytes, GUID, end. */
static uint8_t linux_path[] = { 4,    3,    20,   0,    0x27, 0xe4, 0x68, 0x55, 0xfc, 0x68, 0x3d, 0x4f,
				0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68, 0x7f, 0xff, 4,    0 };

static struct mock mock;

static int start(void **state)
{
	(void)state;
	mock_start(&mock);
	return 0;
}

static struct es_span text(const char *t)
{
	return (struct es_span){ (const uint8_t *)t, strlen(t) };
}

static EFI_LOAD_FILE_PROTOCOL *as_linux_finds_it(void)
{
	EFI_GUID guid = ES_LOAD_FILE2_GUID;
	EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)linux_path;
	EFI_HANDLE handle;
	void *found;

	if (EFI_ERROR(mock.boot.LocateDevicePath(&guid, &path, &handle)))
		return NULL;
	assert_int_equal(mock.boot.HandleProtocol(handle, &guid, &found), EFI_SUCCESS);
	return found;
}

static void linux_gets_the_parts_each_padded(void **state)
{
	EFI_DEVICE_PATH *end = (EFI_DEVICE_PATH *)(linux_path + 20);
	char secret[] = "key";
	ES_INITRD initrd = { .part = { text("micro"), text("init"), { (const uint8_t *)secret, 3 } },
			     .secret = (uint8_t *)secret,
			     .secret_len = 3 };
	EFI_LOAD_FILE_PROTOCOL *p;
	uint8_t room[32];
	UINTN size = 0;

	(void)state;
	assert_int_equal(es_initrd_register(&mock.fw, &initrd), EFI_SUCCESS);
	p = as_linux_finds_it();
	assert_non_null(p);
	assert_int_equal(p->LoadFile(p, end, 0, &size, NULL), EFI_BUFFER_TOO_SMALL);
	assert_int_equal(size, 8 + 4 + 4);
	assert_string_equal(secret, "key");
	size = 15;
	assert_int_equal(p->LoadFile(p, end, 0, &size, room), EFI_BUFFER_TOO_SMALL);
	assert_int_equal(size, 16);
	memset(room, 0xee, sizeof room);
	size = sizeof room;
	assert_int_equal(p->LoadFile(p, end, 0, &size, room), EFI_SUCCESS);
	assert_int_equal(size, 16);
	assert_memory_equal(room, "micro\0\0\0initkey\0\xee", 17);
	assert_memory_equal(secret, "\0\0\0", 3); /* not kept once it is handed over */
	es_initrd_unregister(&initrd);
	assert_null(as_linux_finds_it());
	assert_int_equal(mock_installed(&mock), 0);
}

static void absent_parts_take_no_room(void **state)
{
	EFI_DEVICE_PATH *end = (EFI_DEVICE_PATH *)(linux_path + 20);
	ES_INITRD initrd = { .part = { { NULL, 0 }, text("init"), { NULL, 0 } } };
	uint8_t room[4];
	UINTN size = sizeof room;

	(void)state;
	assert_int_equal(es_initrd_register(&mock.fw, &initrd), EFI_SUCCESS);
	assert_int_equal(initrd.protocol.LoadFile(&initrd.protocol, end, 0, &size, room), EFI_SUCCESS);
	assert_memory_equal(room, "init", 4);
}

static void what_makes_no_sense_is_refused(void **state)
{
	EFI_DEVICE_PATH *end = (EFI_DEVICE_PATH *)(linux_path + 20);
	ES_INITRD initrd = { .part = { text("init"), { NULL, 0 }, { NULL, 0 } } };
	UINTN size = 4;
	uint8_t room[4];

	(void)state;
	assert_int_equal(es_initrd_register(&mock.fw, &initrd), EFI_SUCCESS);
	assert_int_equal(initrd.protocol.LoadFile(&initrd.protocol, end, 1, &size, room), EFI_UNSUPPORTED);
	assert_int_equal(initrd.protocol.LoadFile(&initrd.protocol, end, 0, NULL, room), EFI_INVALID_PARAMETER);
	assert_int_equal(initrd.protocol.LoadFile(&initrd.protocol, NULL, 0, &size, room), EFI_INVALID_PARAMETER);
	assert_int_equal(initrd.protocol.LoadFile(NULL, end, 0, &size, room), EFI_INVALID_PARAMETER);
}

static EFI_LOAD_FILE_PROTOCOL foreign;

static EFI_HANDLE offer_foreign(void)
{
	const EFI_GUID load_file2 = ES_LOAD_FILE2_GUID, device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;
	EFI_HANDLE handle = mock_new_handle(&mock);

	mock_add(&mock, handle, device_path, linux_path);
	mock_add(&mock, handle, load_file2, &foreign);
	return handle;
}

static void foreign_one_is_taken_off_and_said(void **state)
{
	ES_INITRD initrd = { .part = { text("init"), { NULL, 0 }, { NULL, 0 } } };

	(void)state;
	offer_foreign();
	assert_ptr_equal(as_linux_finds_it(), &foreign);
	assert_int_equal(es_initrd_register(&mock.fw, &initrd), EFI_SUCCESS);
	assert_ptr_equal(as_linux_finds_it(), &initrd.protocol);
	assert_non_null(strstr(mock.console, "initrd from outside"));
}

static void foreign_one_that_stays_ends_the_boot(void **state)
{
	ES_INITRD initrd = { .part = { text("init"), { NULL, 0 }, { NULL, 0 } } };

	(void)state;
	mock.stuck = offer_foreign();
	assert_int_equal(es_initrd_register(&mock.fw, &initrd), EFI_ALREADY_STARTED);
	assert_null(initrd.handle);
	assert_int_equal(mock_installed(&mock), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(linux_gets_the_parts_each_padded, start),
		cmocka_unit_test_setup(absent_parts_take_no_room, start),
		cmocka_unit_test_setup(what_makes_no_sense_is_refused, start),
		cmocka_unit_test_setup(foreign_one_is_taken_off_and_said, start),
		cmocka_unit_test_setup(foreign_one_that_stays_ends_the_boot, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
