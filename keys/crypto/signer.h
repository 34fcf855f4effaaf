/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signed an EFI program: the certificates in its Authenticode signature, and whether it is a signature of that program.
 * For predicting and judging which entry of db or MokListRT vouches for it, as the firmware and shim decide. Untrusted input.
 */
#ifndef ES_CRYPTO_SIGNER_H
#define ES_CRYPTO_SIGNER_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"

/* The signer's certificate in DER, out of a PKCS#7 signature in DER. ES_FORMAT: none, or not just one signer whose
 * certificate is in it. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_signer_certificate(struct es_span pkcs7, struct es_buf *ret);

/* Whether the signer's certificate is the authority's (DER), or leads to it by way of those in the signature. Dates count
 * for nothing, as in firmware. ES_BAD_TAG: it doesn't; ES_FORMAT: no signature, or no certificate. */
ES_MUST_CHECK enum es_reason es_signer_leads_to(struct es_span pkcs7, struct es_span authority);

/* The signature is sound, and over the program of that Authenticode SHA-256. ES_BAD_TAG: it isn't; ES_VERSION: it is over a
 * digest of another algorithm; ES_FORMAT: no signature. */
ES_MUST_CHECK enum es_reason es_signer_is_over(struct es_span pkcs7, const struct es_digest *program);

/* Both: then the authority vouches for the program. */
ES_MUST_CHECK enum es_reason es_signer_vouched(struct es_span pkcs7, const struct es_digest *program,
					       struct es_span authority);

/* A certificate whose extended key usage names kernel modules: shim takes it for no program. */
bool es_certificate_for_modules(struct es_span der);

/* One of the signature's certificates has this SHA-256, SHA-384 or SHA-512 (by its length) over its signed part, as dbx names
 * certificates. */
bool es_signer_has_tbs_digest(struct es_span pkcs7, struct es_span digest);

#endif
