/* SPDX-License-Identifier: Apache-2.0 */
/* A host whose firmware provides no usable event log, or one that is wrong for some PCRs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/init.h"
#include "keys/change/require.h"
#include "keys/next/check.h"
#include "keys/tests/lib/host_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void first_boot(struct host_scene *s)
{
	machine_start(&s->m, true);
	assert_int_equal(host_scene_boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
}

static void replace_log(struct host_scene *s, const char *from)
{
	char line[256];

	if (from == NULL)
		snprintf(line, sizeof line, "rm %s", s->m.log_path);
	else
		snprintf(line, sizeof line, "cp %s %s", from, s->m.log_path);
	assert_int_equal(system(line), 0);
}

/* The firmware keeps no log, or none in SHA-256, or an empty one, or one that is cut short. */
static void F3_a_host_without_a_usable_log_is_sealed_to_what_its_tpm_has(void **state)
{
	static const struct {
		const char *from;
		enum es_reason why;
	} logs[] = { { NULL, ES_LOG_MISSING },
		     { "keys/core/tests/fixtures/field/sha1-only.log", ES_LOG_KIND },
		     { "keys/core/tests/fixtures/field/sha1-only-with-no-action-pcr-ffffffff.log", ES_LOG_KIND },
		     { "/dev/null", ES_LOG_FORMAT },
		     { "keys/core/tests/fixtures/README", ES_LOG_FORMAT } };

	(void)state;
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
		struct machine_boot other = machine_usual_boot;
		struct host_scene s = { .boot = machine_usual_boot };

		first_boot(&s);
		replace_log(&s, logs[i].from);
		assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
		{
			ES_HOST host = machine_host(&s.m);

			assert_int_equal(es_host_log(host), logs[i].why);
		}
		assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
		other.image = "another image";
		assert_int_equal(machine_boot(&s.m, &other, NULL, &s.record), ES_LOCKED_PCR);
		machine_stop(&s.m);
	}
}

/* Only a log could show the value of PCR 12 without the key's mark. */
static void F3_a_recovery_boot_without_a_log_is_not_sealed_to(void **state)
{
	struct machine_boot recovery = machine_usual_boot;
	struct host_scene s = { .boot = machine_usual_boot };

	(void)state;
	first_boot(&s);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	recovery.recovery = recovery.consent = true;
	assert_int_equal(machine_boot(&s.m, &recovery, s.recovery, &s.record), ES_OK);
	replace_log(&s, NULL);
	{
		ES_HOST host = machine_host(&s.m);

		es_host_allow_no_secure_boot(host);
		assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_NEXT_UNKNOWN);
		assert_non_null(strstr(es_host_detail(host), "type the key at the console"));
	}
	machine_stop(&s.m);
}

/* PCR 7 contains more than the log lists, as on several laptops. */
static void F4_a_log_that_fails_in_another_pcr_stops_no_seal(void **state)
{
	struct host_scene s = { .boot = machine_usual_boot };

	(void)state;
	s.boot.unlogged = true;
	first_boot(&s);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);
		struct es_check found;

		assert_false(es_host_bank(host)->info->require_secure_boot);
		assert_int_equal(es_host_log(host), ES_LOG_MISMATCH);
		assert_int_equal(es_host_check(host, NULL, &found), ES_OK);
		assert_true(found.opens);
		assert_int_equal(es_host_require_secure_boot(host, true), ES_NOT_VOUCHED);
	}
	assert_int_equal(host_scene_boot(&s), ES_OK);
	machine_stop(&s.m);
}

/* Once with a log that doesn't lead to PCR 7, once with one that does. */
static void F4_init_takes_the_owners_word_on_secure_boot(void **state)
{
	const struct es_init_request required = { .secure_boot = ES_SECURE_BOOT_REQUIRED };
	const struct es_init_request not_required = { .secure_boot = ES_SECURE_BOOT_NOT_REQUIRED };

	(void)state;
	for (int logged = 0; logged < 2; logged++) {
		struct host_scene s = { .boot = machine_usual_boot };

		s.boot.unlogged = logged == 0;
		first_boot(&s);
		{
			ES_HOST host = machine_host(&s.m);
			ES_SECRET recovery = NULL;

			if (logged == 0)
				assert_int_equal(es_host_init(host, &required, &recovery), ES_NOT_VOUCHED);
			assert_null(recovery);
			assert_int_equal(es_host_init(host, &not_required, &recovery), ES_OK);
			assert_false(es_host_bank(host)->info->require_secure_boot);
		}
		assert_int_equal(host_scene_boot(&s), ES_OK);
		machine_stop(&s.m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(F3_a_host_without_a_usable_log_is_sealed_to_what_its_tpm_has),
		cmocka_unit_test(F3_a_recovery_boot_without_a_log_is_not_sealed_to),
		cmocka_unit_test(F4_init_takes_the_owners_word_on_secure_boot),
		cmocka_unit_test(F4_a_log_that_fails_in_another_pcr_stops_no_seal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
