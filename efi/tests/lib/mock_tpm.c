/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/tests/lib/mock_tpm.h"

#include <string.h>

static EFI_STATUS keep(struct mock_registers *r, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len,
		       const struct es_event_header *header)
{
	struct mock_event *e = &r->events[r->count];

	assert_int_equal(flags, 0);
	assert_true(r->count < MOCK_EVENTS && header->size - sizeof *header <= MOCK_EVENT_MAX);
	assert_int_equal(header->header_size, 14);
	assert_int_equal(header->header_version, 1);
	assert_int_equal(header->type, 13); /* EV_IPL */
	r->count++;
	if (r->fails_at > 0 && r->count >= r->fails_at)
		return r->fails_with;
	e->pcr = header->pcr;
	e->len = len;
	memcpy(e->data, (const void *)(uintptr_t)at, len < MOCK_EVENT_MAX ? len : MOCK_EVENT_MAX);
	e->description_len = header->size - sizeof *header;
	memcpy(e->description, header + 1, e->description_len);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI tpm_extend(struct es_tcg2 *self, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len,
				    struct es_event_header *header)
{
	return keep((struct mock_registers *)((uint8_t *)self - offsetof(struct mock_registers, tcg2)), flags, at, len,
		    header);
}

static EFI_STATUS EFIAPI vm_extend(struct es_cc *self, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len,
				   struct es_event_header *header)
{
	return keep((struct mock_registers *)((uint8_t *)self - offsetof(struct mock_registers, cc)), flags, at, len,
		    header);
}

static EFI_STATUS EFIAPI tpm_capability(struct es_tcg2 *self, struct es_tcg2_capability *ret)
{
	struct mock_registers *r = (struct mock_registers *)((uint8_t *)self - offsetof(struct mock_registers, tcg2));

	assert_int_equal(ret->size, sizeof *ret);
	ret->size = r->capability_size;
	ret->tpm_present = !r->absent;
	return r->capability_fails;
}

static EFI_STATUS EFIAPI vm_capability(struct es_cc *self, struct es_cc_capability *ret)
{
	struct mock_registers *r = (struct mock_registers *)((uint8_t *)self - offsetof(struct mock_registers, cc));

	ret->event_logs = r->absent ? 0 : ES_TCG2_LOG_TCG_2;
	return r->capability_fails;
}

static EFI_STATUS EFIAPI vm_map(struct es_cc *self, UINT32 pcr, UINT32 *ret)
{
	(void)self;
	*ret = 100 + pcr;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI no_log(struct es_tcg2 *self, UINT32 format, EFI_PHYSICAL_ADDRESS *ret_start,
				EFI_PHYSICAL_ADDRESS *ret_last, BOOLEAN *ret_truncated)
{
	(void)self, (void)format, (void)ret_start, (void)ret_last, (void)ret_truncated;
	return EFI_UNSUPPORTED;
}

void mock_tpm_start(struct mock_registers *tpm)
{
	memset(tpm, 0, sizeof *tpm);
	tpm->tcg2 = (struct es_tcg2){ .get_capability = tpm_capability,
				      .get_event_log = no_log,
				      .hash_log_extend = tpm_extend };
	tpm->capability_size = sizeof(struct es_tcg2_capability);
}

void mock_vm_start(struct mock_registers *vm)
{
	memset(vm, 0, sizeof *vm);
	vm->cc = (struct es_cc){ .get_capability = vm_capability, .hash_log_extend = vm_extend, .map_pcr = vm_map };
}

void mock_tpm_offer(struct mock *m, struct mock_registers *tpm)
{
	const EFI_GUID guid = ES_TCG2_GUID;

	mock_add(m, mock_new_handle(m), guid, &tpm->tcg2);
}

void mock_vm_offer(struct mock *m, struct mock_registers *vm)
{
	const EFI_GUID guid = ES_CC_GUID;

	mock_add(m, mock_new_handle(m), guid, &vm->cc);
}
