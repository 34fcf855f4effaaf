/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/next_image.h"

#include "tools/common.h"

enum es_exit es_next_image_open(const struct es_args *args, struct es_next_image *ret)
{
	enum es_exit failed = ES_EXIT_DONE;

	ret->path = es_arg(args, "image");
	if (ret->path != NULL)
		failed = es_image_open_next(args, ret->path, &ret->image);
	if (failed == ES_EXIT_DONE)
		failed = es_open_host(args, &ret->host);
	ret->request = (struct es_predict_request){ .image = &ret->image.pe, .uki = &ret->image.uki };
	return failed;
}

void es_next_image_close(struct es_next_image *next)
{
	es_host_close(next->host);
	es_image_close(&next->image);
}

const struct es_predict_request *es_next_image_boot(const struct es_next_image *next)
{
	return next->path != NULL ? &next->request : NULL;
}
