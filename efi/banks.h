/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes in the banks from the volume that the image came from. Anybody can have written them: sizes are capped and
 * checked, contents aren't looked at. Each file is read once; what is measured is what is handed over.
 */
#ifndef ES_EFI_BANKS_H
#define ES_EFI_BANKS_H

#include "efi/cleanup.h"
#include "keys/core/labels.h"

enum { ES_BANK_FILES = 3 };

extern const char *const es_bank_file_names[ES_BANK_FILES];

struct es_banks {
	struct es_pages file[ES_BANK_COUNT][ES_BANK_FILES]; /* data NULL: not there */
	bool present[ES_BANK_COUNT];                        /* at least one file */
	bool refused[ES_BANK_COUNT];                        /* a file is over its cap or can't be read, and left out */
};

/* Never fails: a volume that can't be read has no banks, and is said. */
void es_banks_read(const struct es_firmware *fw, struct es_banks *ret);
void es_banks_free(struct es_banks *b);

#define ES_BANKS ES_SCOPED(es_banks_free) struct es_banks

#endif
