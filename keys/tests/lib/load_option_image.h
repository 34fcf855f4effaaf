/* SPDX-License-Identifier: Apache-2.0 */
/* Boot entries of a firmware, as efibootmgr would make them. */
#ifndef ES_TESTLIB_LOAD_OPTION_IMAGE_H
#define ES_TESTLIB_LOAD_OPTION_IMAGE_H

#include "keys/core/span.h"
#include "keys/tests/lib/machine.h"

#include <stdbool.h>

struct load_option {
	const char *name, *file; /* "\\EFI\\a.efi"; NULL: the path names none */
	const char *options;     /* ASCII, written as UTF-16 with its NUL; NULL: none */
	bool inactive, ascii;    /* ascii: the options are written as they are */
};
/* EFI_LOAD_OPTION, without a variable's attributes. */
void load_option_write(const struct load_option *o, struct es_writer *w);

/* Variables of the machine's firmware. */
void machine_set_entry(struct machine *m, unsigned number, const struct load_option *o);
void machine_set_boot(struct machine *m, const char *name, struct es_span value); /* "BootOrder", "BootNext", … */

#endif
