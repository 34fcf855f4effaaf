/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bank: one folder with encryption.info, config.cms and measured.log, a complete copy of one generation. A bank is
 * whole if encryption.info parses, and archive and log have the sizes and SHA-256 that it names. That proves nothing
 * about who wrote it: the MAC does, later.
 */
#ifndef ES_STORE_BANK_H
#define ES_STORE_BANK_H

#include "keys/store/info.h"

enum es_bank_state {
	ES_BANK_ABSENT,  /* no folder, or an empty one */
	ES_BANK_DAMAGED, /* something is there, but it isn't whole: `damage` and `detail` say why */
	ES_BANK_WHOLE,
};

struct es_bank {
	enum es_bank_state state;
	enum es_reason damage;
	char detail[ES_DETAIL_TEXT]; /* "config.cms: 1204 bytes, encryption.info says 4810" */
	struct es_buf info_bytes, archive, log;
	struct es_info *info; /* NULL unless WHOLE (or if the damage was found after parsing) */
};

void es_bank_free(struct es_bank *bank); /* leaves it ABSENT */
#define ES_BANK ES_SCOPED(es_bank_free) struct es_bank

/* Reads as much of dirfd/bank<number>/ as is there. Only a failure of the machine is returned (ES_MEMORY; ES_IO if
 * dirfd itself fails); the bank's state is in *ret, even if it can't be read: the other one may still be usable. dirfd
 * is the etcseal folder of the boot partition, or of the handover. */
ES_MUST_CHECK enum es_reason es_bank_read(int dirfd, unsigned number, struct es_bank *ret);

/* Whether a is newer than b: by generation, then by revision. */
bool es_info_newer(const struct es_info *a, const struct es_info *b);
/* Whether any key could ever open something here. Not if encryption.info was never written, as after an interrupted
 * first commit: nobody can have a key for what else is there. */
bool es_bank_has_content(const struct es_bank *bank);

/* The number of the bank to open first: the newer of the whole ones. -1: none is whole. */
int es_bank_newest(const struct es_bank banks[static ES_BANK_COUNT]);
/* The number of the bank that a commit may overwrite: an absent one, else a damaged one, else the older one. */
unsigned es_bank_oldest(const struct es_bank banks[static ES_BANK_COUNT]);

/* Writes dirfd/bank<number>/, and makes the folder if there is none. The three files are first staged beside the old
 * ones, so that a full or failing disk leaves the old bank whole. Then the old encryption.info is removed, archive and
 * log are put in place, and the new encryption.info comes last, each step synced: if that is interrupted, this bank
 * isn't whole, and the other one is untouched. If the disk has no room for both old and new files, the old ones are
 * removed first (if the new ones fit then). ES_NO_SPACE, ES_READ_ONLY, ES_IO; ES_TOO_LARGE, ES_ARGUMENT: content that
 * es_bank_read would refuse. */
struct es_bank_content {
	struct es_span info, archive, log;
};
ES_MUST_CHECK enum es_reason es_bank_write(int dirfd, unsigned number, const struct es_bank_content *content);

#endif
