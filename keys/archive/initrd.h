/* SPDX-License-Identifier: Apache-2.0 */
/* Whether bytes are an initramfs that the kernel unpacks: cpio archives, one after the other, the last perhaps compressed. */
#ifndef ES_ARCHIVE_INITRD_H
#define ES_ARCHIVE_INITRD_H

#include "keys/core/span.h"

enum es_initrd {
	ES_INITRD_GOOD,
	ES_INITRD_UNKNOWN,    /* neither a cpio archive nor compressed */
	ES_INITRD_OLD_CPIO,   /* a cpio archive of a form that the kernel doesn't take */
	ES_INITRD_DAMAGED,    /* an archive that ends in the middle of a file, or has a header that is none */
	ES_INITRD_OTHER,      /* compressed, and what comes out isn't a cpio archive */
	ES_INITRD_EARLY_ONLY, /* good, and nothing in it but microcode and ACPI tables */
	ES_INITRD_COUNT
};

/* Follows the archives that aren't compressed to their ends; of a compressed one it looks at the beginning only, and what
 * comes after that isn't looked at. */
enum es_initrd es_initrd_look(struct es_span file);

#endif
