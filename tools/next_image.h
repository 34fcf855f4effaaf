/* SPDX-License-Identifier: Apache-2.0 */
/* The running host, and the next boot's image if --image names one. For `check` and `reseal`. */
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

/* ES_EXIT_DONE; otherwise it has reported the failure. *ret must not be moved: es_next_image_boot points into it. */
enum es_exit es_next_image_open(const struct es_args *args, struct es_next_image *ret);
void es_next_image_close(struct es_next_image *next);
#define ES_NEXT_IMAGE ES_SCOPED(es_next_image_close) struct es_next_image

/* For keys/next and keys/change; NULL: this boot. */
const struct es_predict_request *es_next_image_boot(const struct es_next_image *next);

#endif
