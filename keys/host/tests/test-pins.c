/* SPDX-License-Identifier: Apache-2.0 */
/* A host whose boot image is pinned to its key: what still opens while that key is changed, and what no longer does. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/host/pins.h"

#include "keys/next/check.h"
#include "keys/store/file.h"
#include "keys/tests/lib/rotation.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS = 256 };

struct scene {
	struct rotation r;
	char image[OPTIONS]; /* the options of the image that boots */
};

/* Options as `image build --for-this-host` would write them now. */
static void pins_now(struct scene *s, char ret[static OPTIONS])
{
	struct es_writer w = { .data = (uint8_t *)ret, .cap = OPTIONS - 1 };
	ES_HOST host = machine_host(&s->r.m);
	struct es_pins pins;

	memset(ret, 0, OPTIONS);
	assert_int_equal(es_host_pins(host, &pins), ES_OK);
	es_write_text(&w, "root=/dev/sda2 ro");
	es_pins_write(&pins, &w);
	assert_false(w.bad);
}

static enum es_reason boot(struct scene *s, const char *options, const char *recovery)
{
	struct machine_boot b = machine_usual_boot;

	b.pins = options;
	b.recovery = b.consent = recovery != NULL;
	s->r.m.options = options;
	return machine_boot(&s->r.m, &b, recovery, &s->r.record);
}

static void start(struct scene *s, bool kdf)
{
	memset(s, 0, sizeof *s);
	rotation_start(&s->r, kdf);
	pins_now(s, s->image);
	assert_int_equal(boot(s, s->image, NULL), ES_OK);
	machine_write(&s->r.m, "etc/secret", "second\n");
}

static unsigned predecessors(struct scene *s)
{
	ES_HOST host = machine_host(&s->r.m);

	return es_host_bank(host)->info->predecessor_count;
}

static void a_rotation_leaves_the_image_that_is_pinned_to_the_old_key_opening(void **state)
{
	const bool *kdf = *state;
	char next[OPTIONS];
	struct scene s;

	start(&s, *kdf);
	rotation_whole(&s.r);
	assert_int_equal(boot(&s, s.image, NULL), ES_OK);
	assert_true(machine_has(&s.r.m, "etc/secret", "second\n"));
	assert_int_equal(boot(&s, s.image, s.r.after), ES_OK);
	assert_int_equal(rotation_backup(&s.r), ES_OK);
	assert_int_equal(boot(&s, s.image, NULL), ES_OK);
	/* The next image opens as well. Once it has saved, the previous one no longer opens. */
	pins_now(&s, next);
	assert_string_not_equal(next, s.image);
	assert_int_equal(boot(&s, next, NULL), ES_OK);
	assert_int_equal(predecessors(&s), 1);
	assert_int_equal(rotation_backup(&s.r), ES_OK);
	assert_int_equal(predecessors(&s), 0);
	assert_int_equal(boot(&s, next, NULL), ES_OK);
	assert_int_equal(boot(&s, s.image, NULL), ES_OTHER_KEY);
	assert_int_equal(boot(&s, s.image, s.r.after), ES_OTHER_KEY);
	assert_non_null(strstr(s.r.record.refusal_detail, "the image accepts"));
	assert_int_equal(boot(&s, next, s.r.after), ES_OK);
	machine_stop(&s.r.m);
}

static void cut_between_its_steps_every_key_opens_its_bank_with_either_image(void **state)
{
	char next[OPTIONS];
	struct scene s;

	(void)state;
	start(&s, false);
	rotation_half(&s.r);
	pins_now(&s, next);
	assert_int_equal(boot(&s, s.image, NULL), ES_OK);
	assert_true(machine_has(&s.r.m, "etc/secret", "second\n"));
	assert_int_equal(boot(&s, next, NULL), ES_OK);
	assert_int_equal(boot(&s, s.image, s.r.before), ES_OK); /* the older bank, with the owner's consent */
	assert_true(machine_has(&s.r.m, "etc/secret", "first\n"));
	assert_int_equal(boot(&s, s.image, s.r.after), ES_OK);
	assert_int_equal(boot(&s, next, s.r.after), ES_OK);
	machine_stop(&s.r.m);
}

