/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* VMware's example of the form. */
static const char sample[] = "478269-039194-473926-430939-686855-231401-642208-184477-"
			     "602511-225586-551660-586542-338394-092578-687140-267425";
static const char plain[] = "478269039194473926430939686855231401642208184477"
			    "602511225586551660586542338394092578687140267425";

enum { GUARD = 16 };

struct typing {
	struct es_prompt prompt;
	char memory[GUARD + ES_PROMPT_ROOM + GUARD];
	unsigned faults;
};

static char *digits(struct typing *t)
{
	return t->memory + GUARD;
}

static void start(struct typing *t)
{
	memset(t, 'G', sizeof *t);
	t->faults = 0;
	es_prompt_start(&t->prompt, digits(t));
}

/* The last event; counts faults. */
static enum es_prompt_event type(struct typing *t, const char *text)
{
	enum es_prompt_event event = ES_PROMPT_NOTHING;

	for (; *text != '\0'; text++) {
		event = es_prompt_feed(&t->prompt, (unsigned char)*text);
		t->faults += event == ES_PROMPT_FAULT;
	}
	return event;
}

static void assert_zero_from(struct typing *t, unsigned at)
{
	for (unsigned i = at; i < ES_PROMPT_DIGITS; i++)
		assert_int_equal(digits(t)[i], 0);
}

static void assert_accepts(const char *text)
{
	struct typing t;

	start(&t);
	type(&t, text);
	assert_int_equal(t.faults, 0);
	assert_int_equal(t.prompt.count, ES_PROMPT_DIGITS);
	assert_int_equal(type(&t, "\r"), ES_PROMPT_ENTERED);
	assert_memory_equal(digits(&t), plain, ES_PROMPT_DIGITS);
}

static void takes_a_key_with_dashes_and_without(void **state)
{
	(void)state;
	assert_accepts(sample);
	assert_accepts(plain);
}

static void takes_a_key_with_spaces_tabs_and_several_of_them(void **state)
{
	char text[2 * sizeof sample] = "", *p = text;

	(void)state;
	for (const char *s = sample; *s != '\0'; s++)
		p += sprintf(p, *s == '-' ? " \t-" : "%c", *s);
	assert_accepts(text);
}

static void takes_a_key_over_several_lines(void **state)
{
	char text[2 * sizeof sample] = "", *p = text;

	(void)state;
	for (const char *s = sample; *s != '\0'; s++)
		p += sprintf(p, *s == '-' ? "\r\n" : "%c", *s);
	assert_accepts(text);
}

static void takes_a_bracketed_paste(void **state)
{
	char text[sizeof sample + 16];

	(void)state;
	snprintf(text, sizeof text, "\033[200~%s\033[201~", sample);
	assert_accepts(text);
}

static void takes_en_dashes_between_groups(void **state)
{
	char text[4 * sizeof sample] = "", *p = text;

	(void)state;
	for (const char *s = sample; *s != '\0'; s++)
		p += *s == '-' ? sprintf(p, "\xe2\x80\x93") : sprintf(p, "%c", *s);
	assert_accepts(text);
}

static void names_every_wrong_digit_at_its_groups_end(void **state)
{
	(void)state;
	for (unsigned at = 0; at < ES_PROMPT_DIGITS; at++) {
		for (char wrong = '0'; wrong <= '9'; wrong++) {
			struct typing t;
			char text[ES_PROMPT_DIGITS + 1];

			if (wrong == plain[at])
				continue;
			start(&t);
			memcpy(text, plain, sizeof text);
			text[at] = wrong;
			text[(at / 6 + 1) * 6] = '\0';
			assert_int_equal(type(&t, text), ES_PROMPT_FAULT);
			assert_int_equal(t.faults, 1);
			assert_int_equal(t.prompt.faulty_group, at / 6 + 1);
			assert_int_equal(t.prompt.fault, ES_GROUP_MISTYPED);
			assert_int_equal(t.prompt.count, at / 6 * 6);
			assert_zero_from(&t, t.prompt.count);
			/* typed again, and the rest */
			type(&t, plain + t.prompt.count);
			assert_int_equal(type(&t, "\n"), ES_PROMPT_ENTERED);
			assert_memory_equal(digits(&t), plain, ES_PROMPT_DIGITS);
		}
	}
}

static void names_every_swap_of_neighbours(void **state)
{
	(void)state;
	for (unsigned at = 0; at < ES_PROMPT_DIGITS - 1; at++) {
		struct typing t;
		char text[ES_PROMPT_DIGITS + 1];

		if (plain[at] == plain[at + 1] || at % 6 == 5)
			continue;
		start(&t);
		memcpy(text, plain, sizeof text);
		text[at] = plain[at + 1];
		text[at + 1] = plain[at];
		text[(at / 6 + 1) * 6] = '\0';
		assert_int_equal(type(&t, text), ES_PROMPT_FAULT);
		assert_int_equal(t.prompt.faulty_group, at / 6 + 1);
	}
}

