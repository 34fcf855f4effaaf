/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bank: one folder with encryption.info, config.cms and measured.log, a complete copy of one generation. Holding
 * together means: parses, sizes and SHA-256 of archive and log are those that encryption.info names. That proves
 * nothing about who wrote it: the MAC does, later.
 */
#ifndef ES_STORE_BANK_H
#define ES_STORE_BANK_H

#include "keys/store/info.h"

enum es_bank_state {
	ES_BANK_ABSENT,  /* no folder, or an empty one */
	ES_BANK_DAMAGED, /* something is there, and it doesn't hold together: `damage` and `detail` say why */
	ES_BANK_WHOLE,
};

struct es_bank {
	enum es_bank_state state;
	enum es_reason damage;
	char detail[ES_DETAIL_TEXT]; /* "config.cms: 1204 bytes, encryption.info says 4810" */
	struct es_buf info_bytes, archive, log;
	struct es_info *info; /* NULL unless WHOLE (or damaged behind its parsing) */
};

void es_bank_free(struct es_bank *bank); /* leaves it ABSENT */
#define ES_BANK ES_SCOPED(es_bank_free) struct es_bank

/* Reads dirfd/bank<number>/ as far as it is there. Only trouble with the machine is returned (ES_MEMORY; ES_IO if dirfd
 * itself fails); what the bank is like stands in *ret, also that it can't be read: the other one may still serve.
 * dirfd is the etcseal folder of the boot partition, or of the handover. */
ES_MUST_CHECK enum es_reason es_bank_read(int dirfd, unsigned number, struct es_bank *ret);

/* Whether a is newer than b: by generation, then by revision. */
bool es_info_newer(const struct es_info *a, const struct es_info *b);
/* Whether some key could ever open something here. Not where encryption.info never came, as a first commit leaves it that was cut:
 * whatever else lies there, nobody can have its key. */
bool es_bank_holds(const struct es_bank *bank);

/* The number of the bank to open first: the newer of those that are whole. -1: none is. */
int es_bank_newest(const struct es_bank banks[static ES_BANK_COUNT]);
/* The number of the bank that a commit may overwrite: absent, else damaged, else the older one. */
unsigned es_bank_oldest(const struct es_bank banks[static ES_BANK_COUNT]);

/* Writes dirfd/bank<number>/, which is made if there is none. The three files are staged beside the old ones first, so
 * that a full disk or a failing one leaves the old bank whole. Then the old encryption.info goes, archive and log take
 * their places, the new encryption.info comes last, each step synced: a cut in between leaves that bank not whole, and
 * the other one untouched. Where the disk has no room for both the old files and the new, the old ones go before (if
 * the new ones will then fit). ES_NO_SPACE, ES_READ_ONLY, ES_IO; ES_TOO_LARGE, ES_ARGUMENT: content that es_bank_read
 * would not take. */
struct es_bank_content {
	struct es_span info, archive, log;
};
ES_MUST_CHECK enum es_reason es_bank_write(int dirfd, unsigned number, const struct es_bank_content *content);

#endif
