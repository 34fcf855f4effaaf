/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/counter.h"

#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tests/lib/tpm_proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

#define INDEX "0x0180e5ea"

static uint64_t by_tpm2_tools(struct tpm_fixture *f)
{
	char out[64];

	es_swtpm_tool_ok(f->swtpm, "tpm2_nvread -C " INDEX " " INDEX " | od -An -v -tx1 | tr -d ' \\n'", out,
			 sizeof out);
	return strtoull(out, NULL, 16);
}

static void counts_as_tpm2_tools_show(void **state)
{
	struct tpm_fixture *f = *state;
	uint64_t value = 0;

	for (unsigned pin = 0; pin < 2; pin++) {
		tpm_fixture_reopen(f, NULL, pin);
		assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_OK);
		assert_int_equal(value, by_tpm2_tools(f));
		for (unsigned i = 1; i <= 3; i++) {
			uint64_t next = 0;

			assert_int_equal(es_tpm_counter_increment(f->tpm, ES_COUNTER_INDEX), ES_OK);
			assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &next), ES_OK);
			assert_int_equal(next, value + i);
		}
		assert_int_equal(by_tpm2_tools(f), value + 3);
	}
}

static void raising_increments_that_many_times(void **state)
{
	struct tpm_fixture *f = *state;
	unsigned before;

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_counter_raise(f->tpm, ES_COUNTER_INDEX, 0), ES_OK);
	assert_int_equal(by_tpm2_tools(f), f->counter);
	before = es_tpm_commands(f->tpm);
	assert_int_equal(es_tpm_counter_raise(f->tpm, ES_COUNTER_INDEX, 40), ES_OK);
	assert_int_equal(by_tpm2_tools(f), f->counter + 40);
	assert_int_equal(es_tpm_commands(f->tpm) - before, 40); /* and none for looking it up */
	assert_int_equal(es_tpm_counter_raise(f->tpm, ES_COUNTER_INDEX + 5, 1), ES_COUNTER_MISSING);
}

static void the_counter_survives_power_cuts_and_needs_no_password(void **state)
{
	struct tpm_fixture *f = *state;
	uint64_t value = 0;

	es_swtpm_power_cycle(f->swtpm);
	es_swtpm_tool_ok(f->swtpm, "tpm2_changeauth -c owner secret", NULL, 0);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_counter_increment(f->tpm, ES_COUNTER_INDEX), ES_OK);
	assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_OK);
	assert_int_equal(value, f->counter + 1);
}

static void an_existing_counter_is_reported_and_read(void **state)
{
	struct tpm_fixture *f = *state;
	uint64_t value = 0;

	assert_int_equal(es_tpm_counter_make(f->tpm, ES_COUNTER_INDEX, &value), ES_ALREADY_CONFIGURED);
	assert_int_equal(value, f->counter);
}

static void a_deleted_counter_is_missing_and_a_new_one_starts_above(void **state)
{
	struct tpm_fixture *f = *state;
	uint64_t before = 0, after = 0;

	tpm_fixture_reopen(f, NULL, true);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(es_tpm_counter_increment(f->tpm, ES_COUNTER_INDEX), ES_OK);
	assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &before), ES_OK);
	assert_int_equal(es_tpm_counter_delete(f->tpm, ES_COUNTER_INDEX), ES_OK);
	assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &after), ES_COUNTER_MISSING);
	assert_int_equal(es_tpm_counter_increment(f->tpm, ES_COUNTER_INDEX), ES_COUNTER_MISSING);
	assert_int_equal(es_tpm_counter_delete(f->tpm, ES_COUNTER_INDEX), ES_COUNTER_MISSING);
	assert_int_equal(es_tpm_counter_make(f->tpm, ES_COUNTER_INDEX, &after), ES_OK);
	assert_true(after > before);
}

/* A look-alike at our index: an attacker could write an old value to it, or it isn't ours for some other reason. */
static void assert_not_ours(struct tpm_fixture *f, const char *make)
{
	uint64_t value = 77;

	tpm_fixture_reopen(f, NULL, false);
	es_swtpm_tool(f->swtpm, "tpm2_nvundefine -Q -C o " INDEX, NULL, 0);
	es_swtpm_tool_ok(f->swtpm, make, NULL, 0);
	for (unsigned pin = 0; pin < 2; pin++) {
		tpm_fixture_reopen(f, NULL, pin);
		assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_COUNTER_MISSING);
		assert_int_equal(es_tpm_counter_increment(f->tpm, ES_COUNTER_INDEX), ES_COUNTER_MISSING);
	}
	assert_int_equal(value, 77);
}

