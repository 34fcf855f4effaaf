/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PCR 2, 4, 7, 11 and 12 will hold when a given boot image is started in place of the one that runs: this boot's event
 * log with that image's part exchanged. FORMAT.md, "Measurements". It assumes that what precedes it stays: firmware,
 * its settings, Secure Boot's keys, the boot menu; but what firmware gives the system as options is taken as it is now.
 */
#ifndef ES_PREDICT_H
#define ES_PREDICT_H

#include "keys/core/event_read.h"
#include "keys/core/pcr.h"
#include "keys/core/pe.h"
#include "keys/image/firmware_now.h"

struct es_secure_boot_lists;

/* Without them nothing is predicted; PCR 2 is where it was read. */
enum {
	ES_PREDICTED_PCRS = 1 << ES_PCR_BOOT_LOADER | 1 << ES_PCR_SECURE_BOOT | 1 << ES_PCR_IMAGE | 1 << ES_PCR_OPTIONS,
	ES_PREDICTION_TEXT = 256,
};

struct es_prediction {
	struct es_pcr_values values; /* present: those of 2, 4, 7, 11 and 12 that can be told */
	es_pcr_mask
	    contradicted; /* of these, where the event log doesn't lead to what the TPM had: they can't be told */
	char unknown[ES_PREDICTION_TEXT];  /* why one can't: "PCR 7: …"; "" if all can */
	char refused[ES_PREDICTION_TEXT];  /* why the firmware or shim won't start the image; "" if it may */
	char rests_on[ES_PREDICTION_TEXT]; /* what isn't proven, but taken for granted; "" if nothing is */
};

struct es_predict_request {
	const struct es_pe *image;        /* of the next boot */
	const struct es_uki *uki;         /* its sections */
	struct es_span log;               /* this boot's event log */
	const struct es_pcr_values *read; /* what the TPM had before the fence */
	bool stub;                        /* this boot went through our stub */
	const struct es_pe *installed;    /* the file that this boot was started from, if it is still there; NULL */
	const char *options; /* from outside, as es_image_predict_pcr12 takes them; NULL: those of this boot */
	bool recovery;       /* the next boot is given the recovery key */
	const struct es_firmware_now *firmware;   /* NULL: what it hands over is as in this boot */
	const struct es_secure_boot_lists *lists; /* db, MokListRT, …; NULL: they can't be read */
	bool setup_mode, audit_mode;              /* the firmware's variables of that name */
	bool booted; /* installed is the image that runs: es_predict finds out, once, since images are large */
};

/* ES_FORMAT, …: no sound log. */
ES_MUST_CHECK enum es_reason es_predict(const struct es_predict_request *request, struct es_prediction *ret);

#endif