static void names_a_group_of_another_place(void **state)
{
	struct typing t;

	(void)state;
	start(&t);
	assert_int_equal(type(&t, "039194"), ES_PROMPT_FAULT);
	assert_int_equal(t.prompt.fault, ES_GROUP_MISTYPED);
	assert_int_equal(t.prompt.faulty_group, 1);
}

static void names_a_group_that_a_dash_ends_early(void **state)
{
	struct typing t;

	(void)state;
	for (const char *end = "- \t\r\n"; *end != '\0'; end++) {
		char c[2] = { *end, '\0' };

		start(&t);
		assert_int_equal(type(&t, "478269-0391"), ES_PROMPT_DIGIT);
		assert_int_equal(type(&t, c), ES_PROMPT_FAULT);
		assert_int_equal(t.prompt.fault, ES_GROUP_TOO_FEW);
		assert_int_equal(t.prompt.faulty_group, 2);
		assert_int_equal(t.prompt.faulty_digits, 4);
		assert_int_equal(t.prompt.count, 6);
		assert_zero_from(&t, 6);
	}
}

static void names_a_group_with_something_else_than_digits(void **state)
{
	struct typing t;

	(void)state;
	for (unsigned c = 1; c < 256; c++) {
		char text[2] = { (char)c, '\0' };

		if ((c >= '0' && c <= '9') || strchr("- \t\r\n\x03\x04\b\x15\x1b\x7f", (int)c) != NULL)
			continue;
		start(&t);
		type(&t, "478269-03");
		assert_int_equal(type(&t, text), ES_PROMPT_FAULT);
		assert_int_equal(t.prompt.fault, ES_GROUP_NOT_DIGITS);
		assert_int_equal(t.prompt.faulty_group, 2);
		assert_int_equal(t.prompt.count, 6);
		assert_zero_from(&t, 6);
	}
}

static void backspace_goes_back_across_groups(void **state)
{
	struct typing t;

	(void)state;
	start(&t);
	type(&t, "478269\b");
	assert_int_equal(type(&t, "8"), ES_PROMPT_FAULT); /* checked again */
	type(&t, "478269-039194-4");
	for (unsigned left = 13; left > 0; left--) {
		assert_int_equal(type(&t, left % 2 ? "\b" : "\x7f"), ES_PROMPT_ERASED);
		assert_int_equal(t.prompt.count, left - 1);
		assert_zero_from(&t, left - 1);
	}
	assert_int_equal(type(&t, "\b"), ES_PROMPT_REFUSED);
	type(&t, sample);
	assert_int_equal(type(&t, "\r"), ES_PROMPT_ENTERED);
	assert_memory_equal(digits(&t), plain, ES_PROMPT_DIGITS);
}

static void control_u_wipes_all(void **state)
{
	struct typing t;

	(void)state;
	start(&t);
	type(&t, "478269-039194-47");
	assert_int_equal(type(&t, "\x15"), ES_PROMPT_CLEARED);
	assert_int_equal(t.prompt.count, 0);
	assert_zero_from(&t, 0);
	assert_int_equal(type(&t, sample), ES_PROMPT_DIGIT);
}

static void control_d_and_c_give_up_and_wipe(void **state)
{
	struct typing t;

	(void)state;
	for (const char *key = "\x03\x04"; *key != '\0'; key++) {
		char c[2] = { *key, '\0' };

		start(&t);
		type(&t, "478269-039194-47");
		assert_int_equal(type(&t, c), ES_PROMPT_GAVE_UP);
		assert_zero_from(&t, 0);
	}
}

static void an_empty_line_gives_up(void **state)
{
	struct typing t;

	(void)state;
	start(&t);
	assert_int_equal(type(&t, "\r"), ES_PROMPT_GAVE_UP);
	start(&t);
	assert_int_equal(type(&t, "4\b\n"), ES_PROMPT_GAVE_UP);
}

static void enter_between_groups_goes_on(void **state)
{
	struct typing t;

	(void)state;
	start(&t);
	assert_int_equal(type(&t, "478269\r"), ES_PROMPT_NEW_LINE);
	assert_int_equal(t.prompt.count, 6);
}

static void nothing_is_entered_before_the_sixteenth_group(void **state)
{
	(void)state;
	for (unsigned n = 0; n < ES_PROMPT_DIGITS; n++) {
		struct typing t;
		char text[ES_PROMPT_DIGITS + 1];

		start(&t);
		memcpy(text, plain, n);
		text[n] = 0;
		type(&t, text);
		assert_int_not_equal(type(&t, "\r"), ES_PROMPT_ENTERED);
	}
}

