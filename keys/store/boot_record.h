/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the boot helper leaves for the running host: /run/etcseal/boot.json, root only. And the reader of the stub's
 * own handover (keys/core/handover.h writes it).
 */
#ifndef ES_STORE_BOOT_RECORD_H
#define ES_STORE_BOOT_RECORD_H

#include "keys/core/handover.h"
#include "keys/store/archive.h"

enum es_boot_state {
	ES_BOOT_UNCONFIGURED, /* no bank: the image's own configuration */
	ES_BOOT_UNLOCKED,
	ES_BOOT_LOCKED, /* refused; nothing was unpacked */
	ES_BOOT_STATES
};
extern const char *const es_boot_state_names[ES_BOOT_STATES]; /* "unconfigured" "unlocked" "locked" */

enum es_opened_by {
	ES_OPENED_BY_NOBODY,
	ES_OPENED_BY_TPM,
	ES_OPENED_BY_KDF,
	ES_OPENED_BY_RECOVERY,
	ES_OPENED_BY_COUNT
};
extern const char *const es_opened_by_names[ES_OPENED_BY_COUNT]; /* "none" "tpm" "kdf" "recovery" */

struct es_boot_record {
	enum es_boot_state state;
	enum es_opened_by opened_by;
	bool stub;                   /* handed over by our stub; else the banks were read from a partition */
	struct es_handover handover; /* if stub */
	char refusal[32];            /* es_words.id of why the automatic protector refused; "" if it didn't */
	char refusal_detail[256];    /* in words: which PCR, which event */
	bool recovery_at_console;    /* the recovery key was typed, not given with the boot options */
	int bank;                    /* the bank that was opened, -1 for none */
	uint64_t generation;
	uint64_t image_generation; /* the TPM's counter of image generations stands there at least; 0: not known */
	bool tpm;                  /* there was one */
	bool fenced;
	struct es_pcr_values before_fence; /* SHA-256 bank; present = 0 without a TPM */
	unsigned unlock_ms;                /* from start to the tree in RAM */
	unsigned tpm_commands;
	unsigned path_count; /* covered paths, as the archive's manifest has them; /etc on an unconfigured host */
	char paths[ES_PATHS_MAX][ES_PATH_TEXT];
};

ES_MUST_CHECK enum es_reason es_handover_parse(struct es_span json, struct es_handover *ret);
ES_MUST_CHECK enum es_reason es_boot_record_parse(struct es_span json, struct es_boot_record *ret);
ES_MUST_CHECK enum es_reason es_boot_record_write(const struct es_boot_record *record, struct es_buf *ret);

#endif
