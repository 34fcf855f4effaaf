/* SPDX-License-Identifier: Apache-2.0 */
/* sbsign makes the signatures, openssl the certificates. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/authenticode.h"
#include "keys/crypto/hash.h"
#include "keys/crypto/signer.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"

#include <string.h>

/* root signs inter, and inter signs leaf; other is unrelated; same has root's name with another key. One of them has
 * expired. */
static const char make_certificates[] =
    "exec >/dev/null && "
    "self() { openssl req -x509 -newkey rsa:2048 -nodes -keyout $1.key -subj \"/CN=$2\" -days $3 -out $1.pem; } && "
    "issue() { openssl req -newkey rsa:2048 -nodes -keyout $2.key -subj /CN=$2 -out $2.csr && "
    "printf \"$3\" >$2.ext && openssl x509 -req -in $2.csr -CA $1.pem -CAkey $1.key -CAcreateserial -days 30 "
    "-extfile $2.ext -out $2.pem; } && "
    "self root root 30 && self other other 30 && self same root 30 && "
    "issue root inter 'basicConstraints=CA:TRUE' && issue inter leaf 'extendedKeyUsage=codeSigning' && "
    "for c in root inter leaf other same; do openssl x509 -in $c.pem -outform DER -out $c.der || exit 1; done";

static int folder_with_certificates(void **state)
{
	if (oracle_folder_make(state) != 0)
		return -1;
	return oracle_shell(state, "%s", make_certificates);
}

/* The signature that sbsign makes with the key of `by`, and the digest that it covers. The caller frees the result. */
static struct es_buf sign_and_digest(void **state, const char *by, const char *options, struct es_digest *ret_digest)
{
	uint8_t image[ES_TEST_PE_MAX];
	struct es_buf copy = { NULL, 0 };
	ES_BUF file = { NULL, 0 };
	struct es_span signature;
	struct es_pe pe;

	oracle_write(state, "image", (struct es_span){ image, es_test_pe_uki(image) });
	assert_int_equal(
	    oracle_shell(state, "sbsign %s --key %s.key --cert %s.pem --output signed image", options, by, by), 0);
	file = oracle_read(state, "signed");
	assert_int_equal(es_pe_open(es_buf_span(&file), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_pe_signature(&pe, 0, &signature), ES_OK);
	assert_int_equal(es_buf_copy(signature, &copy), ES_OK);
	assert_int_equal(es_authenticode(&pe, es_sha256, ret_digest), ES_OK);
	return copy;
}

static struct es_buf sign(void **state, const char *by, const char *options)
{
	struct es_digest digest;

	return sign_and_digest(state, by, options, &digest);
}

static void finds_the_signers_certificate(void **state)
{
	ES_BUF signature = sign(state, "leaf", "--addcert inter.pem");
	ES_BUF expected = oracle_read(state, "leaf.der");
	ES_BUF der = { NULL, 0 };

	assert_int_equal(es_signer_certificate(es_buf_span(&signature), &der), ES_OK);
	assert_int_equal(der.len, expected.len);
	assert_memory_equal(der.data, expected.data, der.len);
}

static enum es_reason leads(void **state, const struct es_buf *signature, const char *to)
{
	ES_BUF authority = oracle_read(state, to);

