/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/tpm_fixture.h"

#include "keys/crypto/hash.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void tpm_fixture_measure(const struct es_swtpm *s)
{
#define EIGHT(d)  d d d d d d d d
#define DIGEST(d) EIGHT(EIGHT(d))
	es_swtpm_tool_ok(s,
			 "tpm2_pcrextend 4:sha256=" DIGEST("4") " 7:sha256=" DIGEST("7") " 11:sha256=" DIGEST(
			     "b") " 12:sha256=" DIGEST("c"),
			 NULL, 0);
}

void tpm_fixture_reopen(struct tpm_fixture *f, const char *tcti, bool pin)
{
	es_tpm_close(f->tpm);
	f->tpm = NULL;
	assert_int_equal(es_tpm_open(tcti != NULL ? tcti : es_swtpm_tcti(f->swtpm), ES_TPM_TIMEOUT_MS, &f->tpm), ES_OK);
	if (pin)
		assert_int_equal(es_tpm_srk_pin(f->tpm, es_buf_span(&f->srk)), ES_OK);
}

enum es_reason tpm_fixture_seal(struct tpm_fixture *f, struct es_buf *ret_public, struct es_buf *ret_private)
{
	const struct es_tpm_seal_request request = {
		.secret = f->secret, .expected = &f->values, .pcrs = FIXTURE_PCRS, .sha256 = es_sha256
	};

	return es_tpm_seal(f->tpm, &request, ret_public, ret_private);
}

enum es_reason tpm_fixture_unseal(struct tpm_fixture *f, struct es_secret **ret)
{
	const struct es_tpm_unseal_request request = { .public_part = es_buf_span(&f->public_part),
						       .private_part = es_buf_span(&f->private_part),
						       .pcrs = FIXTURE_PCRS };

	return es_tpm_unseal(f->tpm, &request, ret);
}

int tpm_fixture_make(void **state)
{
	struct tpm_fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->swtpm = es_swtpm_start();
	tpm_fixture_measure(f->swtpm);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &f->srk), ES_OK);
	assert_int_equal(es_tpm_pcr_read(f->tpm, 0xffffff, &f->values), ES_OK);
	assert_int_equal(es_random_secret(ES_KEY_LEN, &f->secret), ES_OK);
	assert_int_equal(tpm_fixture_seal(f, &f->public_part, &f->private_part), ES_OK);
	assert_int_equal(es_tpm_counter_make(f->tpm, ES_COUNTER_INDEX, &f->counter), ES_OK);
	tpm_fixture_reopen(f, NULL, false);
	*state = f;
	return 0;
}

void tpm_fixture_assert_nothing_left(struct tpm_fixture *f)
{
	char out[512];

	es_tpm_close(f->tpm);
	f->tpm = NULL;
	es_swtpm_tool_ok(f->swtpm, "tpm2_getcap handles-transient && tpm2_getcap handles-loaded-session", out,
			 sizeof out);
	assert_string_equal(out, "");
}

int tpm_fixture_remove(void **state)
{
	struct tpm_fixture *f = *state;

	tpm_fixture_assert_nothing_left(f);
	es_swtpm_stop(f->swtpm);
	es_buf_free(&f->srk);
	es_buf_free(&f->public_part);
	es_buf_free(&f->private_part);
	es_secret_free(f->secret);
	free(f);
	return 0;
}