static void what_follows_a_whole_key_is_refused_and_changes_nothing(void **state)
{
	struct typing t;

	(void)state;
	start(&t);
	type(&t, sample);
	assert_int_equal(type(&t, "1"), ES_PROMPT_REFUSED);
	assert_int_equal(type(&t, "x"), ES_PROMPT_REFUSED);
	assert_int_equal(type(&t, "-"), ES_PROMPT_NOTHING);
	assert_int_equal(type(&t, "\r"), ES_PROMPT_ENTERED);
	assert_memory_equal(digits(&t), plain, ES_PROMPT_DIGITS);
}

static void function_keys_type_no_digits(void **state)
{
	struct typing t;

	(void)state;
	start(&t);
	/* cursor, F1, F5, delete, shift-tab, alt-x */
	type(&t, "\033[A\033OP\033[15~\033[3~\033[1;2Z\033x");
	assert_int_equal(t.prompt.count, 0);
	assert_int_equal(t.faults, 0);
	assert_int_equal(type(&t, "4"), ES_PROMPT_DIGIT);
}

static void a_lone_escape_swallows_no_way_out(void **state)
{
	struct typing t;

	(void)state;
	start(&t);
	type(&t, "478269");
	assert_int_equal(type(&t, "\033\x04"), ES_PROMPT_GAVE_UP);
	start(&t);
	assert_int_equal(type(&t, "\033[\x04"), ES_PROMPT_GAVE_UP);
	start(&t);
	assert_int_equal(type(&t, "4\033\b"), ES_PROMPT_ERASED);
}

/* Whatever is typed: no byte outside the memory, nothing after the count, and only a whole, good key is entered. */
static void keeps_its_bounds_whatever_is_typed(void **state)
{
	static const char keys[] = "0123456789012345678901234567890123456789- \t\r\n\b\x15\033[O~x\xe2";
	unsigned long seed = 20261121, entered = 0;
	struct typing t;

	(void)state;
	start(&t);
	for (unsigned i = 0; i < 2000000; i++) {
		enum es_prompt_event event;
		unsigned char c;

		seed = seed * 6364136223846793005UL + 1442695040888963407UL;
		c = (unsigned char)keys[(seed >> 33) % (sizeof keys - 1)];
		/* Mostly the right digit, or the end would never be reached. */
		if ((seed >> 60) != 0)
			c = (unsigned char)(t.prompt.count < ES_PROMPT_DIGITS ? plain[t.prompt.count] : '\r');
		event = es_prompt_feed(&t.prompt, c);
		assert_true(t.prompt.count <= ES_PROMPT_DIGITS);
		if (event == ES_PROMPT_ENTERED) {
			uint8_t key[ES_RECOVERY_LEN];
			struct es_code_fault fault;

			entered++;
			assert_int_equal(es_recovery_code_read(digits(&t), ES_PROMPT_DIGITS, key, &fault), ES_OK);
		}
		if (event == ES_PROMPT_ENTERED || event == ES_PROMPT_GAVE_UP)
			es_prompt_start(&t.prompt, digits(&t));
		assert_zero_from(&t, t.prompt.count);
	}
	assert_true(entered > 100);
	for (unsigned i = 0; i < GUARD; i++) {
		assert_int_equal(t.memory[i], 'G');
		assert_int_equal(t.memory[GUARD + ES_PROMPT_ROOM + i], 'G');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_key_with_dashes_and_without),
		cmocka_unit_test(takes_a_key_with_spaces_tabs_and_several_of_them),
		cmocka_unit_test(takes_a_key_over_several_lines),
		cmocka_unit_test(takes_a_bracketed_paste),
		cmocka_unit_test(takes_en_dashes_between_groups),
		cmocka_unit_test(names_every_wrong_digit_at_its_groups_end),
		cmocka_unit_test(names_every_swap_of_neighbours),
		cmocka_unit_test(names_a_group_of_another_place),
		cmocka_unit_test(names_a_group_that_a_dash_ends_early),
		cmocka_unit_test(names_a_group_with_something_else_than_digits),
		cmocka_unit_test(backspace_goes_back_across_groups),
		cmocka_unit_test(control_u_wipes_all),
		cmocka_unit_test(control_d_and_c_give_up_and_wipe),
		cmocka_unit_test(an_empty_line_gives_up),
		cmocka_unit_test(enter_between_groups_goes_on),
		cmocka_unit_test(nothing_is_entered_before_the_sixteenth_group),
		cmocka_unit_test(what_follows_a_whole_key_is_refused_and_changes_nothing),
		cmocka_unit_test(function_keys_type_no_digits),
		cmocka_unit_test(a_lone_escape_swallows_no_way_out),
		cmocka_unit_test(keeps_its_bounds_whatever_is_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
