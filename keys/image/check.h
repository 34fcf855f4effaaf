/* SPDX-License-Identifier: Apache-2.0 */
/* Whether parts make a boot image that can boot. Private to keys/image. */
#ifndef ES_IMAGE_CHECK_H
#define ES_IMAGE_CHECK_H

#include "keys/image/image.h"

/* All checks of es_image_build before it writes, with the detail of the fault. */
ES_MUST_CHECK enum es_reason es_image_check(const struct es_uki_parts *parts, char ret_detail[static ES_IMAGE_DETAIL]);

#endif
