/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot helper's record for the running host: /run/etcseal/boot.json, readable by root only. And the reader of the
 * stub's handover (keys/core/handover.h writes it).
 */
#ifndef ES_STORE_BOOT_RECORD_H
#define ES_STORE_BOOT_RECORD_H

#include "keys/core/handover.h"
#include "keys/store/covered.h"
#include "keys/store/info.h"

enum es_boot_state {
	ES_BOOT_UNCONFIGURED, /* no bank: the image's own configuration is used */
	ES_BOOT_UNLOCKED,
	ES_BOOT_LOCKED, /* refused; nothing was unpacked */
	ES_BOOT_STATES
};
extern const char *const es_boot_state_names[ES_BOOT_STATES]; /* "unconfigured" "unlocked" "locked" */

enum es_opened_by { ES_OPENED_BY_NONE, ES_OPENED_BY_TPM, ES_OPENED_BY_KDF, ES_OPENED_BY_RECOVERY, ES_OPENED_BY_COUNT };
extern const char *const es_opened_by_names[ES_OPENED_BY_COUNT]; /* "none" "tpm" "kdf" "recovery" */

/* How new the opened or refused configuration is, by the TPM's counter. */
enum es_freshness {
	ES_FRESHNESS_UNKNOWN, /* nothing counts (mode kdf), or no TPM of this host could be asked */
	ES_FRESHNESS_NEWEST,
	ES_FRESHNESS_OLD,
	ES_FRESHNESS_NO_COUNTER, /* the TPM is this host's, but its counter is missing or behind */
	ES_FRESHNESS_DOWNGRADE,  /* mode kdf although there is a counter */
	ES_FRESHNESS_COUNT
};
/* "unknown" "newest" "rolled-back" "counter-missing" "downgrade" */
extern const char *const es_freshness_names[ES_FRESHNESS_COUNT];

/* What the owner was asked at the console and agreed to. */
enum es_consent { ES_CONSENT_NONE, ES_CONSENT_OLD, ES_CONSENT_NEW_HOST, ES_CONSENT_COUNT };
extern const char *const es_consent_names[ES_CONSENT_COUNT]; /* "none" "old" "new-host" */

struct es_boot_record {
	enum es_boot_state state;
	enum es_opened_by opened_by;
	bool stub;                   /* our stub handed over the banks; otherwise they were read from a partition */
	struct es_handover handover; /* if stub */
	/* es_words.id of the reason for which the automatic protector refused; "" if it didn't */
	char refusal[32];
	char refusal_detail[256]; /* in words: which PCR, which event */
	bool recovery_at_console; /* the recovery key was typed at the console, not given as a boot option */
	int bank;                 /* the opened bank, -1 for none */
	uint64_t generation;
	uint64_t image_generation; /* the TPM's image generation counter is at least this; 0: not known */
	bool tpm;                  /* there was a TPM */
	bool fenced;
	bool fence_vouched; /* and the TPM that is sealed to confirmed the fence */
	enum es_freshness freshness;
	bool has_counter; /* the TPM's rollback counter was read */
	uint64_t counter;
	enum es_consent consent;
	struct es_pcr_values before_fence; /* SHA-256 bank; present = 0 without a TPM */
	unsigned unlock_ms;                /* from the start until the tree is in RAM */
	unsigned tpm_commands;
	unsigned path_count; /* covered paths, as in the archive's manifest; /etc on an unconfigured host */
	char paths[ES_PATHS_MAX][ES_PATH_TEXT];
};

ES_MUST_CHECK enum es_reason es_handover_parse(struct es_span json, struct es_handover *ret);
ES_MUST_CHECK enum es_reason es_boot_record_parse(struct es_span json, struct es_boot_record *ret);
ES_MUST_CHECK enum es_reason es_boot_record_write(const struct es_boot_record *record, struct es_buf *ret);

#endif
