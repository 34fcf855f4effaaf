/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vendor with a key, a TPM, and a secret sealed with that key and PCRs 7 and 12; and attacks on it. True: the attack
 * succeeded. cmocka setup and teardown; *state becomes the fixture.
 */
#ifndef ES_TESTLIB_VENDOR_H
#define ES_TESTLIB_VENDOR_H

#include "keys/crypto/sign.h"
#include "keys/tests/lib/tpm_fixture.h"

struct vendor_fixture {
	struct tpm_fixture *f;
	struct es_secret *private_pem;
	struct es_buf public_pem;
	struct es_rsa_public rsa;
	struct es_vendor_key key;
	struct es_buf public_part, private_part;
	struct es_buf signature;
	struct es_authorization authorization; /* from vendor_sign */
};

int vendor_fixture_make(void **state);
int vendor_fixture_remove(void **state);

/* Signs the current PCR 11, with this generation (0: none). */
void vendor_sign(struct vendor_fixture *v, uint64_t generation);
enum es_reason vendor_unseal_as_it_is(struct vendor_fixture *v);
/* Both together; the test fails if a different secret comes out than went in. */
enum es_reason vendor_unseal(struct vendor_fixture *v, uint64_t generation);
enum es_reason vendor_seal(struct vendor_fixture *v, es_pcr_mask pcrs); /* seals again */
/* Power cycle, and an image with that name. */
void vendor_boot(struct vendor_fixture *v, const char *image);
/* Makes the generation counter, if there is none, and increments it up to value. */
void vendor_count_to(struct vendor_fixture *v, uint64_t value);
void vendor_public_file(struct vendor_fixture *v); /* vendor.pem in the swtpm's folder */
/* A private key that openssl makes; the caller frees. */
struct es_secret *vendor_new_key(const struct es_swtpm *s, int bits);

bool attack_sign_with_another_key(struct vendor_fixture *v);
bool attack_signature_of_another_image(struct vendor_fixture *v);
bool attack_older_generation(struct vendor_fixture *v); /* after a newer one was accepted */
bool attack_remake_the_counter(struct vendor_fixture *v);
bool attack_index_of_another_kind(struct vendor_fixture *v); /* in the counter's place, with a low value */

#endif
