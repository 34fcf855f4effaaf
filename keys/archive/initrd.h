/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a file is an initramfs that the kernel unpacks: cpio archives in a row, the last one perhaps compressed. */
#ifndef ES_ARCHIVE_INITRD_H
#define ES_ARCHIVE_INITRD_H

#include "keys/core/span.h"

enum es_initrd {
	ES_INITRD_OK,
	ES_INITRD_UNKNOWN,    /* neither a cpio archive nor compressed */
	ES_INITRD_OLD_CPIO,   /* a cpio archive in a form that the kernel doesn't accept */
	ES_INITRD_DAMAGED,    /* an archive that ends in the middle of a file, or has a malformed header */
	ES_INITRD_OTHER,      /* compressed, but the content isn't a cpio archive */
	ES_INITRD_EARLY_ONLY, /* good, but contains only microcode and ACPI tables */
	ES_INITRD_COUNT
};

/* Follows uncompressed archives to their ends. Of a compressed one it examines only the beginning, and nothing after
 * that. */
enum es_initrd es_initrd_inspect(struct es_span file);

#endif