static void assert_not_made_over(struct tpm_fixture *f)
{
	uint64_t value = 77;

	assert_int_equal(es_tpm_counter_delete(f->tpm, ES_COUNTER_INDEX), ES_COUNTER_MISSING);
	assert_int_equal(es_tpm_counter_make(f->tpm, ES_COUNTER_INDEX, &value), ES_TPM_INDEX_TAKEN);
	assert_non_null(strstr(es_tpm_last_refusal(f->tpm), "NV index " INDEX " holds "));
	assert_int_equal(value, 77);
}

static void a_look_alike_is_refused(void **state)
{
	struct tpm_fixture *f = *state;

	/* An ordinary index of eight bytes, which can be set to any value. */
	assert_not_ours(f, "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|no_da' " INDEX
			   " && printf '\\0\\0\\0\\0\\0\\0\\0\\1' | tpm2_nvwrite -Q -C " INDEX " -i- " INDEX);
	assert_not_made_over(f);
	/* A bit field. */
	assert_not_ours(f, "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|no_da|nt=bits' " INDEX
			   " && tpm2_nvsetbits -Q -C " INDEX " -i 1 " INDEX);
	assert_not_made_over(f);
	/* A counter that the owner may write as well, that locks, or that counts failures. */
	assert_not_ours(f, "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|ownerwrite|no_da|nt=counter' " INDEX
			   " && tpm2_nvincrement -Q -C " INDEX " " INDEX);
	assert_not_made_over(f);
	assert_not_ours(f, "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|nt=counter' " INDEX
			   " && tpm2_nvincrement -Q -C " INDEX " " INDEX);
	assert_not_made_over(f);
}

static void a_counter_with_a_password_is_not_ours(void **state)
{
	assert_not_ours(*state, "tpm2_nvdefine -Q -C o -s 8 -p secret -a 'authread|authwrite|no_da|nt=counter' " INDEX
				" && tpm2_nvincrement -Q -C " INDEX " -P secret " INDEX);
}

static void an_interrupted_make_is_completed(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_proxy_refusal plan = { TPM2_CC_NV_Increment, TPM2_RC_FAILURE, 1, 0 };
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), es_proxy_refuse, NULL, &plan);
	uint64_t value = 77;

	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	assert_int_equal(es_tpm_counter_delete(f->tpm, ES_COUNTER_INDEX), ES_OK);
	/* Interrupted between the definition and the first increment: it exists, but was never written. */
	assert_int_equal(es_tpm_counter_make(f->tpm, ES_COUNTER_INDEX, &value), ES_TPM_FAILURE_MODE);
	assert_int_equal(value, 77);
	/* A call removes what it defined itself. */
	assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_COUNTER_MISSING);
	assert_int_equal(es_tpm_counter_increment(f->tpm, ES_COUNTER_INDEX), ES_COUNTER_MISSING);
	assert_int_equal(es_tpm_counter_make(f->tpm, ES_COUNTER_INDEX, &value), ES_OK);
	assert_true(value > f->counter);
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

static void a_defined_counter_has_no_value_until_it_is_incremented(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_proxy_refusal plan = { TPM2_CC_NV_Increment, TPM2_RC_FAILURE, 1, 0 };
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), es_proxy_refuse, NULL, &plan);
	uint64_t predicted = 0, value = 77;

	for (unsigned pin = 0; pin < 2; pin++) {
		tpm_fixture_reopen(f, NULL, pin);
		assert_int_equal(es_tpm_counter_define(f->tpm, ES_COUNTER_INDEX), ES_ALREADY_CONFIGURED);
		assert_int_equal(es_tpm_counter_delete(f->tpm, ES_COUNTER_INDEX), ES_OK);
		assert_int_equal(es_tpm_counter_predict(f->tpm, &predicted), ES_OK);
		assert_int_equal(es_tpm_counter_define(f->tpm, ES_COUNTER_INDEX), ES_OK);
		assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_COUNTER_UNCOUNTED);
		assert_int_equal(value, 77);
		assert_int_equal(es_tpm_counter_define(f->tpm, ES_COUNTER_INDEX), ES_ALREADY_CONFIGURED);
		assert_int_equal(es_tpm_counter_increment(f->tpm, ES_COUNTER_INDEX), ES_COUNTER_MISSING);
		/* What another call defined remains if the increment fails. */
		plan.done = 0;
		tpm_fixture_reopen(f, es_proxy_tcti(p), pin);
		assert_int_equal(es_tpm_counter_make(f->tpm, ES_COUNTER_INDEX, &value), ES_TPM_FAILURE_MODE);
		assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_COUNTER_UNCOUNTED);
		assert_int_equal(es_tpm_counter_make(f->tpm, ES_COUNTER_INDEX, &value), ES_OK);
		assert_int_equal(value, predicted);
		value = 77;
	}
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

#define SCRATCH "0x0180e5ec"

