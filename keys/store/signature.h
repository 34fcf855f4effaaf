/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A boot image's signed PCR policies, section .pcrsig, /.extra/tpm2-pcr-signature.json, in systemd's format
 * (systemd-measure(1)):
 *   {"sha256":[{"pcrs":[11],"pkfp":"<64 hex>","pol":"<64 hex>","sig":"<base64>"},…]}
 * with one additional field that systemd ignores: "etcseal_generation". Nothing in the image vouches for it: the TPM
 * decides whether a signature is right.
 */
#ifndef ES_STORE_SIGNATURE_H
#define ES_STORE_SIGNATURE_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"

enum {
	ES_SIGNATURE_FILE_MAX = 64 << 10, /* bytes */
	ES_SIGNATURES_MAX = 64,
	ES_SIGNATURE_MAX = 512, /* bytes, RSA with 4096 bits */
	ES_SIGNATURE_DETAIL = 128,
};

struct es_pcr_signature {
	es_pcr_mask pcrs;
	struct es_digest key;    /* pkfp: SHA-256 of the RSAPublicKey in DER */
	struct es_digest policy; /* pol */
	struct es_buf signature;
	uint64_t generation; /* 0: none */
};

struct es_pcr_signatures {
	unsigned count;
	struct es_pcr_signature entry[ES_SIGNATURES_MAX];
};

void es_signatures_free(struct es_pcr_signatures *s);
#define ES_SIGNATURES ES_SCOPED(es_signatures_free) struct es_pcr_signatures

/* The policies for the SHA-256 bank; there may be none. Unknown fields are ignored, and so are NULs after the text,
 * since a section may be padded. ES_FORMAT, ES_TOO_LARGE; ret_detail says what is wrong: "sha256[1].pol: not hex". The
 * caller frees *ret. */
ES_MUST_CHECK enum es_reason es_signatures_parse(struct es_span json, struct es_pcr_signatures *ret,
						 char ret_detail[static ES_SIGNATURE_DETAIL]);

/* One line, as systemd-measure writes it. ES_ARGUMENT: es_signatures_parse would refuse it. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_signatures_write(const struct es_pcr_signatures *s, struct es_buf *ret);

#endif
