/* SPDX-License-Identifier: Apache-2.0 */
/* Signing an image's policy: openssl verifies the signature, and objcopy reads the image. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/image/policy.h"

#include "keys/crypto/hash.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"
#include "keys/tpm/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct es_secret *make_key(void **state, const char *name, int bits)
{
	struct es_secret *key = NULL;
	ES_BUF pem = { NULL, 0 };

	assert_int_equal(
	    oracle_shell(state,
			 "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:%d -out %s.key && openssl pkey -in "
			 "%s.key -pubout -out %s.pem",
			 bits, name, name, name),
	    0);
	{
		char file[32];

		snprintf(file, sizeof file, "%s.key", name);
		pem = oracle_read(state, file);
	}
	assert_int_equal(es_secret_new(pem.len, &key), ES_OK);
	memcpy(es_secret_data(key), pem.data, pem.len);
	return key;
}

/* A whole image with this .pcrpkey; the caller frees the result. */
static struct es_buf make_image(struct es_span pcrpkey)
{
	static uint8_t stub[ES_TEST_PE_MAX];
	struct es_uki_parts parts = { .stub = { stub, es_test_pe_stub(stub) } };
	struct es_writer w = { .cap = 0 };
	struct es_buf image = { NULL, 0 };

	parts.present[ES_UKI_LINUX] = parts.present[ES_UKI_CMDLINE] = parts.present[ES_UKI_INITRD] = true;
	parts.section[ES_UKI_LINUX] = es_text_span("a kernel");
	parts.section[ES_UKI_CMDLINE] = es_text_span("quiet");
	parts.section[ES_UKI_INITRD] = es_text_span("an initrd");
	parts.present[ES_UKI_PCRPKEY] = pcrpkey.len > 0;
	parts.section[ES_UKI_PCRPKEY] = pcrpkey;
	assert_int_equal(es_uki_write(&parts, &w), ES_OK);
	assert_int_equal(es_buf_new(w.pos, &image), ES_OK);
	w = (struct es_writer){ .data = image.data, .cap = image.len };
	assert_int_equal(es_uki_write(&parts, &w), ES_OK);
	return image;
}

static struct es_uki open_image(const struct es_buf *image)
{
	struct es_uki uki;
	struct es_pe pe;

