/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/tests/lib/mock_kernel.h"

#include <string.h>

enum { TEXT_RAW = ES_TEST_PE_HEADERS, CHARACTERISTICS = 36, EXECUTE = 0x60000020 };

static mock_kernel_fn *seen_by_kernel;

static EFI_STATUS EFIAPI look_around(UINTN handle)
{
	return seen_by_kernel((EFI_HANDLE)handle);
}

void mock_kernel_start(struct mock *m, mock_kernel_fn *look)
{
	m->boot.Stall = look_around;
	seen_by_kernel = look;
}

/* rcx: handle, rdx: system table. `call table->BootServices->Stall` with the handle in rcx, then ret with its status,
 * or Exit(handle, that status). */
size_t mock_kernel_make(bool exits, uint8_t out[static ES_TEST_PE_MAX])
{
	static const uint8_t look[] = {
		0x53,                         /* push rbx */
		0x56,                         /* push rsi */
		0x48, 0x83, 0xec, 0x28,       /* sub rsp, 40 */
		0x48, 0x8b, 0x5a, 0x60,       /* mov rbx, [rdx + 0x60]: BootServices */
		0x48, 0x89, 0xce,             /* mov rsi, rcx */
		0xff, 0x93, 0xf8, 0x00, 0, 0, /* call [rbx + 0xf8]: Stall */
	};
	static const uint8_t leave_by_exit[] = {
		0x48, 0x89, 0xc2,             /* mov rdx, rax */
		0x48, 0x89, 0xf1,             /* mov rcx, rsi */
		0xff, 0x93, 0xd8, 0x00, 0, 0, /* call [rbx + 0xd8]: Exit */
		0x0f, 0x0b,                   /* ud2: nobody comes back from Exit */
	};
	static const uint8_t leave_by_return[] = {
		0x48, 0x83, 0xc4, 0x28, /* add rsp, 40 */
		0x5e, 0x5b, 0xc3,       /* pop rsi; pop rbx; ret */
	};

	size_t len;

	assert_int_equal(offsetof(EFI_SYSTEM_TABLE, BootServices), 0x60);
	assert_int_equal(offsetof(EFI_BOOT_SERVICES, Stall), 0xf8);
	assert_int_equal(offsetof(EFI_BOOT_SERVICES, Exit), 0xd8);
	len = es_test_pe_stub(out);
	es_test_put32(out, es_test_pe_at(0, CHARACTERISTICS), EXECUTE);
	memcpy(out + TEXT_RAW, look, sizeof look);
	if (exits)
		memcpy(out + TEXT_RAW + sizeof look, leave_by_exit, sizeof leave_by_exit);
	else
		memcpy(out + TEXT_RAW + sizeof look, leave_by_return, sizeof leave_by_return);
	return len;
}
