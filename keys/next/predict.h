/* SPDX-License-Identifier: Apache-2.0 */
/* The PCRs of this host's next boot. */
#ifndef ES_HOST_PREDICT_H
#define ES_HOST_PREDICT_H

#include "keys/host/host.h"
#include "keys/image/predict.h"

/* es_predict for a running host: with its own log, boot record and firmware variables, and with the installed file
 * looked up on the boot partition. Only image, uki, options and recovery of the request are used. ES_NOT_BOOTED: there
 * is no boot record, or it has no PCRs. */
ES_MUST_CHECK enum es_reason es_host_predict(struct es_host *host, const struct es_predict_request *request,
					     struct es_prediction *ret);

#endif
