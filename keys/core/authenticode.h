/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Authenticode SHA-256 of a PE file: the hash that a Secure Boot signature covers, and that the firmware extends
 * into PCR 4 when it loads the file. Microsoft "Windows Authenticode Portable Executable Signature Format",
 * "Calculating the PE Image Hash"; TCG PC Client Platform Firmware Profile 1.05, section 3.3.4.5. Pure: runs in
 * firmware and on the host.
 *
 * It checks no signature: the firmware does.
 */
#ifndef ES_CORE_AUTHENTICODE_H
#define ES_CORE_AUTHENTICODE_H

#include "keys/core/pcr.h"
#include "keys/core/pe.h"

/* pe must have been opened as ES_PE_FILE. The hash is the one that the firmware computes: it hashes an unsigned file
 * whose length isn't a multiple of 8 as it is, while signing tools first pad it with zeros. ES_FORMAT: something
 * follows the signatures; ES_CRYPTO. */
ES_MUST_CHECK enum es_reason es_authenticode(const struct es_pe *pe, es_sha256_fn *sha256, struct es_digest *ret);

/* Signature number n (from 0) of a signed file: PKCS#7 in DER, in place. ES_MISSING: there are no more (none at all in
 * an unsigned file); ES_FORMAT: the certificate table isn't sound; ES_VERSION: a certificate of another kind. */
ES_MUST_CHECK enum es_reason es_pe_signature(const struct es_pe *pe, unsigned n, struct es_span *ret);

#endif
