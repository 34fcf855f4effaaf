/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offers the initrd to the kernel: LoadFile2 on the device path with LINUX_EFI_INITRD_MEDIA_GUID (Linux
 * Documentation/admin-guide/efi-stub.rst). The kernel takes the first such handle and, if there is one, looks at no initrd=.
 * One that somebody registered before us is taken off: what it holds was in no signed image.
 */
#ifndef ES_EFI_INITRD_H
#define ES_EFI_INITRD_H

#include "efi/firmware.h"
#include "keys/core/span.h"

enum { ES_INITRD_PARTS = 3 };

struct es_initrd {
	EFI_LOAD_FILE_PROTOCOL protocol;      /* first: the kernel hands us this address back */
	struct es_span part[ES_INITRD_PARTS]; /* in order, each padded to four bytes; empty ones are left out */
	uint8_t *secret;                      /* wiped once it has been handed over */
	size_t secret_len;
	const struct es_firmware *fw;
	EFI_HANDLE handle;
};

/* part and secret are set by the caller; the initrd and its parts must outlive the registration and stay where they are.
 * EFI_ALREADY_STARTED: a foreign one is there and can't be taken off. */
ES_MUST_CHECK EFI_STATUS es_initrd_register(const struct es_firmware *fw, struct es_initrd *initrd);
void es_initrd_unregister(struct es_initrd *initrd); /* not registered is fine */

#define ES_INITRD ES_SCOPED(es_initrd_unregister) struct es_initrd

#endif
