/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot.json of the handover: what the stub reports to the helper. The stub writes it here, without allocating and
 * without a library; keys/store/boot_record reads it.
 */
#ifndef ES_CORE_HANDOVER_H
#define ES_CORE_HANDOVER_H

#include "keys/core/span.h"

/* Three results, not a boolean: a failure must shut the seal, an absent TPM must not. */
enum es_measured {
	ES_MEASURED,
	ES_MEASURED_NOTHING, /* firmware offers no TPM */
	/* there is a TPM, and an extension failed: the stub poisoned PCRs 11 and 12 as far as possible */
	ES_MEASURED_FAILED,
	ES_MEASURED_COUNT
};
extern const char *const es_measured_names[ES_MEASURED_COUNT]; /* "yes" "no-tpm" "failed" */

enum es_outside_options {
	ES_OUTSIDE_NONE,
	ES_OUTSIDE_USED,    /* measured into PCR 12 and given to the kernel */
	ES_OUTSIDE_DROPPED, /* Secure Boot is on, and the image has its own options */
	ES_OUTSIDE_COUNT
};
extern const char *const es_outside_names[ES_OUTSIDE_COUNT]; /* "none" "used" "dropped" */

/* ES_FIRMWARE_NOT_MEASURED: the stub of 0.1.0, which doesn't look at firmware's options. */
enum { ES_FIRMWARE_NOT_MEASURED = -1, ES_FIRMWARE_COUNT_MAX = 1000 };

struct es_handover {
	enum es_measured measured;
	enum es_outside_options outside;
	bool secure_boot;
	bool recovery; /* the boot options included a recovery key */
	/* how many of firmware's options were measured; ES_FIRMWARE_NOT_MEASURED: the stub measures none */
	int firmware_options;
	bool bank[2];         /* handed over */
	bool bank_refused[2]; /* a file was over its cap or unreadable; the bank was handed over without it */
	char device_uuid[37]; /* GPT partition UUID of the image's partition, lower case, "" if unknown */
};

/* { "format": "etcseal-handover", "version": 1, "measured": …, "outside_options": …, "firmware_options": …,
 *   "secure_boot": …, "recovery": …, "banks": [ {"present": …, "refused": …}, … ], "device": … } */
void es_handover_write(const struct es_handover *h, struct es_writer *w);

#endif
