/* SPDX-License-Identifier: Apache-2.0 */
/* As shim 16.1 decides. tests-ovmf/scenarios/shim-refuses.sh shows a boot with the same decision. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/sbat.h"

#include <string.h>

#define OWN   "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
#define OURS  "etcseal,1,etcseal,etcseal,0.1.0,https://example.org/\n"
#define GRUB3 "grub,3,Free Software Foundation,grub,2.06,https://www.gnu.org/software/grub/\n"
#define LEVEL "sbat,1,2025021800\nshim,4\ngrub,5\n"

static struct es_span text(const char *s)
{
	return (struct es_span){ (const uint8_t *)s, strlen(s) };
}

static void decides_as_shim_does(void **state)
{
	static const struct {
		const char *section, *level;
		enum es_sbat is;
	} rows[] = {
		{ OWN OURS, LEVEL, ES_SBAT_OK },
		{ OWN OURS GRUB3, LEVEL, ES_SBAT_REVOKED },
		{ OWN OURS GRUB3, "sbat,1,2021030218\n", ES_SBAT_OK },
		{ OWN GRUB3, "sbat,1,2023091900\r\n\r\ngrub,3\r\n", ES_SBAT_OK },
		{ OWN GRUB3, "grub,4", ES_SBAT_REVOKED },
		{ OWN GRUB3, "grub,3\ngrub,4", ES_SBAT_OK },                 /* the first line that names it */
		{ OWN GRUB3, "grub.debian,9\n", ES_SBAT_OK },                /* only whole names match */
		{ OWN "etcseal,x,e,e,1,u\n", "etcseal,1", ES_SBAT_REVOKED }, /* a word that isn't a number is 0 */
		{ OWN "etcseal,10,e,e,1,u\n", "etcseal,9", ES_SBAT_OK },
		{ OWN "etcseal,65537,e,e,1,u\n", "etcseal,2", ES_SBAT_REVOKED }, /* generations have 16 bits */
		{ "", LEVEL, ES_SBAT_OK },
		{ "\n\n", LEVEL, ES_SBAT_OK },
		{ "\xef\xbb\xbf" OWN, LEVEL, ES_SBAT_OK },
		{ OWN "etcseal,1,etcseal,etcseal,0.1.0\n", LEVEL, ES_SBAT_MALFORMED },
		{ OWN "etcseal,1,,etcseal,0.1.0,url\n", LEVEL, ES_SBAT_MALFORMED },
		{ "garbage", LEVEL, ES_SBAT_MALFORMED },
		{ OWN "etcseal,1,e,e,1,u,more,words", LEVEL, ES_SBAT_OK },
		{ OWN OURS, "", ES_SBAT_OK },
		{ OWN GRUB3, "garbage\ngrub,5", ES_SBAT_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct es_sbat_component c;

		if (es_sbat_check(text(rows[i].section), text(rows[i].level), &c) != rows[i].is)
			fail_msg("row %d", (int)i);
	}
}

static void names_the_component_and_both_generations(void **state)
{
	struct es_sbat_component c = { .name = "" };

	(void)state;
	assert_int_equal(es_sbat_check(text(OWN GRUB3), text(LEVEL), &c), ES_SBAT_REVOKED);
	assert_string_equal(c.name, "grub");
	assert_int_equal(c.has, 3);
	assert_int_equal(c.needs, 5);
	assert_int_equal(es_sbat_check(text("a\x1b[0m,1,v,p,1,u"), text("a\x1b[0m,2"), &c), ES_SBAT_REVOKED);
	assert_string_equal(c.name, "a?[0m");
}

/* Zeros follow the section's bytes, up to the file's alignment. */
static void stops_at_the_first_nul(void **state)
{
	static const char padded[] = OWN OURS "\0\0\0garbage";
	struct es_sbat_component c;

	(void)state;
	assert_int_equal(es_sbat_check((struct es_span){ (const uint8_t *)padded, sizeof padded - 1 }, text(LEVEL), &c),
			 ES_SBAT_OK);
	assert_int_equal(es_sbat_check((struct es_span){ NULL, 0 }, (struct es_span){ NULL, 0 }, &c), ES_SBAT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_as_shim_does),
		cmocka_unit_test(names_the_component_and_both_generations),
		cmocka_unit_test(stops_at_the_first_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
