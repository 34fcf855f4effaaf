/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extends PCRs, and a confidential VM's registers, as the Linux TPM PCR registry has it: FORMAT.md, "Measurements".
 *
 * What can't be measured though there is a TPM poisons PCR 11 and 12, at once and as far as possible: a PCR that was left
 * as it was could be brought to the expected value by anyone who runs next. And once the stub has measured, it doesn't go back to the
 * firmware with both PCRs as its image leaves them: the firmware would start the next program with the seal within reach.
 */
#ifndef ES_EFI_MEASURE_H
#define ES_EFI_MEASURE_H

#include "efi/firmware.h"
#include "efi/protocol.h"
#include "keys/core/handover.h"
#include "keys/core/pe.h"

struct es_measuring {
	const struct es_firmware *fw;
	struct es_tcg2 *tcg2;    /* NULL: no TPM 2.0 that the firmware offers */
	struct es_cc *cc;        /* NULL: not a confidential VM */
	enum es_measured result; /* of everything so far; a failure stays */
};

void es_measuring_open(const struct es_firmware *fw, struct es_measuring *ret);
/* Something that has to be measured can't be had. */
void es_measuring_fail(struct es_measuring *m);
/* The end of every scope that measured. A kernel that starts never comes to it. */
void es_measuring_end(struct es_measuring *m);
#define ES_MEASURING ES_SCOPED(es_measuring_end) struct es_measuring

/* One EV_IPL event: extends with data, logs description (as it stands there, no NUL added). */
void es_measure(struct es_measuring *m, unsigned pcr, struct es_span data, struct es_span description);

/* PCR 11, as systemd-stub: for each section present, its name with the NUL, then its bytes; the name is the description,
 * UTF-16 with a NUL. */
void es_measure_image(struct es_measuring *m, const struct es_uki *uki);
/* PCR 12. The constant of a recovery boot, which stands before the options; its description is that constant. */
void es_measure_recovery(struct es_measuring *m);
/* PCR 12. Outside options, UTF-16 with a NUL, are data and description both. */
void es_measure_options(struct es_measuring *m, struct es_span utf16);
/* PCR 12. One of firmware's own options, data and description both; after all others of that PCR. */
void es_measure_firmware_option(struct es_measuring *m, struct es_span event);
/* PCR 13. A file of a bank; the description is "bank0/encryption.info", UTF-16 with a NUL. */
void es_measure_bank_file(struct es_measuring *m, const char *name, struct es_span bytes);

#endif
