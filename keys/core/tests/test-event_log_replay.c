/* SPDX-License-Identifier: Apache-2.0 */
/* Replaying and comparing logs (event_log.c). test-event_log.c tests the reading. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/buf.h"
#include "keys/core/event_log.h"
#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/event_log_image.h"

#include <stdio.h>
#include <string.h>

static struct es_span text(const char *t)
{
	return es_text_span(t);
}

static struct es_span log_with(struct es_test_log *log, const char *const *events, unsigned pcr)
{
	es_test_log_begin(log);
	for (; *events != NULL; events++)
		es_test_log_event(log, pcr, ES_EV_IPL, text(*events), text(*events));
	return es_test_log_span(log);
}

static enum es_reason walk(struct es_span bytes)
{
	struct es_event_log log;
	struct es_event event;
	enum es_reason r = es_event_log_open(bytes, &log);

	while (r == ES_OK)
		r = es_event_log_next(&log, &event);
	return r;
}

static size_t read_file(const char *name, const char *suffix, uint8_t *out, size_t cap)
{
	char path[128];
	FILE *f;
	size_t len;

	snprintf(path, sizeof path, "keys/core/tests/fixtures/%s%s", name, suffix);
	f = fopen(path, "rb");
	assert_non_null(f); /* run from the top folder */
	len = fread(out, 1, cap, f);
	fclose(f);
	assert_true(len < cap);
	return len;
}

