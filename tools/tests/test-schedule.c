/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/schedule.h"

static const struct es_saved saved_later = { .pending = true };

/* Started, and the first look around done, at 0. */
static struct es_schedule idle(void)
{
	struct es_schedule s;

	es_schedule_start(&s, 0);
	assert_int_equal(es_schedule_wait(&s, 0), 0);
	es_schedule_saved(&s, 0, 0, &(struct es_saved){ .unchanged = true });
	assert_int_equal(es_schedule_wait(&s, 0), -1);
	return s;
}

static void a_change_waits_for_quiet(void **state)
{
	struct es_schedule s = idle();

	(void)state;
	es_schedule_changed(&s, 1000);
	assert_int_equal(es_schedule_wait(&s, 1000), ES_QUIET_MS);
	es_schedule_changed(&s, 3000);
	assert_int_equal(es_schedule_wait(&s, 3500), ES_QUIET_MS - 500);
	assert_int_equal(es_schedule_wait(&s, 6000), 0);
	es_schedule_saved(&s, 6500, 6000, &saved_later);
	s.pending = false;
	assert_int_equal(es_schedule_wait(&s, 6500), -1);
}

static void changes_that_never_cease_wait_for_15_s_at_most(void **state)
{
	struct es_schedule s = idle();

	(void)state;
	for (int64_t now = 1000; now < 1000 + ES_MAX_DELAY_MS; now += 500) {
		es_schedule_changed(&s, now);
		assert_true(es_schedule_wait(&s, now) > 0);
	}
	assert_int_equal(es_schedule_wait(&s, 1000 + ES_MAX_DELAY_MS), 0);
}

/* The promise: noticed by the walk, quiet, and time for the save itself. */
static void no_change_is_older_than_30_s_before_its_save_is_due(void **state)
{
	(void)state;
	assert_true(ES_WALK_MS + ES_QUIET_MS + 5000 <= 30000);
	assert_true(ES_MAX_DELAY_MS < ES_WALK_MS + ES_QUIET_MS);
}

static void what_changes_during_a_save_is_saved_next(void **state)
{
	struct es_schedule s = idle();

	(void)state;
	es_schedule_changed(&s, 1000);
	es_schedule_changed(&s, 5000);
	es_schedule_saved(&s, 5500, 4000, &saved_later);
	assert_int_equal(es_schedule_wait(&s, 5500), 5000 + ES_QUIET_MS - 5500);
}

static void failures_are_tried_again_later_and_later(void **state)
{
	struct es_schedule s = idle();
	int64_t now = 10000;

	(void)state;
	es_schedule_changed(&s, 1000);
	for (int64_t after = ES_RETRY_MS; after < 8 * ES_RETRY_MAX_MS; after *= 2) {
		int64_t wait = after < ES_RETRY_MAX_MS ? after : ES_RETRY_MAX_MS;

		es_schedule_failed(&s, now);
		es_schedule_changed(&s, now + 1);
		assert_int_equal(es_schedule_wait(&s, now), wait);
		now += wait;
		assert_int_equal(es_schedule_wait(&s, now), 0);
	}
	es_schedule_failed(&s, now);
	es_schedule_retry_now(&s, now);
	assert_true(es_schedule_wait(&s, now) <= ES_QUIET_MS);
	es_schedule_saved(&s, now, now, &saved_later);
	es_schedule_failed(&s, now);
	assert_int_equal(es_schedule_wait(&s, now), ES_RETRY_MS);
}

static void what_nobody_has_configured_yet_is_asked_for_again_soon(void **state)
{
	struct es_schedule s = idle();

	(void)state;
	es_schedule_changed(&s, 1000);
	for (int64_t now = 10000; now < 20 * ES_RETRY_MAX_MS; now += ES_RETRY_MS) {
		es_schedule_not_configured(&s, now);
		assert_int_equal(es_schedule_wait(&s, now), ES_RETRY_MS);
	}
}

static void the_counter_moves_once_an_hour_and_only_if_something_is_pending(void **state)
{
	struct es_schedule s = idle();

	(void)state;
	assert_int_equal(es_schedule_count(&s, 10 * ES_COUNT_MS), ES_COUNT_LATER);
	es_schedule_changed(&s, 1000);
	assert_int_equal(es_schedule_count(&s, 1000), ES_COUNT_LATER);
	es_schedule_saved(&s, 2000, 2000, &saved_later);
	/* Without another change it is still due, so that older ones don't open forever. */
	assert_int_equal(es_schedule_wait(&s, 2000), ES_COUNT_MS - 2000);
	assert_int_equal(es_schedule_count(&s, ES_COUNT_MS), ES_COUNT_NEXT);
	es_schedule_saved(&s, ES_COUNT_MS, ES_COUNT_MS, &(struct es_saved){ .unchanged = true, .counted = true });
	assert_int_equal(es_schedule_wait(&s, ES_COUNT_MS), -1);
	/* With a change it counts, and the new one is pending. */
	es_schedule_changed(&s, ES_COUNT_MS + 1);
	es_schedule_saved(&s, ES_COUNT_MS + 2, ES_COUNT_MS + 2, &saved_later);
	assert_int_equal(es_schedule_count(&s, 2 * ES_COUNT_MS), ES_COUNT_NEXT);
	es_schedule_saved(&s, 2 * ES_COUNT_MS, 2 * ES_COUNT_MS, &(struct es_saved){ .counted = true, .pending = true });
	assert_int_equal(es_schedule_count(&s, 2 * ES_COUNT_MS + 1), ES_COUNT_LATER);
	assert_int_equal(es_schedule_wait(&s, 2 * ES_COUNT_MS), ES_COUNT_MS);
}

static void a_tpm_that_fails_is_not_asked_to_count_at_every_save(void **state)
{
	struct es_schedule s = idle();
	const struct es_saved without_tpm = { .pending = true, .tpm_error = ES_TPM_TIMEOUT };

	(void)state;
	es_schedule_saved(&s, 0, 0, &saved_later);
	es_schedule_saved(&s, ES_COUNT_MS, ES_COUNT_MS, &without_tpm);
	assert_int_equal(es_schedule_count(&s, ES_COUNT_MS + 1), ES_COUNT_LATER);
	assert_int_equal(es_schedule_wait(&s, ES_COUNT_MS + 1), ES_COUNT_MS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_waits_for_quiet),
		cmocka_unit_test(changes_that_never_cease_wait_for_15_s_at_most),
		cmocka_unit_test(no_change_is_older_than_30_s_before_its_save_is_due),
		cmocka_unit_test(what_changes_during_a_save_is_saved_next),
		cmocka_unit_test(failures_are_tried_again_later_and_later),
		cmocka_unit_test(what_nobody_has_configured_yet_is_asked_for_again_soon),
		cmocka_unit_test(the_counter_moves_once_an_hour_and_only_if_something_is_pending),
		cmocka_unit_test(a_tpm_that_fails_is_not_asked_to_count_at_every_save),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
