/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/mode.h"
#include "keys/next/check.h"
#include "keys/next/entry.h"
#include "keys/tests/lib/host_scene.h"
#include "keys/tests/lib/load_option_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUMBERS(...) ((struct es_span){ (const uint8_t[]){ __VA_ARGS__ }, sizeof(const uint8_t[]){ __VA_ARGS__ } })

static const struct load_option ours = { .name = "etcseal", .file = "\\EFI\\image.efi" };
static const struct load_option debian = { .name = "debian", .file = "\\EFI\\debian\\shimx64.efi" };

static struct es_check check(struct host_scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_check c;

	assert_int_equal(es_host_check(host, NULL, &c), ES_OK);
	return c;
}

static const struct es_finding *find(const struct es_check *c, enum es_reason reason)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->finding[i].reason == reason)
			return &c->finding[i];
	return NULL;
}

/* Entry 3 is ours and started this boot; 5 is another system's. */
static void start(struct host_scene *s, struct machine_boot how)
{
	how.boot_order = NUMBERS(3, 0, 5, 0);
	host_scene_start(s, how);
	machine_set_entry(&s->m, 3, &ours);
	machine_set_entry(&s->m, 5, &debian);
	machine_set_boot(&s->m, "BootCurrent", NUMBERS(3, 0));
	machine_set_boot(&s->m, "BootOrder", NUMBERS(3, 0, 5, 0));
	assert_int_equal(host_scene_boot(s), ES_OK);
}

static void another_entry_next_is_named(void **state)
{
	struct host_scene s;
	struct es_check c;

	(void)state;
	start(&s, machine_usual_boot);
	assert_true(check(&s).opens);
	machine_set_boot(&s.m, "BootNext", NUMBERS(5, 0));
	c = check(&s);
	assert_false(c.opens);
	assert_non_null(find(&c, ES_NEXT_OTHER_ENTRY));
	assert_string_equal(
	    find(&c, ES_NEXT_OTHER_ENTRY)->detail,
	    "BootNext is set: the next boot starts Boot0005 (debian, /EFI/debian/shimx64.efi), this one was "
	    "started by Boot0003");
	machine_set_boot(&s.m, "BootNext", NUMBERS(3, 0));
	assert_true(check(&s).opens);
	machine_stop(&s.m);
}

static void a_new_order_is_noticed_and_an_old_one_is_not(void **state)
{
	struct host_scene s;
	struct es_check c;

	(void)state;
	start(&s, machine_usual_boot);
	machine_set_boot(&s.m, "BootOrder", NUMBERS(5, 0, 3, 0));
	c = check(&s);
	assert_false(c.opens);
	assert_non_null(
	    strstr(find(&c, ES_NEXT_OTHER_ENTRY)->detail, "BootOrder has changed: the next boot starts Boot0005"));
	/* A changed order in which the same entry is first. */
	machine_set_boot(&s.m, "BootOrder", NUMBERS(3, 0));
	assert_true(check(&s).opens);
	/* One that the firmware skips, and one that isn't there. */
	machine_set_entry(&s.m, 5, &(struct load_option){ .name = "debian", .file = debian.file, .inactive = true });
	machine_set_boot(&s.m, "BootOrder", NUMBERS(9, 0, 5, 0, 3, 0));
	assert_true(check(&s).opens);
	machine_stop(&s.m);
}

/* The firmware tried entry 5 first, in this boot too. */
static void an_entry_that_fails_every_time_does_not_count(void **state)
{
	struct machine_boot how = machine_usual_boot;
	struct host_scene s;

	(void)state;
	start(&s, how);
	s.boot.boot_order = NUMBERS(5, 0, 3, 0);
	machine_set_boot(&s.m, "BootOrder", NUMBERS(5, 0, 3, 0));
	assert_int_equal(host_scene_boot(&s), ES_OK);
	assert_true(check(&s).opens);
	machine_stop(&s.m);
}

static void options_of_the_entry_are_the_next_boots(void **state)
{
	struct load_option with = ours;
	struct host_scene s;
	struct es_check c;

	(void)state;
	start(&s, machine_usual_boot);
	with.options = "loglevel=4";
	machine_set_entry(&s.m, 3, &with);
	c = check(&s);
	assert_false(c.opens);
	assert_non_null(find(&c, ES_NEXT_LOCKED));
	assert_non_null(strstr(find(&c, ES_NEXT_LOCKED)->detail, "PCR 12"));
	/* Of another program's they say nothing. */
	with.file = "\\EFI\\loader.efi";
	machine_set_entry(&s.m, 3, &with);
	assert_true(check(&s).opens);
	/* Data that isn't text holds no options. */
	with.file = ours.file;
	with.ascii = true;
	with.options = "\1\2\3";
	machine_set_entry(&s.m, 3, &with);
	assert_true(check(&s).opens);
	machine_stop(&s.m);
}

/* Typed once: sealed to them, the host would wait for somebody to type them again. */
static void a_seal_to_options_that_were_typed_is_not_a_promise(void **state)
{
	ES_SECRET recovery = NULL;
	struct host_scene s;
	struct es_check c;

	(void)state;
	start(&s, machine_usual_boot);
	s.boot.options = "init=/bin/sh";
	assert_int_equal(host_scene_boot(&s), ES_LOCKED_PCR);
	{
		struct machine_boot how = s.boot;

		assert_int_equal(machine_boot(&s.m, &how, s.recovery, &s.record), ES_OK);
	}
	{
		ES_HOST host = machine_host(&s.m);
		char old_id[ES_RECOVERY_ID_TEXT];

		assert_int_equal(es_host_set_mode(host, ES_MODE_TPM, old_id, &recovery), ES_OK);
	}
	c = check(&s);
	assert_false(c.opens);
	assert_non_null(find(&c, ES_NEXT_LOCKED));
	machine_stop(&s.m);
}

static void a_key_in_an_entry_is_found(void **state)
{
	struct load_option with = debian;
	struct host_scene s;
	char id[ES_NEXT_ENTRY_ID], options[400];

	(void)state;
	start(&s, machine_usual_boot);
	{
		ES_HOST host = machine_host(&s.m);

		assert_false(es_next_entry_key(host, id));
	}
	snprintf(options, sizeof options, "quiet etcseal.recovery=%s", s.recovery);
	with.options = options;
	for (int ascii = 0; ascii < 2; ascii++) {
		ES_HOST host = NULL;

		with.ascii = ascii;
		machine_set_entry(&s.m, 0x1a, &with);
		host = machine_host(&s.m);
		assert_true(es_next_entry_key(host, id));
		assert_string_equal(id, "Boot001A");
	}
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_entry_next_is_named),
		cmocka_unit_test(a_new_order_is_noticed_and_an_old_one_is_not),
		cmocka_unit_test(an_entry_that_fails_every_time_does_not_count),
		cmocka_unit_test(options_of_the_entry_are_the_next_boots),
		cmocka_unit_test(a_seal_to_options_that_were_typed_is_not_a_promise),
		cmocka_unit_test(a_key_in_an_entry_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
