/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Predicts PCRs 2, 4, 7, 11 and 12 for a boot of a given image in place of the running one: replays this boot's event
 * log with the image's part exchanged. It assumes that everything before the image stays as it is: firmware, its
 * settings, Secure Boot's keys, the boot menu. What firmware hands to the system as options is taken as it is now.
 */
#ifndef ES_PREDICT_H
#define ES_PREDICT_H

#include "keys/core/event_read.h"
#include "keys/core/pcr.h"
#include "keys/core/pe.h"
#include "keys/image/efi_variables.h"
#include "keys/image/firmware_now.h"

/* A prediction needs these PCRs. PCR 2 is predicted if it was read. */
enum {
	ES_PREDICTED_PCRS = 1 << ES_PCR_BOOT_LOADER | 1 << ES_PCR_SECURE_BOOT | 1 << ES_PCR_IMAGE | 1 << ES_PCR_OPTIONS,
	ES_PREDICTION_TEXT = 256,
};

struct es_prediction {
	struct es_pcr_values values; /* present: those of 2, 4, 7, 11 and 12 that can be predicted */
	es_pcr_mask
	    /* the PCRs that can't be predicted, since replaying the event log doesn't give the TPM's value */
	    contradicted;
	char unknown[ES_PREDICTION_TEXT];  /* why a PCR can't be predicted: "PCR 7: …"; "" if all can */
	char refused[ES_PREDICTION_TEXT];  /* why the firmware or shim won't start the image; "" if it may */
	char rests_on[ES_PREDICTION_TEXT]; /* what is assumed without proof; "" if nothing is */
};

struct es_predict_request {
	const struct es_pe *image;        /* of the next boot */
	const struct es_uki *uki;         /* its sections */
	struct es_span log;               /* this boot's event log */
	const struct es_pcr_values *read; /* the TPM's values before the fence */
	bool stub;                        /* this boot went through our stub */
	/* the file from which this boot was started, if it still exists; otherwise NULL */
	const struct es_pe *installed;
	const char *options; /* from outside, as for es_image_predict_pcr12; NULL: those of this boot */
	bool recovery;       /* the next boot is given the recovery key */
	const struct es_firmware_now *firmware;   /* NULL: firmware hands over the same as in this boot */
	const struct es_secure_boot_lists *lists; /* db, MokListRT, …; NULL: they can't be read */
	struct es_secure_boot_modes modes;        /* as the running system shows them */
	bool booted; /* installed is the running image; es_predict finds this out, once, since images are large */
};

/* ES_FORMAT, …: the log isn't sound. */
ES_MUST_CHECK enum es_reason es_predict(const struct es_predict_request *request, struct es_prediction *ret);

#endif
