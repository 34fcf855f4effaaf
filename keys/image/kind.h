/* SPDX-License-Identifier: Apache-2.0 */
/* What an EFI program is, by what is in it and not by its name. Of the facade's own use. */
#ifndef ES_IMAGE_KIND_H
#define ES_IMAGE_KIND_H

#include "keys/core/pe.h"

enum es_program_kind {
	ES_PROGRAM_NONE,        /* not an EFI program, or a truncated one */
	ES_PROGRAM_UNSUPPORTED, /* for a machine that we don't build images for; also each of 32 bits */
	ES_PROGRAM_DRIVER,
	ES_PROGRAM_STUB,  /* starts the kernel that it is put before: etcseal's or systemd's */
	ES_PROGRAM_ADDON, /* gives such a stub more options */
	ES_PROGRAM_MENU,  /* systemd-boot */
	ES_PROGRAM_IMAGE, /* a whole boot image (UKI) */
	ES_PROGRAM_KERNEL,
	ES_PROGRAM_SHIM, /* these two by their .sbat */
	ES_PROGRAM_GRUB,
	ES_PROGRAM_OTHER,
	ES_PROGRAM_COUNT
};

/* *ret_pe is written unless it is NONE or UNSUPPORTED. Nothing of it is proven: anybody can write what marks a kind. */
enum es_program_kind es_program_look(struct es_span file, struct es_pe *ret_pe);

/* The same of the stub in a whole boot image. */
enum es_program_kind es_program_stub(const struct es_pe *image);

/* "is a boot menu (systemd-boot)". */
const char *es_program_words(enum es_program_kind kind);

/* An x86 kernel's setup header, whether or not the rest is sound. */
bool es_program_bzimage(struct es_span file);

#endif