static void assert_replays(const char *name)
{
	uint8_t log[16384], pcrs[4096];
	struct es_span bytes = { log, read_file(name, ".log", log, sizeof log) };
	struct es_pcr_values replayed;
	char *line = (char *)pcrs, *rest;
	unsigned compared = 0;

	pcrs[read_file(name, ".pcrs", pcrs, sizeof pcrs)] = '\0';
	assert_int_equal(es_event_log_replay(bytes, es_sha256, NULL, &replayed), ES_OK);
	assert_int_equal(replayed.present, 0xffffff);
	for (line = strtok_r(line, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		unsigned pcr;
		char hex[65];
		struct es_digest value;

		assert_int_equal(sscanf(line, "%u %64s", &pcr, hex), 2);
		assert_true(es_hex_decode(hex, value.bytes, sizeof value.bytes));
		if (pcr == 10)
			continue; /* the kernel extends it */
		assert_true(es_digest_equal(&value, &replayed.value[pcr]));
		compared++;
	}
	assert_int_equal(compared, 23);
}

static void replays_recorded_boots_to_the_tpms_values(void **state)
{
	(void)state;
	assert_replays("ovmf-systemd-stub");
	assert_replays("ovmf-etcseal-recovery");
}

static void starts_pcr_0_from_the_startup_locality(void **state)
{
	struct es_span locality = { (const uint8_t *)"StartupLocality\0\3", 17 };
	struct es_digest expected = { { [31] = 3 } };
	struct es_pcr_values values;
	struct es_test_log log;

	(void)state;
	es_test_log_begin(&log);
	es_test_log_event(&log, 0, ES_EV_NO_ACTION, text(""), locality);
	assert_int_equal(es_event_log_replay(es_test_log_span(&log), es_sha256, NULL, &values), ES_OK);
	assert_true(es_digest_equal(&values.value[0], &expected));
	es_test_log_event(&log, 0, ES_EV_SEPARATOR, text("x"), text("x"));
	assert_true(es_pcr_event(&expected, text("x"), es_sha256));
	assert_int_equal(es_event_log_replay(es_test_log_span(&log), es_sha256, NULL, &values), ES_OK);
	assert_true(es_digest_equal(&values.value[0], &expected));
}

static void refuses_a_late_or_out_of_range_startup_locality(void **state)
{
	struct es_span locality = { (const uint8_t *)"StartupLocality\0\3", 17 };
	struct es_span beyond = { (const uint8_t *)"StartupLocality\0\5", 17 };
	struct es_pcr_values values;
	struct es_test_log log;

	(void)state;
	es_test_log_begin(&log);
	es_test_log_event(&log, 0, ES_EV_SEPARATOR, text("x"), text("x"));
	es_test_log_event(&log, 0, ES_EV_NO_ACTION, text(""), locality);
	assert_int_equal(es_event_log_replay(es_test_log_span(&log), es_sha256, NULL, &values), ES_FORMAT);
	es_test_log_begin(&log);
	es_test_log_event(&log, 0, ES_EV_NO_ACTION, text(""), beyond);
	assert_int_equal(walk(es_test_log_span(&log)), ES_FORMAT);
}

static void mistakes_no_other_event_for_a_startup_locality(void **state)
{
	struct es_span locality = { (const uint8_t *)"StartupLocality\0\3", 17 };
	struct es_span highest = { (const uint8_t *)"StartupLocality\0\4", 17 };
	struct es_span cut = { locality.data, 16 };
	struct es_event_log reader;
	struct es_test_log log;
	struct es_event event;

	(void)state;
	es_test_log_begin(&log);
	es_test_log_event(&log, 0, ES_EV_NO_ACTION, text(""), cut);
	es_test_log_event(&log, 1, ES_EV_NO_ACTION, text(""), locality);
	es_test_log_event(&log, 0, ES_EV_IPL, text(""), locality);
	es_test_log_event(&log, 0, ES_EV_NO_ACTION, text(""), text("StartupLocalitY..."));
	assert_int_equal(es_event_log_open(es_test_log_span(&log), &reader), ES_OK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(es_event_log_next(&reader, &event), ES_OK);
	assert_int_equal(reader.startup_locality, 0);
	es_test_log_begin(&log);
	es_test_log_event(&log, 0, ES_EV_NO_ACTION, text(""), highest);
	assert_int_equal(walk(es_test_log_span(&log)), ES_MISSING);
}

static void extends_nothing_for_no_action(void **state)
{
	struct es_pcr_values values;
	struct es_test_log log;

	(void)state;
	es_test_log_begin(&log);
	es_test_log_event(&log, 11, ES_EV_NO_ACTION, text("x"), text("x"));
	es_test_log_event(&log, 0xffffffff, ES_EV_NO_ACTION, text("x"), text("x"));
	assert_int_equal(es_event_log_replay(es_test_log_span(&log), es_sha256, NULL, &values), ES_OK);
	assert_true(es_pcr_is_unset(&values.value[11]));
	assert_int_equal(values.value[17].bytes[0], 0xff);
	assert_int_equal(values.value[22].bytes[31], 0xff);
	assert_int_equal(values.value[16].bytes[0], 0);
	assert_int_equal(values.value[23].bytes[0], 0);
}

/* Of the recorded boot only the stub's event for "debug extra=1" remains: what the same options without the key would
 * give. */
static void leaves_out_the_marks_of_a_recovery_boot(void **state)
{
	static const uint8_t options[] = "d\0e\0b\0u\0g\0 \0e\0x\0t\0r\0a\0=\0"
					 "1\0\0";
	uint8_t log[16384];
	struct es_span bytes = { log, read_file("ovmf-etcseal-recovery", ".log", log, sizeof log) };
	struct es_digest expected = { { 0 } };
	struct es_pcr_values values;

	(void)state;
	assert_true(es_pcr_event(&expected, (struct es_span){ options, sizeof options }, es_sha256));
	assert_int_equal(es_event_log_replay(bytes, es_sha256, es_event_is_recovery, &values), ES_OK);
	assert_true(es_digest_equal(&values.value[ES_PCR_OPTIONS], &expected));
}

static void leaves_out_what_the_caller_skips(void **state)
{
	struct es_digest expected = { { 0 } };
	struct es_pcr_values values;
	struct es_test_log log;

	(void)state;
	es_test_log_begin(&log);
	es_test_log_event(&log, ES_PCR_OPTIONS, ES_EV_IPL, text(ES_RECOVERY_EVENT), text("any"));
	es_test_log_event(&log, ES_PCR_OPTIONS, ES_EV_IPL, text("options"), text("any"));
	assert_true(es_pcr_event(&expected, text("options"), es_sha256));
	assert_int_equal(es_event_log_replay(es_test_log_span(&log), es_sha256, es_event_is_recovery, &values), ES_OK);
	assert_true(es_digest_equal(&values.value[ES_PCR_OPTIONS], &expected));
}

static void finds_the_first_change_of_a_pcr(void **state)
{
	static const char *const before[] = { "one", "two", "three", NULL };
	static const char *const after[] = { "one", "TWO", "three", NULL };
	static const char *const shorter[] = { "one", "two", NULL };
	struct es_test_log then, now, cut;
	struct es_span a = log_with(&then, before, 4), b = log_with(&now, after, 4), c = log_with(&cut, shorter, 4);
	struct es_event_change change = { 0 };

	(void)state;
	assert_int_equal(es_event_log_first_change(a, b, 4, &change), ES_OK);
	assert_true(change.has_then && change.has_now);
	assert_memory_equal(change.then.data.data, "two", 3);
	assert_memory_equal(change.now.data.data, "TWO", 3);
	assert_int_equal(es_event_log_first_change(a, c, 4, &change), ES_OK);
	assert_true(change.has_then && !change.has_now);
	assert_memory_equal(change.then.data.data, "three", 5);
	assert_int_equal(es_event_log_first_change(c, a, 4, &change), ES_OK);
	assert_true(!change.has_then && change.has_now);
	assert_int_equal(es_event_log_first_change(a, a, 4, &change), ES_MISSING);
	assert_int_equal(es_event_log_first_change(a, b, 5, &change), ES_MISSING);
	a.len--;
	assert_int_equal(es_event_log_first_change(a, a, 4, &change), ES_FORMAT);
	assert_int_equal(es_event_log_first_change(text("x"), b, 4, &change), ES_FORMAT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(replays_recorded_boots_to_the_tpms_values),
		cmocka_unit_test(starts_pcr_0_from_the_startup_locality),
		cmocka_unit_test(refuses_a_late_or_out_of_range_startup_locality),
		cmocka_unit_test(mistakes_no_other_event_for_a_startup_locality),
		cmocka_unit_test(extends_nothing_for_no_action),
		cmocka_unit_test(leaves_out_the_marks_of_a_recovery_boot),
		cmocka_unit_test(leaves_out_what_the_caller_skips),
		cmocka_unit_test(finds_the_first_change_of_a_pcr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
