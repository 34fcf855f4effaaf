/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the banks from the volume that the image came from. Anyone may have written them: sizes are capped and checked,
 * contents aren't examined. Each file is read once; what is measured is what is handed over.
 */
#ifndef ES_EFI_BANKS_H
#define ES_EFI_BANKS_H

#include "efi/cleanup.h"
#include "keys/core/labels.h"

enum { ES_BANK_FILES = 3 };

extern const char *const es_bank_file_names[ES_BANK_FILES];

struct es_banks {
	struct es_pages file[ES_BANK_COUNT][ES_BANK_FILES]; /* data NULL: no such file */
	bool present[ES_BANK_COUNT];                        /* has at least one file */
	bool refused[ES_BANK_COUNT];                        /* a file was left out: over its cap, or unreadable */
};

/* Never fails: an unreadable volume counts as one without banks, and is reported. */
void es_banks_read(const struct es_firmware *fw, struct es_banks *ret);
void es_banks_free(struct es_banks *b);

#define ES_BANKS ES_SCOPED(es_banks_free) struct es_banks

#endif
