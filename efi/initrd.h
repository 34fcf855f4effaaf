/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offers the initrd to the kernel: LoadFile2 on the device path with LINUX_EFI_INITRD_MEDIA_GUID (Linux
 * Documentation/admin-guide/efi-stub.rst). The kernel uses the first such handle and then ignores initrd=. One that
 * another program registered earlier is removed: its initrd isn't part of the signed image.
 */
#ifndef ES_EFI_INITRD_H
#define ES_EFI_INITRD_H

#include "efi/firmware.h"
#include "keys/core/span.h"

enum { ES_INITRD_PARTS = 3 };

struct es_initrd {
	EFI_LOAD_FILE_PROTOCOL protocol;      /* first: the kernel passes its address back to us */
	struct es_span part[ES_INITRD_PARTS]; /* in order, each padded to four bytes; empty ones are skipped */
	uint8_t *secret;                      /* wiped once the kernel has loaded the initrd */
	size_t secret_len;
	const struct es_firmware *fw;
	EFI_HANDLE handle;
};

/* The caller sets part and secret; the initrd and its parts must outlive the registration and not be moved.
 * EFI_ALREADY_STARTED: there is a foreign one that can't be removed. */
ES_MUST_CHECK EFI_STATUS es_initrd_register(const struct es_firmware *fw, struct es_initrd *initrd);
void es_initrd_unregister(struct es_initrd *initrd); /* does nothing if it isn't registered */

#define ES_INITRD ES_SCOPED(es_initrd_unregister) struct es_initrd

#endif
