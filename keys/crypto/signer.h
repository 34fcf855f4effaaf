/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signed an EFI program: the certificates in its Authenticode signature. For predicting which entry of the firmware's
 * db will vouch for it. It checks no signature and trusts nobody: the firmware does that. Untrusted input.
 */
#ifndef ES_CRYPTO_SIGNER_H
#define ES_CRYPTO_SIGNER_H

#include "keys/core/buf.h"

/* The signer's certificate in DER, out of a PKCS#7 signature in DER. ES_FORMAT: none, or not just one signer whose
 * certificate is in it. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_signer_certificate(struct es_span pkcs7, struct es_buf *ret);

/* Whether the signer's certificate is the authority's (DER), or leads to it by way of those in the signature. Dates count
 * for nothing, as in firmware. ES_BAD_TAG: it doesn't; ES_FORMAT: no signature, or no certificate. */
ES_MUST_CHECK enum es_reason es_signer_leads_to(struct es_span pkcs7, struct es_span authority);

#endif
