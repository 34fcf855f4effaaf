/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing to a future boot. A host then has several literal protectors: this boot's, the next image's, the last that
 * worked. Each is removed when its successor has opened once.
 */
#ifndef ES_RESEAL_H
#define ES_RESEAL_H

#include "keys/host/host.h"
#include "keys/image/predict.h"

struct es_resealed {
	bool this_boot;  /* sealed to this boot again */
	bool next_image; /* sealed to a boot with the image */
	bool vendor;     /* neither: the image opens by its vendor's signature */
	/* ES_OK, or why the next boot will ask for the recovery key anyway, with es_host_detail: ES_NEXT_REQUEST, shim
	 * was asked to do something; ES_NEXT_UNKNOWN, the firmware's keys have changed. */
	enum es_reason ahead;
	uint64_t generation;
	struct es_prediction prediction; /* if an image was given */
};

/* next NULL: seals to this boot. Otherwise seals to this boot if nothing in encryption.info fits it, and to a boot with
 * next's image and uki; the prediction for an earlier image is dropped. ES_NEXT_UNKNOWN: a PCR of the policy can't be
 * predicted; ES_NEXT_REFUSED: the image won't be started at all; ES_NOT_VOUCHED: Secure Boot is required, and vouches
 * for nothing now; ES_ARGUMENT: in mode kdf; ES_IMAGE_OLD, ES_IMAGE_AHEAD, ES_IMAGE_SIGNATURE: the TPM will refuse the
 * image, although it is signed. */
ES_MUST_CHECK enum es_reason es_host_reseal(struct es_host *host, const struct es_predict_request *next,
					    struct es_resealed *ret);

#endif
