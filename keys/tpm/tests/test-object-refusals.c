/* SPDX-License-Identifier: Apache-2.0 */
/* Unsealing with a wrong object, TPM or bus. */
#include "keys/tests/lib/same_secret.h"
#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/object.h"
#include "keys/tpm/srk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

static void a_damaged_object_is_refused_and_leaves_nothing(void **state)
{
	struct tpm_fixture *f = *state;

	for (unsigned part = 0; part < 2; part++) {
		struct es_buf *blob = part == 0 ? &f->public_part : &f->private_part;

		for (size_t at = 0; at < blob->len; at += 3) {
			ES_SECRET got = NULL;
			enum es_reason r;

			blob->data[at] ^= 0x40;
			tpm_fixture_reopen(f, NULL, true);
			r = tpm_fixture_unseal(f, &got);
			blob->data[at] ^= 0x40;
			if (r != ES_SEAL_DAMAGED && r != ES_TPM_POLICY)
				fail_msg("byte %zu of part %u: %d, %s", at, part, r, es_tpm_last_refusal(f->tpm));
			assert_null(got);
		}
		tpm_fixture_assert_nothing_left(f);
	}
}

/* Each refusal of each command has its own reason, and nothing remains loaded. */
static void each_refusal_of_each_command_has_its_reason(void **state)
{
	static const uint32_t commands[] = { TPM2_CC_StartAuthSession, TPM2_CC_PolicyPCR, TPM2_CC_Load,
					     TPM2_CC_Unseal };
	static const struct {
		TPM2_RC code;
		enum es_reason reason;
	} table[] = {
		{ TPM2_RC_LOCKOUT, ES_TPM_LOCKOUT },
		{ TPM2_RC_FAILURE, ES_TPM_FAILURE_MODE },
		{ TPM2_RC_INITIALIZE, ES_TPM_NOT_STARTED },
		{ TPM2_RC_DISABLED, ES_TPM_COMMAND },
		{ TPM2_RC_OBJECT_MEMORY, ES_TPM_SLOTS },
		{ TPM2_RC_SESSION_HANDLES, ES_TPM_SLOTS },
		{ TPM2_RC_POLICY_FAIL | TPM2_RC_S | TPM2_RC_1, ES_TPM_POLICY },
		{ TPM2_RC_COMMAND_CODE, ES_TPM_COMMAND },
		{ 0x01e, ES_TPM_VERSION },
	};
	struct tpm_fixture *f = *state;

	for (size_t c = 0; c < sizeof commands / sizeof *commands; c++)
		for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
			struct es_proxy_refusal plan = { commands[c], table[i].code, 1, 0 };
			struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), es_proxy_refuse, NULL, &plan);
			ES_SECRET got = NULL;

			tpm_fixture_reopen(f, es_proxy_tcti(p), true);
			assert_int_equal(tpm_fixture_unseal(f, &got), table[i].reason);
			assert_null(got);
			assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
			tpm_fixture_reopen(f, NULL, false);
			es_proxy_stop(p);
		}
}

/* Changes one byte of one answer. Either the answer is refused, or the change made no difference. */
struct flip {
	unsigned nth;
	size_t at;
	bool hit;
};

static void flip(void *arg, struct es_proxy_message *m)
{
	struct flip *t = arg;

	if (m->nth != t->nth || t->at >= m->response_len)
		return;
	t->hit = true;
	m->response[t->at] ^= 1;
}

static void no_changed_byte_of_an_answer_changes_the_secret(void **state)
{
	struct tpm_fixture *f = *state;
	unsigned refused = 0;

	for (unsigned nth = 0; nth < 5; nth++)
		for (size_t at = 0;; at += 7) {
			struct flip t = { nth, at, false };
			struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), NULL, flip, &t);
			ES_SECRET got = NULL;
			enum es_reason r;

			/* A frame that announces more than follows would be waited for. */
			es_tpm_close(f->tpm);
			f->tpm = NULL;
			assert_int_equal(es_tpm_open(es_proxy_tcti(p), 2000, &f->tpm), ES_OK);
			assert_int_equal(es_tpm_srk_pin(f->tpm, es_buf_span(&f->srk)), ES_OK);
			r = tpm_fixture_unseal(f, &got);
			if (r == ES_OK)
				assert_true(same_secret(got, f->secret));
			else
				assert_null(got);
			refused += r != ES_OK;
			es_tpm_close(f->tpm);
			f->tpm = NULL;
			es_proxy_stop(p);
			/* If the handle was falsified, it can't be flushed. */
			es_swtpm_tool(f->swtpm, "tpm2_flushcontext -t; tpm2_flushcontext -l", NULL, 0);
			if (!t.hit)
				break;
		}
	assert_true(refused > 20);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_damaged_object_is_refused_and_leaves_nothing),
		TEST(each_refusal_of_each_command_has_its_reason),
		TEST(no_changed_byte_of_an_answer_changes_the_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
