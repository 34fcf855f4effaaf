/* SPDX-License-Identifier: Apache-2.0 */
/* The running host, and the image of the boot to come if --image names one: what `check` and `reseal` ask about. */
#ifndef ES_TOOLS_NEXT_IMAGE_H
#define ES_TOOLS_NEXT_IMAGE_H

#include "keys/image/predict.h"
#include "tools/image.h"

struct es_next_image {
	const char *path; /* NULL: no image */
	struct es_host *host;
	struct es_image image;
	struct es_predict_request request;
};

/* ES_EXIT_DONE, or it has said what is wrong. *ret stays where it is: es_next_image_boot points into it. */
enum es_exit es_next_image_open(const struct es_args *args, struct es_next_image *ret);
void es_next_image_close(struct es_next_image *next);
#define ES_NEXT_IMAGE ES_SCOPED(es_next_image_close) struct es_next_image

/* For the facade; NULL: this boot. */
const struct es_predict_request *es_next_image_boot(const struct es_next_image *next);

#endif
