/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot.json of the handover: what the stub tells the helper. The stub writes it here, with no allocation and no
 * library; keys/store/boot_record reads it.
 */
#ifndef ES_CORE_HANDOVER_H
#define ES_CORE_HANDOVER_H

#include "keys/core/span.h"

/* Three results, not a boolean: a failure must shut the seal, an absence must not. */
enum es_measured {
	ES_MEASURED,
	ES_MEASURED_NOTHING, /* no TPM that the firmware offers */
	ES_MEASURED_FAILED,  /* a TPM, and an extension failed: PCR 11 and 12 were poisoned as far as possible */
	ES_MEASURED_COUNT
};
extern const char *const es_measured_names[ES_MEASURED_COUNT]; /* "yes" "no-tpm" "failed" */

enum es_outside_options {
	ES_OUTSIDE_NONE,
	ES_OUTSIDE_USED,    /* measured into PCR 12 and given to the kernel */
	ES_OUTSIDE_DROPPED, /* Secure Boot is on and the image has its own */
	ES_OUTSIDE_COUNT
};
extern const char *const es_outside_names[ES_OUTSIDE_COUNT]; /* "none" "used" "dropped" */

/* The stub of 0.1.0. */
enum { ES_FIRMWARE_UNSEEN = -1, ES_FIRMWARE_COUNT_MAX = 1000 };

struct es_handover {
	enum es_measured measured;
	enum es_outside_options outside;
	bool secure_boot;
	bool recovery;        /* a recovery key came with the boot options */
	int firmware_options; /* how many of firmware's own were measured; ES_FIRMWARE_UNSEEN: a stub that measures none */
	bool bank[2];         /* handed over */
	bool bank_refused[2]; /* there, but a file over its cap or unreadable: handed over without it */
	char device_uuid[37]; /* GPT partition UUID that the image came from, lower case, "" if unknown */
};

/* { "format": "etcseal-handover", "version": 1, "measured": …, "outside_options": …, "firmware_options": …,
 *   "secure_boot": …, "recovery": …, "banks": [ {"present": …, "refused": …}, … ], "device": … } */
void es_handover_write(const struct es_handover *h, struct es_writer *w);

#endif
