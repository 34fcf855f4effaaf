/* SPDX-License-Identifier: Apache-2.0 */
/* Scoped owners of what the firmware allocates. Each knows the service that frees it, so there are no globals. */
#ifndef ES_EFI_CLEANUP_H
#define ES_EFI_CLEANUP_H

#include "efi/firmware.h"
#include "keys/core/span.h"

/* Zeroed memory in whole pages: the stub allocates no other. */
struct es_pages {
	EFI_BOOT_SERVICES *boot;
	uint8_t *data; /* NULL: owns nothing */
	size_t len;    /* as requested; the memory extends to the end of the last 4096-byte page */
	bool secret;   /* wiped before it is freed */
};

ES_MUST_CHECK EFI_STATUS es_pages_new(const struct es_firmware *fw, EFI_MEMORY_TYPE type, size_t len,
				      struct es_pages *ret);
void es_pages_free(struct es_pages *p);            /* leaves *p empty; it may already be */
struct es_pages es_pages_take(struct es_pages *p); /* moves the pages out, leaves *p empty */
struct es_span es_pages_span(const struct es_pages *p);

#define ES_PAGES ES_SCOPED(es_pages_free) struct es_pages

/* An open file or folder. */
static inline void es_file_closep(EFI_FILE_PROTOCOL **file)
{
	if (*file)
		(*file)->Close(*file);
	*file = NULL;
}

#define ES_FILE ES_SCOPED(es_file_closep) EFI_FILE_PROTOCOL *

#endif