static void an_image_without_pins_forgets_no_key_of_before(void **state)
{
	struct scene s;

	(void)state;
	start(&s, false);
	rotation_whole(&s.r);
	assert_int_equal(boot(&s, "root=/dev/sda2 ro", NULL), ES_OK);
	assert_int_equal(rotation_backup(&s.r), ES_OK);
	assert_int_equal(predecessors(&s), 1);
	assert_int_equal(boot(&s, s.image, NULL), ES_OK);
	machine_stop(&s.r.m);
}

static void keys_are_passed_on_over_several_rotations(void **state)
{
	struct scene s;

	(void)state;
	start(&s, true);
	for (unsigned i = 1; i <= ES_PREDECESSORS_MAX; i++) {
		rotation_whole(&s.r);
		assert_int_equal(predecessors(&s), i);
		assert_int_equal(boot(&s, s.image, NULL), ES_OK);
	}
	/* One more than there is room for: a new image has long been due. */
	rotation_whole(&s.r);
	assert_int_equal(predecessors(&s), ES_PREDECESSORS_MAX);
	assert_int_equal(boot(&s, s.image, NULL), ES_OTHER_KEY);
	machine_stop(&s.r.m);
}

static void a_host_that_nothing_is_pinned_to_keeps_no_old_key(void **state)
{
	struct rotation r;
	struct scene s;

	(void)state;
	rotation_start(&r, false);
	rotation_whole(&r);
	s.r = r;
	assert_int_equal(predecessors(&s), 0);
	machine_stop(&r.m);
}

static void assert_finding(struct scene *s, const char *options, enum es_reason expected)
{
	struct es_check found;
	ES_HOST host = NULL;
	bool seen = false;

	assert_int_equal(es_file_write(AT_FDCWD, s->r.m.options_path, es_text_span(options)), ES_OK);
	host = machine_host(&s->r.m);
	assert_int_equal(es_host_check(host, NULL, &found), ES_OK);
	if (found.opens != (expected == ES_OK))
		fail_msg("%s: %s: %s", options, es_reason_words(found.finding[0].reason)->id, found.finding[0].detail);
	for (unsigned i = 0; i < found.count; i++)
		seen |= found.finding[i].stops && found.finding[i].reason == expected;
	assert_int_equal(seen, expected != ES_OK);
}

static void change_digit(char *digit)
{
	*digit = *digit == '0' ? '1' : '0';
}

static void check_says_what_an_image_is_pinned_to_in_vain(void **state)
{
	char edited[OPTIONS];
	struct scene s;

	(void)state;
	start(&s, false);
	assert_int_equal(rotation_backup(&s.r), ES_OK);
	assert_finding(&s, s.image, ES_OK);
	strcpy(edited, s.image);
	change_digit(strstr(edited, "etcseal.key-id=") + 15);
	assert_finding(&s, edited, ES_OTHER_KEY);
	strcpy(edited, s.image);
	change_digit(strstr(edited, "etcseal.host=") + 13);
	assert_finding(&s, edited, ES_OTHER_HOST);
	strcpy(edited, s.image);
	change_digit(strstr(edited, "etcseal.srk=") + 12 + 40);
	assert_finding(&s, edited, ES_TPM_OTHER);
	assert_finding(&s, "etcseal.srk=1", ES_BAD_PINS);
	machine_stop(&s.r.m);
}

int main(void)
{
	static bool tpm = false, kdf = true;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(a_rotation_leaves_the_image_that_is_pinned_to_the_old_key_opening, &tpm),
		cmocka_unit_test_prestate(a_rotation_leaves_the_image_that_is_pinned_to_the_old_key_opening, &kdf),
		cmocka_unit_test(cut_between_its_steps_every_key_opens_its_bank_with_either_image),
		cmocka_unit_test(an_image_without_pins_forgets_no_key_of_before),
		cmocka_unit_test(keys_are_passed_on_over_several_rotations),
		cmocka_unit_test(a_host_that_nothing_is_pinned_to_keeps_no_old_key),
		cmocka_unit_test(check_says_what_an_image_is_pinned_to_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
