/* SPDX-License-Identifier: Apache-2.0 */
/* Signing a finished boot image for Secure Boot, by sbsign. */
#ifndef ES_TOOLS_IMAGE_SIGN_H
#define ES_TOOLS_IMAGE_SIGN_H

#include "tools/image.h"

/* Exchanges *image for the same signed. key and cert are PEM files; sbsign asks at the terminal for the key's
 * passphrase, if it has one. ES_EXIT_DONE, or it has said what is wrong, and *image is as it was. */
enum es_exit es_image_sign(const struct es_args *args, const char *key, const char *cert, struct es_buf *image);

/* How many signatures a file has. */
unsigned es_image_signatures(const struct es_pe *pe);

#endif
