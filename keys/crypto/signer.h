/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signed an EFI program: the certificates in its Authenticode signature, and whether the signature is of that
 * program. This predicts and judges which entry of db or MokListRT vouches for the program, as the firmware and shim
 * decide it. Untrusted input.
 */
#ifndef ES_CRYPTO_SIGNER_H
#define ES_CRYPTO_SIGNER_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"

/* The signer's certificate in DER, from a PKCS#7 signature in DER. ES_FORMAT: there is none, or not exactly one signer
 * whose certificate is included. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_signer_certificate(struct es_span pkcs7, struct es_buf *ret);

/* Whether the signer's certificate is the authority's (DER), or a chain of certificates in the signature leads to it.
 * Dates are ignored, as in firmware. ES_BAD_TAG: it isn't, and none does; ES_FORMAT: not a signature, or not a
 * certificate. */
ES_MUST_CHECK enum es_reason es_signer_chains_to(struct es_span pkcs7, struct es_span authority);

/* Whether the signature is sound and covers the program with that Authenticode SHA-256. ES_BAD_TAG: it isn't or
 * doesn't; ES_VERSION: it covers a digest of another algorithm; ES_FORMAT: not a signature. */
ES_MUST_CHECK enum es_reason es_signer_covers(struct es_span pkcs7, const struct es_digest *program);

/* es_signer_chains_to and es_signer_covers together: the authority vouches for the program. */
ES_MUST_CHECK enum es_reason es_signer_vouched(struct es_span pkcs7, const struct es_digest *program,
					       struct es_span authority);

/* Whether the certificate's extended key usage names kernel modules: shim accepts no program by such a certificate. */
bool es_certificate_is_for_modules(struct es_span der);

/* Whether one of the signature's certificates has this SHA-256, SHA-384 or SHA-512 (chosen by its length) of its
 * to-be-signed part. dbx names certificates in this way. */
bool es_signer_has_tbs_digest(struct es_span pkcs7, struct es_span digest);

#endif
