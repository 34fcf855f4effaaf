/* SPDX-License-Identifier: Apache-2.0 */
/* The kind of an EFI program, by its content and not by its name. Private to keys/image. */
#ifndef ES_IMAGE_KIND_H
#define ES_IMAGE_KIND_H

#include "keys/core/pe.h"

enum es_program_kind {
	ES_PROGRAM_NONE,        /* not an EFI program, or truncated */
	ES_PROGRAM_UNSUPPORTED, /* for a machine that we don't build images for; any 32-bit program */
	ES_PROGRAM_DRIVER,
	ES_PROGRAM_STUB,  /* starts the kernel that is appended to it: etcseal's or systemd's */
	ES_PROGRAM_ADDON, /* gives such a stub additional options */
	ES_PROGRAM_MENU,  /* systemd-boot */
	ES_PROGRAM_IMAGE, /* a whole boot image (UKI) */
	ES_PROGRAM_KERNEL,
	ES_PROGRAM_SHIM, /* SHIM and GRUB are recognised by their .sbat */
	ES_PROGRAM_GRUB,
	ES_PROGRAM_OTHER,
	ES_PROGRAM_COUNT
};

/* *ret_pe is written unless the kind is NONE or UNSUPPORTED. Nothing is proven: anyone can write what marks a kind. */
enum es_program_kind es_program_identify(struct es_span file, struct es_pe *ret_pe);

/* The kind of the stub in a whole boot image. */
enum es_program_kind es_program_stub(const struct es_pe *image);

/* "is a boot menu (systemd-boot)". */
const char *es_program_words(enum es_program_kind kind);

/* Whether there is an x86 kernel's setup header, sound or not otherwise. */
bool es_program_bzimage(struct es_span file);

#endif
