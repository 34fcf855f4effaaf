/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/vendor.h"

#include "keys/crypto/hash.h"
#include "keys/store/file.h"
#include "keys/tests/lib/same_secret.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { LITERAL = ES_PCR_BIT(7) | ES_PCR_BIT(12) };

struct es_secret *vendor_new_key(const struct es_swtpm *s, int bits)
{
	struct es_secret *key = NULL;
	ES_BUF pem = { NULL, 0 };
	char line[160];

	snprintf(line, sizeof line, "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:%d -out vendor-key.pem",
		 bits);
	es_swtpm_tool_ok(s, line, NULL, 0);
	snprintf(line, sizeof line, "%s/vendor-key.pem", es_swtpm_folder(s));
	assert_int_equal(es_file_read(AT_FDCWD, line, ES_PEM_MAX, &pem), ES_OK);
	assert_int_equal(es_secret_new(pem.len, &key), ES_OK);
	memcpy(es_secret_data(key), pem.data, pem.len);
	return key;
}

void vendor_public_file(struct vendor_fixture *v)
{
	char path[128];

	snprintf(path, sizeof path, "%s/vendor.pem", es_swtpm_folder(v->f->swtpm));
	assert_int_equal(es_file_write(AT_FDCWD, path, es_buf_span(&v->public_pem)), ES_OK);
}

enum es_reason vendor_seal(struct vendor_fixture *v, es_pcr_mask pcrs)
{
	const struct es_tpm_seal_request request = {
		.secret = v->f->secret, .expected = &v->f->values, .pcrs = pcrs, .sha256 = es_sha256, .vendor = &v->key
	};

	es_buf_free(&v->public_part);
	es_buf_free(&v->private_part);
	return es_tpm_seal(v->f->tpm, &request, &v->public_part, &v->private_part);
}

static void sign_with(struct vendor_fixture *v, const struct es_secret *private_pem, uint64_t generation)
{
	const struct es_signed_policy policy = { &v->f->values, ES_PCR_BIT(ES_PCR_IMAGE), generation };
	struct es_authorization *a = &v->authorization;

	*a = (struct es_authorization){
		.key = v->key, .pcrs = policy.pcrs, .generation = generation, .sha256 = es_sha256
	};
	assert_int_equal(es_tpm_pcr_read(v->f->tpm, 0xffffff, &v->f->values), ES_OK);
	assert_int_equal(es_signed_policy_digest(&policy, es_sha256, &a->policy), ES_OK);
	es_buf_free(&v->signature);
	assert_int_equal(es_rsa_sign(private_pem, (struct es_span){ a->policy.bytes, ES_SHA256_LEN }, &v->signature),
			 ES_OK);
	a->signature = es_buf_span(&v->signature);
}

void vendor_sign(struct vendor_fixture *v, uint64_t generation)
{
	sign_with(v, v->private_pem, generation);
}

enum es_reason vendor_unseal_as_it_is(struct vendor_fixture *v)
{
	const struct es_tpm_unseal_request request = { .public_part = es_buf_span(&v->public_part),
						       .private_part = es_buf_span(&v->private_part),
						       .pcrs = LITERAL,
						       .authorization = &v->authorization };
	ES_SECRET got = NULL;
	enum es_reason r = es_tpm_unseal(v->f->tpm, &request, &got);

	if (r == ES_OK)
		assert_true(same_secret(got, v->f->secret));
	return r;
}

enum es_reason vendor_unseal(struct vendor_fixture *v, uint64_t generation)
{
	vendor_sign(v, generation);
	return vendor_unseal_as_it_is(v);
}

void vendor_boot(struct vendor_fixture *v, const char *image)
{
	char line[256];

	es_swtpm_power_cycle(v->f->swtpm);
	tpm_fixture_measure(v->f->swtpm);
	snprintf(line, sizeof line, "printf '%s' >image && tpm2_pcrevent -Q 11 image", image);
	es_swtpm_tool_ok(v->f->swtpm, line, NULL, 0);
	tpm_fixture_reopen(v->f, NULL, true);
}