	return es_signer_chains_to(es_buf_span(signature), es_buf_span(&authority));
}

static void follows_a_chain_inside_the_signature(void **state)
{
	ES_BUF whole = sign(state, "leaf", "--addcert inter.pem");
	ES_BUF alone = sign(state, "leaf", "");

	assert_int_equal(leads(state, &whole, "leaf.der"), ES_OK);
	assert_int_equal(leads(state, &whole, "inter.der"), ES_OK);
	assert_int_equal(leads(state, &whole, "root.der"), ES_OK);
	assert_int_equal(leads(state, &alone, "inter.der"), ES_OK);
	assert_int_equal(leads(state, &alone, "root.der"), ES_BAD_TAG);
}

static void refuses_another_authority(void **state)
{
	ES_BUF root = sign(state, "root", "");

	assert_int_equal(leads(state, &root, "root.der"), ES_OK);
	assert_int_equal(leads(state, &root, "other.der"), ES_BAD_TAG);
	assert_int_equal(leads(state, &root, "same.der"), ES_BAD_TAG);
}

static void ignores_dates(void **state)
{
	static const char past[] =
	    "exec >/dev/null; : >index; printf '%s\\n' '[ca]' default_ca=d '[d]' dir=. database=./index "
	    "new_certs_dir=. "
	    "rand_serial=yes default_md=sha256 policy=p '[p]' commonName=supplied >ca.cnf && "
	    "openssl req -newkey rsa:2048 -nodes -keyout old.key -subj /CN=old -out old.csr && "
	    "openssl ca -batch -config ca.cnf -selfsign -keyfile old.key -in old.csr -notext -startdate 200101000000Z "
	    "-enddate 210101000000Z -out old.pem && openssl x509 -in old.pem -outform DER -out old.der && "
	    "! openssl verify -CAfile old.pem old.pem";
	ES_BUF signature = { NULL, 0 };

	assert_int_equal(oracle_shell(state, "%s", past), 0);
	signature = sign(state, "old", "");
	assert_int_equal(leads(state, &signature, "old.der"), ES_OK);
}

static void refuses_data_that_is_not_a_signature(void **state)
{
	static const uint8_t garbage[] = "\x30\x03\x02\x01\x05";
	ES_BUF signature = sign(state, "root", "");
	ES_BUF data_only = { NULL, 0 };
	ES_BUF der = { NULL, 0 };
	struct es_span cut = es_buf_span(&signature);

	assert_int_equal(es_signer_certificate((struct es_span){ garbage, 5 }, &der), ES_FORMAT);
	assert_int_equal(es_signer_certificate((struct es_span){ garbage, 0 }, &der), ES_FORMAT);
	cut.len /= 2;
	assert_int_equal(es_signer_certificate(cut, &der), ES_FORMAT);
	assert_int_equal(leads(state, &signature, "root.key"), ES_FORMAT);
	assert_int_equal(es_signer_chains_to(cut, cut), ES_FORMAT);
	/* Certificates without a signature. */
	assert_int_equal(
	    oracle_shell(state, "openssl crl2pkcs7 -nocrl -certfile root.pem -outform DER -out certificates"), 0);
	data_only = oracle_read(state, "certificates");
	assert_int_equal(es_signer_certificate(es_buf_span(&data_only), &der), ES_FORMAT);
}

static void vouches_only_for_the_program_that_was_signed(void **state)
{
	struct es_digest digest, other;
	ES_BUF signature = sign_and_digest(state, "leaf", "--addcert inter.pem", &digest);
	ES_BUF root = oracle_read(state, "root.der");
	ES_BUF stranger = oracle_read(state, "other.der");
	struct es_span span = es_buf_span(&signature);

	assert_int_equal(es_signer_covers(span, &digest), ES_OK);
	assert_int_equal(es_signer_vouched(span, &digest, es_buf_span(&root)), ES_OK);
	assert_int_equal(es_signer_vouched(span, &digest, es_buf_span(&stranger)), ES_BAD_TAG);
	other = digest;
	other.bytes[0] ^= 1;
	assert_int_equal(es_signer_covers(span, &other), ES_BAD_TAG);
	assert_int_equal(es_signer_vouched(span, &other, es_buf_span(&root)), ES_BAD_TAG);
}

/* Someone's certificates, and the digest of a program that they never signed: every check refuses it. */
static void refuses_a_changed_signature(void **state)
{
	struct es_digest digest, other;
	ES_BUF signature = sign_and_digest(state, "root", "", &digest);
	uint8_t *at = memmem(signature.data, signature.len, digest.bytes, sizeof digest.bytes);

	assert_non_null(at);
	at[0] ^= 1;
	other = digest;
	other.bytes[0] ^= 1;
	assert_int_equal(es_signer_covers(es_buf_span(&signature), &other), ES_BAD_TAG);
	at[0] ^= 1;
	assert_int_equal(es_signer_covers(es_buf_span(&signature), &digest), ES_OK);
	signature.data[signature.len - 20] ^= 1; /* in the RSA signature value */
	assert_int_equal(es_signer_covers(es_buf_span(&signature), &digest), ES_BAD_TAG);
}

static void refuses_a_signature_of_something_other_than_a_program(void **state)
{
	struct es_digest digest = { { 0 } };
	ES_BUF other = { NULL, 0 };
	ES_BUF signature = sign_and_digest(state, "root", "", &digest);
	uint8_t *sha256_oid;

	assert_int_equal(oracle_shell(state, "%s",
				      "echo x | openssl smime -sign -signer root.pem -inkey root.key -nodetach "
				      "-outform DER -out mail"),
			 0);
	other = oracle_read(state, "mail");
	assert_int_equal(es_signer_covers(es_buf_span(&other), &digest), ES_FORMAT);
	assert_int_equal(es_signer_covers((struct es_span){ NULL, 0 }, &digest), ES_FORMAT);
	/* The algorithm identifier beside the digest: SHA-384. */
	sha256_oid = memmem(signature.data, signature.len, digest.bytes, sizeof digest.bytes);
	sha256_oid -= 2 + 2 + 1;
	assert_int_equal(*sha256_oid, 1);
	*sha256_oid = 2;
	assert_int_equal(es_signer_covers(es_buf_span(&signature), &digest), ES_VERSION);
}

static void recognises_a_certificate_for_kernel_modules(void **state)
{
	ES_BUF modules = { NULL, 0 };
	ES_BUF leaf = oracle_read(state, "leaf.der");
	ES_BUF root = oracle_read(state, "root.der");

	assert_int_equal(
	    oracle_shell(state, "%s",
			 "openssl req -x509 -newkey rsa:2048 -nodes -keyout m.key -subj /CN=m -outform DER "
			 "-addext extendedKeyUsage=codeSigning,1.3.6.1.4.1.2312.16.1.2 -out m.der"),
	    0);
	modules = oracle_read(state, "m.der");
	assert_true(es_certificate_is_for_modules(es_buf_span(&modules)));
	assert_false(es_certificate_is_for_modules(es_buf_span(&leaf)));
	assert_false(es_certificate_is_for_modules(es_buf_span(&root)));
	assert_false(es_certificate_is_for_modules((struct es_span){ NULL, 0 }));
}

/* efitools compute the digests. */
static void finds_a_certificate_by_its_digest(void **state)
{
	static const struct {
		const char *bits;
		size_t len;
	} rows[] = { { "256", 32 }, { "384", 48 }, { "512", 64 } };
	ES_BUF signature = sign(state, "leaf", "--addcert inter.pem");

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ES_BUF list = { NULL, 0 };
		struct es_span digest;

		assert_int_equal(
		    oracle_shell(state, "cert-to-efi-hash-list -s %s inter.pem list >/dev/null", rows[i].bits), 0);
		list = oracle_read(state, "list");
		digest = (struct es_span){ list.data + 28 + 16, rows[i].len };
		assert_true(es_signer_has_tbs_digest(es_buf_span(&signature), digest));
		list.data[28 + 16] ^= 1;
		assert_false(es_signer_has_tbs_digest(es_buf_span(&signature), digest));
	}
	assert_false(es_signer_has_tbs_digest(es_buf_span(&signature), es_buf_span(&signature)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_signers_certificate),
		cmocka_unit_test(follows_a_chain_inside_the_signature),
		cmocka_unit_test(refuses_another_authority),
		cmocka_unit_test(ignores_dates),
		cmocka_unit_test(refuses_data_that_is_not_a_signature),
		cmocka_unit_test(vouches_only_for_the_program_that_was_signed),
		cmocka_unit_test(refuses_a_changed_signature),
		cmocka_unit_test(refuses_a_signature_of_something_other_than_a_program),
		cmocka_unit_test(recognises_a_certificate_for_kernel_modules),
		cmocka_unit_test(finds_a_certificate_by_its_digest),
	};

	return cmocka_run_group_tests(tests, folder_with_certificates, oracle_folder_remove);
}
