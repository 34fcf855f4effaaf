/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/cleanup.h"

#include "keys/core/wipe.h"

#include <string.h>

enum { PAGE = 4096 };

/* At least one page, so that an empty file has an address too. */
static size_t count(size_t len)
{
	return len == 0 ? 1 : len / PAGE + (len % PAGE > 0);
}

EFI_STATUS es_pages_new(const struct es_firmware *fw, EFI_MEMORY_TYPE type, size_t len, struct es_pages *ret)
{
	EFI_PHYSICAL_ADDRESS at = 0;
	EFI_STATUS status;

	status = fw->boot->AllocatePages(AllocateAnyPages, type, count(len), &at);
	if (EFI_ERROR(status))
		return status;
	*ret = (struct es_pages){ .boot = fw->boot, .data = (uint8_t *)(uintptr_t)at, .len = len };
	memset(ret->data, 0, count(len) * PAGE);
	return EFI_SUCCESS;
}

void es_pages_free(struct es_pages *p)
{
	if (!p->data)
		return;
	if (p->secret)
		es_wipe(p->data, p->len);
	p->boot->FreePages((EFI_PHYSICAL_ADDRESS)(uintptr_t)p->data, count(p->len));
	*p = (struct es_pages){ .data = NULL };
}

struct es_pages es_pages_take(struct es_pages *p)
{
	struct es_pages taken = *p;

	*p = (struct es_pages){ .data = NULL };
	return taken;
}

struct es_span es_pages_span(const struct es_pages *p)
{
	return (struct es_span){ p->data, p->data ? p->len : 0 };
}
