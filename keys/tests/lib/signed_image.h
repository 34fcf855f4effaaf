/* SPDX-License-Identifier: Apache-2.0 */
/* Boot images signed for Secure Boot by sbsign, with keys that openssl makes once in each process, under names that the
 * test chooses. */
#ifndef ES_TESTLIB_SIGNED_IMAGE_H
#define ES_TESTLIB_SIGNED_IMAGE_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"

/* The file, signed with that key. The caller frees *ret. */
void signed_image(struct es_span file, const char *by, struct es_buf *ret);
/* The key's certificate, DER. The caller frees *ret. */
void signed_image_certificate(const char *by, struct es_buf *ret);

/* A small UKI with these options, and, unless it is empty, a vendor's public key. The caller frees *ret. */
void small_image(const char *options, struct es_span public_key, struct es_buf *ret);
/* PCR 11 after the stub has started that image. */
void small_image_pcr11(const char *options, struct es_span public_key, struct es_digest *ret);

#endif