void vendor_count_to(struct vendor_fixture *v, uint64_t value)
{
	uint64_t now;
	enum es_reason r = es_tpm_counter_make(v->f->tpm, ES_GENERATION_INDEX, &now);

	assert_true(r == ES_OK || r == ES_ALREADY_CONFIGURED);
	while (now < value) {
		assert_int_equal(es_tpm_counter_increment(v->f->tpm, ES_GENERATION_INDEX), ES_OK);
		assert_int_equal(es_tpm_counter_read(v->f->tpm, ES_GENERATION_INDEX, &now), ES_OK);
	}
	assert_int_equal(now, value);
}

int vendor_fixture_make(void **state)
{
	struct vendor_fixture *v = calloc(1, sizeof *v);

	assert_non_null(v);
	assert_int_equal(tpm_fixture_make((void **)&v->f), 0);
	v->private_pem = vendor_new_key(v->f->swtpm, 2048);
	assert_int_equal(es_rsa_private_public(v->private_pem, &v->public_pem), ES_OK);
	assert_int_equal(es_rsa_public_read(es_buf_span(&v->public_pem), &v->rsa), ES_OK);
	v->key.modulus = (struct es_span){ v->rsa.modulus, v->rsa.len };
	tpm_fixture_reopen(v->f, NULL, true);
	assert_int_equal(vendor_seal(v, LITERAL), ES_OK);
	*state = v;
	return 0;
}

int vendor_fixture_remove(void **state)
{
	struct vendor_fixture *v = *state;
	void *fixture = v->f;

	es_secret_free(v->private_pem);
	es_buf_free(&v->public_pem);
	es_buf_free(&v->public_part);
	es_buf_free(&v->private_part);
	es_buf_free(&v->signature);
	free(v);
	return tpm_fixture_remove(&fixture);
}

bool attack_sign_with_another_key(struct vendor_fixture *v)
{
	ES_SECRET other = vendor_new_key(v->f->swtpm, 2048);
	enum es_reason r;

	sign_with(v, other, 0);
	r = vendor_unseal_as_it_is(v);
	if (r != ES_OK)
		assert_int_equal(r, ES_IMAGE_SIGNATURE);
	return r == ES_OK;
}

bool attack_signature_of_another_image(struct vendor_fixture *v)
{
	enum es_reason r;

	vendor_sign(v, 0);
	vendor_boot(v, "an image of somebody else");
	r = vendor_unseal_as_it_is(v);
	if (r != ES_OK)
		assert_int_equal(r, ES_TPM_POLICY);
	return r == ES_OK;
}

bool attack_older_generation(struct vendor_fixture *v)
{
	enum es_reason r;

	vendor_count_to(v, 5);
	assert_int_equal(vendor_unseal(v, 5), ES_OK);
	r = vendor_unseal(v, 4);
	if (r != ES_OK)
		assert_int_equal(r, ES_IMAGE_OLD);
	return r == ES_OK;
}

bool attack_remake_the_counter(struct vendor_fixture *v)
{
	uint64_t now;
	enum es_reason r;

	vendor_count_to(v, 5);
	assert_int_equal(vendor_unseal(v, 5), ES_OK);
	es_swtpm_tool_ok(v->f->swtpm, "tpm2_nvundefine -Q -C o 0x0180e5eb", NULL, 0);
	r = vendor_unseal(v, 4);
	if (r != ES_OK)
		assert_int_equal(r, ES_COUNTER_MISSING);
	assert_int_equal(es_tpm_counter_make(v->f->tpm, ES_GENERATION_INDEX, &now), ES_OK);
	r = vendor_unseal(v, 4);
	if (r != ES_OK)
		assert_int_equal(r, ES_IMAGE_OLD);
	return r == ES_OK;
}

bool attack_index_of_another_kind(struct vendor_fixture *v)
{
	enum es_reason r;

	vendor_count_to(v, 5);
	es_swtpm_tool_ok(v->f->swtpm,
			 "tpm2_nvundefine -Q -C o 0x0180e5eb && "
			 "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|no_da' 0x0180e5eb && "
			 "printf '\\0\\0\\0\\0\\0\\0\\0\\1' >one && tpm2_nvwrite -Q -C 0x0180e5eb -i one 0x0180e5eb",
			 NULL, 0);
	r = vendor_unseal(v, 4);
	if (r != ES_OK)
		assert_int_equal(r, ES_TPM_POLICY);
	return r == ES_OK;
}
