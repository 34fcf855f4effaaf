/* SPDX-License-Identifier: Apache-2.0 */
/* Facade for a vendor: signing the policy of a boot image. FORMAT.md, "Vendor images". */
#ifndef ES_IMAGE_POLICY_H
#define ES_IMAGE_POLICY_H

#include "keys/core/secret.h"
#include "keys/image/image.h"

enum {
	ES_PRIVATE_KEY_MAX = 16 << 10, /* bytes of the key's file */
	/* Every TPM 2.0 in a PC supports RSA with 2048 bits, many support 3072, and hardly any 4096: no host could be
	 * sealed to such a key. If a TPM does support it, and another tool signed with it, it works. */
	ES_POLICY_KEY_BITS_MAX = 3072,
};

#define ES_POLICY_KEY_TOO_LARGE                                                                                        \
	"is an RSA key of 4096 bits, which few TPMs can load: use 2048, or 3072 if your TPMs support it"

struct es_image_policy {
	struct es_digest pcr11;
	struct es_digest policy; /* the signed policy */
	unsigned key_bits;
	bool has_key;       /* the image carries this key in .pcrpkey */
	struct es_buf json; /* .pcrsig */
};
void es_image_policy_free(struct es_image_policy *p);
#define ES_IMAGE_POLICY ES_SCOPED(es_image_policy_free) struct es_image_policy

/* Signs PCR 11 as the image will leave it, with a generation (0: none), with an RSA key in PEM form. ES_FORMAT: not a
 * private key; ES_NOT_MET: a passphrase protects it; ES_VERSION: not an RSA key of 2048 or 3072 bits with exponent
 * 65537; ES_ARGUMENT: it has 4096 bits, the image carries another key, or the generation is over 2^62. *ret_why says
 * which. The caller frees *ret. */
ES_MUST_CHECK enum es_reason es_image_policy_sign(const struct es_uki *uki, const struct es_secret *private_pem,
						  uint64_t generation, struct es_image_policy *ret,
						  const char **ret_why);

/* The public part, for .pcrpkey. Reasons as above. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_image_policy_public(const struct es_secret *private_pem, struct es_buf *ret,
						    const char **ret_why);

/* The image with that .pcrsig. ES_ARGUMENT, ES_FORMAT, ES_TOO_LARGE, and *ret_why. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_image_policy_attach(struct es_span image, struct es_span json, struct es_buf *ret,
						    const char **ret_why);

#endif