/* Also if an interrupted prediction left its counter, and if others were incremented since. */
static void the_prediction_is_what_make_returns(void **state)
{
	struct tpm_fixture *f = *state;
	uint64_t predicted = 0, value = 0;

	for (unsigned left = 0; left < 2; left++) {
		tpm_fixture_reopen(f, NULL, true);
		assert_int_equal(es_tpm_counter_delete(f->tpm, ES_COUNTER_INDEX), ES_OK);
		if (left)
			es_swtpm_tool_ok(f->swtpm,
					 "tpm2_nvdefine -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' " SCRATCH
					 " && tpm2_nvincrement -C " SCRATCH " " SCRATCH
					 " && tpm2_nvdefine -C o -s 8 -a 'authread|authwrite|nt=counter' 0x01800001 && "
					 "for i in 1 2 3; do tpm2_nvincrement -C 0x01800001 0x01800001; done",
					 NULL, 0);
		assert_int_equal(es_tpm_counter_predict(f->tpm, &predicted), ES_OK);
		es_swtpm_tool_ok(f->swtpm, "! tpm2_nvreadpublic " SCRATCH " 2>/dev/null", NULL, 0);
		assert_int_equal(es_tpm_counter_make(f->tpm, ES_COUNTER_INDEX, &value), ES_OK);
		assert_int_equal(value, predicted);
	}
}

static void an_index_outside_the_owner_range_is_refused(void **state)
{
	struct tpm_fixture *f = *state;
	uint64_t value;

	assert_int_equal(es_tpm_counter_make(f->tpm, 0x01c00002, &value), ES_ARGUMENT);
	assert_int_equal(es_tpm_counter_read(f->tpm, 0x01c00002, &value), ES_ARGUMENT);
	assert_int_equal(es_tpm_counter_read(f->tpm, 0x81000001, &value), ES_ARGUMENT);
	assert_int_equal(es_tpm_counter_read(f->tpm, 0, &value), ES_ARGUMENT);
	assert_int_equal(es_tpm_commands(f->tpm), 0);
}

static void an_owner_password_stops_making_and_deleting(void **state)
{
	struct tpm_fixture *f = *state;
	uint64_t value;

	es_swtpm_tool_ok(f->swtpm, "tpm2_changeauth -c owner secret", NULL, 0);
	for (unsigned pin = 0; pin < 2; pin++) {
		tpm_fixture_reopen(f, NULL, pin);
		assert_int_equal(es_tpm_counter_make(f->tpm, 0x01800007, &value), ES_TPM_AUTH);
		assert_int_equal(es_tpm_counter_delete(f->tpm, ES_COUNTER_INDEX), ES_TPM_AUTH);
	}
}

static void a_lack_of_room_is_reported(void **state)
{
	struct tpm_fixture *f = *state;
	enum es_reason r = ES_OK;
	uint64_t value;

	/* Big ones first, then smaller ones that still fit. */
	es_swtpm_tool_ok(
	    f->swtpm,
	    "i=0; for size in 2048 512 64 1; do while tpm2_nvdefine -Q -C o -s $size -a 'ownerread|ownerwrite' "
	    "$((0x01801000 + i)); do i=$((i + 1)); done; done; [ $i -gt 4 ]",
	    NULL, 0);
	tpm_fixture_reopen(f, NULL, true);
	/* A TPM reserves some room for counters. */
	for (uint32_t index = 0x01800100; r == ES_OK && index < 0x01800140; index++)
		r = es_tpm_counter_make(f->tpm, index, &value);
	assert_int_equal(r, ES_TPM_FULL);
	assert_non_null(strstr(es_tpm_last_refusal(f->tpm), "TPM2_NV_DefineSpace: "));
}

/* So the Name with which it is read, without being looked up, is the TPM's. */
static void a_read_takes_one_command(void **state)
{
	struct tpm_fixture *f = *state;
	uint64_t value;
	unsigned before;

	assert_int_equal(es_tpm_counter_make(f->tpm, ES_GENERATION_INDEX, &value), ES_OK);

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_OK); /* plus the session */
	before = es_tpm_commands(f->tpm);
	assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_OK);
	assert_int_equal(es_tpm_counter_read(f->tpm, ES_GENERATION_INDEX, &value), ES_OK);
	assert_int_equal(es_tpm_commands(f->tpm) - before, 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_as_tpm2_tools_show),
		TEST(raising_increments_that_many_times),
		TEST(the_counter_survives_power_cuts_and_needs_no_password),
		TEST(an_existing_counter_is_reported_and_read),
		TEST(a_deleted_counter_is_missing_and_a_new_one_starts_above),
		TEST(a_look_alike_is_refused),
		TEST(a_counter_with_a_password_is_not_ours),
		TEST(an_interrupted_make_is_completed),
		TEST(a_defined_counter_has_no_value_until_it_is_incremented),
		TEST(the_prediction_is_what_make_returns),
		TEST(an_index_outside_the_owner_range_is_refused),
		TEST(an_owner_password_stops_making_and_deleting),
		TEST(a_lack_of_room_is_reported),
		TEST(a_read_takes_one_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
