/* SPDX-License-Identifier: Apache-2.0 */
/* What the command keeps of the configuration in memory: nothing in pages that can be swapped, and nothing once it is
 * done. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/memory_attacks.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/process_memory.h"
#include "tools/dispatch.h"
#include "tools/verb.h"
#include "tools/verb_table.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void a_running_watch_is_locked(void **state)
{
	(void)state;
	assert_false(attack_swap_of_watch(es_dispatch));
}

static void a_backup_midway_is_locked(void **state)
{
	(void)state;
	assert_false(attack_swap_of_backup(es_dispatch));
}

static void a_diff_midway_is_locked(void **state)
{
	(void)state;
	assert_false(attack_swap_of_diff(es_dispatch));
}

static void an_extract_midway_is_locked(void **state)
{
	(void)state;
	assert_false(attack_swap_of_extract(es_dispatch));
}

static void an_image_that_is_pinned_to_this_host_is_made_in_locked_memory(void **state)
{
	(void)state;
	assert_false(attack_swap_of_pinning(es_dispatch));
}

static void an_image_with_a_policy_is_made_in_locked_memory(void **state)
{
	(void)state;
	assert_false(attack_swap_of_policy_key(es_dispatch));
}

static void a_policy_is_signed_in_locked_memory(void **state)
{
	(void)state;
	assert_false(attack_swap_of_sign_policy(es_dispatch));
}

static void a_running_watch_holds_no_plaintext_between_saves(void **state)
{
	(void)state;
	assert_false(attack_find_plaintext_in_watch(es_dispatch));
}

static void an_extract_leaves_no_plaintext(void **state)
{
	(void)state;
	assert_false(attack_find_plaintext_after_extract(es_dispatch));
}

static void no_other_verb_leaves_plaintext(void **state)
{
	(void)state;
	assert_false(attack_find_plaintext_after_verbs(es_dispatch));
}

static void a_boot_leaves_no_plaintext_in_the_helper(void **state)
{
	(void)state;
	assert_false(attack_find_plaintext_after_boot(es_dispatch));
}

/* Not only this test: free() and realloc() of the programs are there for their libraries to find. */
static void both_programs_wipe_what_any_library_frees(void **state)
{
	char path[PATH_MAX], line[PATH_MAX + 128];

	(void)state;
	oracle_build_folder(path);
	for (int i = 0; i < 2 && memory_attacks_can_see(); i++) {
		snprintf(line, sizeof line, "test $(nm -D --defined-only '%s/%s' | grep -cE ' T (free|realloc)$') = 2",
			 path, i == 0 ? "etcseal" : "etcseal-boot");
		assert_int_equal(system(line), 0);
	}
}

static struct captured c;

static int limited_body(void *command)
{
	return process_limit_locks(1 << 20) ? command_body(command) : 125;
}

/* Said once, and no reason to stop: without a save everything would be lost. */
static void where_memory_cannot_be_locked_it_is_said_and_goes_on(void **state)
{
	struct command command = { .dispatch = es_dispatch };
	struct es_boot_record record;
	const char *said;
	struct machine m;

	(void)state;
	machine_start(&m, false);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	machine_write(&m, "etc/hostname", "thor\n");
	command_prepare(&command, &m, "init");
	capture(limited_body, &command, NULL, &c);
	assert_int_equal(c.status, 0);
	said = strstr(c.err, "warning: memory can't be locked, so decrypted data may reach swap; raise the limit");
	assert_true(said != NULL || !memory_attacks_can_see());
	assert_true(said == NULL || strstr(said + 20, "can't be locked") == NULL);
	command_run(&command, &m, "backup", 0, NULL, &c);
	assert_null(strstr(c.err, "can't be locked"));
	machine_stop(&m);
}

static unsigned without_secrets(const struct es_verb *v, char *names, size_t cap)
{
	unsigned n = 0;

	for (; v->name != NULL; v++) {
		if (v->verbs != NULL)
			n += without_secrets(v->verbs, names, cap);
		if (v->verbs == NULL && v->no_secrets)
			n += (unsigned)snprintf(names + strlen(names), cap - strlen(names), "%s ", v->name) > 0;
	}
	return n;
}

static void every_verb_is_locked_but_those_without_secrets(void **state)
{
	char names[256] = "";

	(void)state;
	assert_int_equal(without_secrets(es_verbs, names, sizeof names), 6);
	assert_string_equal(names, "build inspect predict completion help version ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_running_watch_is_locked),
		cmocka_unit_test(a_backup_midway_is_locked),
		cmocka_unit_test(a_diff_midway_is_locked),
		cmocka_unit_test(an_extract_midway_is_locked),
		cmocka_unit_test(an_image_that_is_pinned_to_this_host_is_made_in_locked_memory),
		cmocka_unit_test(an_image_with_a_policy_is_made_in_locked_memory),
		cmocka_unit_test(a_policy_is_signed_in_locked_memory),
		cmocka_unit_test(a_running_watch_holds_no_plaintext_between_saves),
		cmocka_unit_test(an_extract_leaves_no_plaintext),
		cmocka_unit_test(no_other_verb_leaves_plaintext),
		cmocka_unit_test(a_boot_leaves_no_plaintext_in_the_helper),
		cmocka_unit_test(both_programs_wipe_what_any_library_frees),
		cmocka_unit_test(where_memory_cannot_be_locked_it_is_said_and_goes_on),
		cmocka_unit_test(every_verb_is_locked_but_those_without_secrets),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
