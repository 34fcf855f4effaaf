/* SPDX-License-Identifier: Apache-2.0 */
/* Whether parts make a boot image that can boot. Of the facade's own use. */
#ifndef ES_IMAGE_CHECK_H
#define ES_IMAGE_CHECK_H

#include "keys/image/image.h"

/* Everything that es_image_build refuses before it writes, with its detail. */
ES_MUST_CHECK enum es_reason es_image_check(const struct es_uki_parts *parts, char ret_detail[static ES_IMAGE_DETAIL]);

#endif
