/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CMS AuthEnvelopedData (RFC 5083), AES-256-GCM (RFC 5084), one KEKRecipientInfo with AES-256 key wrap (RFC 5652
 * 6.2.3), DER. Every envelope has a fresh content key. Stock `openssl cms -decrypt -secretkey` opens it.
 */
#ifndef ES_CRYPTO_ENVELOPE_H
#define ES_CRYPTO_ENVELOPE_H

#include "keys/core/buf.h"
#include "keys/core/secret.h"

/* key_id (8 bytes) names the recipient. plain is the config archive, at least one byte. ES_TOO_LARGE: the envelope
 * would exceed ES_ARCHIVE_MAX. The caller owns *ret_der. */
ES_MUST_CHECK enum es_reason es_envelope_seal(const struct es_secret *kek, const uint8_t key_id[static 8],
					      struct es_span plain, struct es_buf *ret_der);

/* Releases no plaintext before its tag has been checked. The recipient must be key_id: CMS itself authenticates only a
 * recipient's key, but no byte of this file may change unnoticed. Only the form that es_envelope_seal writes is
 * accepted (DER, no optional field), so there is no room for variation. ES_FORMAT: not such a CMS, or something follows
 * it; ES_VERSION: CMS of another kind or algorithm; ES_TOO_LARGE: over ES_ARCHIVE_MAX; ES_BAD_TAG: another key, or the
 * file was changed. */
ES_MUST_CHECK enum es_reason es_envelope_open(const struct es_secret *kek, const uint8_t key_id[static 8],
					      struct es_span der, struct es_secret **ret_plain);

#endif
