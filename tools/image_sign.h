/* SPDX-License-Identifier: Apache-2.0 */
/* Signing a finished boot image for Secure Boot, by sbsign. */
#ifndef ES_TOOLS_IMAGE_SIGN_H
#define ES_TOOLS_IMAGE_SIGN_H

#include "tools/image.h"

/* Replaces *image by the signed image. key and cert are PEM files; sbsign asks at the terminal for the key's
 * passphrase, if it has one. ES_EXIT_DONE; otherwise it has reported the failure, and *image is unchanged. */
enum es_exit es_image_sign(const struct es_args *args, const char *key, const char *cert, struct es_buf *image);

/* The number of signatures in the file. */
unsigned es_image_signatures(const struct es_pe *pe);

#endif