	assert_int_equal(es_pe_open(es_buf_span(image), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	return uki;
}

static void openssl_verifies_the_signature_over_the_policy(void **state)
{
	const uint64_t generations[] = { 0, 7 };
	ES_SECRET key = make_key(state, "vendor", 2048);
	ES_BUF pem = oracle_read(state, "vendor.pem");
	ES_BUF image = make_image(es_buf_span(&pem));
	struct es_uki uki = open_image(&image);

	for (size_t i = 0; i < 2; i++) {
		struct es_pcr_values values = { .present = ES_PCR_BIT(11) };
		const struct es_signed_policy expected = { &values, ES_PCR_BIT(11), generations[i] };
		ES_IMAGE_POLICY policy = { .key_bits = 0 };
		struct es_digest digest;
		const char *why = "";

		assert_int_equal(es_image_policy_sign(&uki, key, generations[i], &policy, &why), ES_OK);
		assert_true(policy.has_key);
		assert_int_equal(policy.key_bits, 2048);
		assert_int_equal(es_image_predict_pcr11(&uki, &values.value[11]), ES_OK);
		assert_int_equal(es_signed_policy_digest(&expected, es_sha256, &digest), ES_OK);
		assert_memory_equal(digest.bytes, policy.policy.bytes, ES_SHA256_LEN);
		oracle_write(state, "policy", (struct es_span){ digest.bytes, ES_SHA256_LEN });
		oracle_write(state, "json", es_buf_span(&policy.json));
		assert_int_equal(oracle_shell(state,
					      "sed 's/.*\"sig\":\"\\([^\"]*\\)\".*/\\1/' json | base64 -d >sig && "
					      "openssl dgst -sha256 -verify vendor.pem -signature sig policy >out"),
				 0);
	}
}

static void attaching_or_replacing_a_signature_changes_nothing_measured(void **state)
{
	ES_BUF image = make_image(es_text_span("-----BEGIN"));
	ES_BUF first = { NULL, 0 };
	ES_BUF second = { NULL, 0 };
	ES_BUF direct = { NULL, 0 };
	struct es_digest before, after;
	struct es_uki uki = open_image(&image);
	const char *why = "";

	assert_int_equal(es_image_predict_pcr11(&uki, &before), ES_OK);
	assert_int_equal(
	    es_image_policy_attach(es_buf_span(&image), es_text_span("{\"a\":\"much longer one\"}"), &first, &why),
	    ES_OK);
	assert_int_equal(es_image_policy_attach(es_buf_span(&first), es_text_span("{}"), &second, &why), ES_OK);
	assert_int_equal(es_image_policy_attach(es_buf_span(&image), es_text_span("{}"), &direct, &why), ES_OK);
	assert_int_equal(second.len, direct.len);
	uki = open_image(&second);
	assert_int_equal(es_image_predict_pcr11(&uki, &after), ES_OK);
	assert_memory_equal(before.bytes, after.bytes, ES_SHA256_LEN);
	assert_int_equal(uki.section[ES_UKI_PCRSIG].len, 2);
	oracle_write(state, "image", es_buf_span(&second));
	assert_int_equal(oracle_shell(state,
				      "objcopy --dump-section .pcrsig=sig --dump-section .linux=linux image out && "
				      "test \"$(cat sig)\" = {} && test \"$(cat linux)\" = 'a kernel'"),
			 0);
}

static void each_unusable_image_is_refused_with_a_reason(void **state)
{
	ES_BUF image = make_image(es_text_span("-----BEGIN"));
	ES_BUF out = { NULL, 0 };
	const char *why = "";

	/* .pcrsig before the others, as other tools may place it */
	oracle_write(state, "image", es_buf_span(&image));
	assert_int_equal(
	    oracle_shell(state, "printf {} >sig && objcopy --add-section .pcrsig=sig --change-section-vma "
				".pcrsig=0xf000000 --add-section .more=sig --change-section-vma .more=0xf100000 image "
				"odd"),
	    0);
	{
		ES_BUF odd = oracle_read(state, "odd");

		assert_int_equal(es_image_policy_attach(es_buf_span(&odd), es_text_span("{}"), &out, &why),
				 ES_IMAGE_KIND);
		assert_non_null(strstr(why, "last section"));
	}
	assert_int_equal(es_image_policy_attach(es_text_span("no image"), es_text_span("{}"), &out, &why),
			 ES_IMAGE_KIND);
	assert_non_null(strstr(why, "isn't a boot image"));
	assert_int_equal(
	    oracle_shell(state, "openssl req -x509 -newkey rsa:2048 -nodes -keyout sb.key -out sb.pem -subj /CN=x && "
				"sbsign --key sb.key --cert sb.pem --output signed image >out 2>&1"),
	    0);
	{
		ES_BUF is_signed = oracle_read(state, "signed");

		assert_int_equal(es_image_policy_attach(es_buf_span(&is_signed), es_text_span("{}"), &out, &why),
				 ES_PART_SIGNED);
		assert_non_null(strstr(why, "sign its policy first"));
	}
	assert_null(out.data);
}

static void each_unusable_key_is_refused_with_a_reason(void **state)
{
	ES_SECRET vendor = make_key(state, "vendor", 2048);
	ES_SECRET other = make_key(state, "other", 2048);
	ES_SECRET small = make_key(state, "small", 1024);
	ES_BUF pem = oracle_read(state, "vendor.pem");
	ES_BUF image = make_image(es_buf_span(&pem));
	ES_BUF plain = make_image((struct es_span){ NULL, 0 });
	ES_BUF garbage = make_image(es_text_span("no key"));
	ES_IMAGE_POLICY policy = { .key_bits = 0 };
	struct es_uki uki = open_image(&image);
	const char *why = "";

	assert_int_equal(es_image_policy_sign(&uki, other, 0, &policy, &why), ES_ARGUMENT);
	assert_non_null(strstr(why, ".pcrpkey"));
	assert_int_equal(es_image_policy_sign(&uki, small, 0, &policy, &why), ES_VERSION);
	assert_non_null(strstr(why, "2048"));
	assert_int_equal(es_image_policy_sign(&uki, vendor, UINT64_MAX, &policy, &why), ES_ARGUMENT);
	uki = open_image(&garbage);
	assert_int_equal(es_image_policy_sign(&uki, vendor, 0, &policy, &why), ES_ARGUMENT);
	assert_null(policy.json.data);
	uki = open_image(&plain);
	assert_int_equal(es_image_policy_sign(&uki, vendor, 0, &policy, &why), ES_OK);
	assert_false(policy.has_key);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, oracle_folder_make, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(openssl_verifies_the_signature_over_the_policy),
		TEST(attaching_or_replacing_a_signature_changes_nothing_measured),
		TEST(each_unusable_image_is_refused_with_a_reason),
		TEST(each_unusable_key_is_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
