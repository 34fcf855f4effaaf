/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extends PCRs, and a confidential VM's registers, as the Linux TPM PCR registry has it: FORMAT.md, "Measurements".
 *
 * If a measurement fails although there is a TPM, PCR 11 and 12 are poisoned, at once and as far as possible: anyone
 * who runs next could extend an unchanged PCR to the expected value. And once the stub has measured, it doesn't return
 * to the firmware with both PCRs unchanged: the firmware would start the next program with the seal within reach.
 */
#ifndef ES_EFI_MEASURE_H
#define ES_EFI_MEASURE_H

#include "efi/firmware.h"
#include "efi/protocol.h"
#include "keys/core/handover.h"
#include "keys/core/pe.h"

struct es_measuring {
	const struct es_firmware *fw;
	struct es_tcg2 *tcg2;    /* NULL: the firmware offers no TPM 2.0 */
	struct es_cc *cc;        /* NULL: not a confidential VM */
	enum es_measured result; /* of all measurements so far; a failure is final */
};

void es_measuring_open(const struct es_firmware *fw, struct es_measuring *ret);
/* Something that must be measured can't be read: counts as a failed measurement. */
void es_measuring_fail(struct es_measuring *m);
/* Runs at the end of every scope that measured. Never reached if the kernel starts. */
void es_measuring_end(struct es_measuring *m);
#define ES_MEASURING ES_SCOPED(es_measuring_end) struct es_measuring

/* PCR 11, as systemd-stub does: for each section present, its name with the NUL, then its content; the description is
 * the name, UTF-16 with a NUL. */
void es_measure_image(struct es_measuring *m, const struct es_uki *uki);
/* PCR 12. The constant that marks a recovery boot, before the options; the description is that constant. */
void es_measure_recovery(struct es_measuring *m);
/* PCR 12. The options from outside, UTF-16 with a NUL, are both data and description. */
void es_measure_options(struct es_measuring *m, struct es_span utf16);
/* PCR 12. One option from firmware, both data and description; after all other events of that PCR. */
void es_measure_firmware_option(struct es_measuring *m, struct es_span event);
/* PCR 13. A file of a bank; the description is "bank0/encryption.info", UTF-16 with a NUL. */
void es_measure_bank_file(struct es_measuring *m, const char *name, struct es_span bytes);

#endif
