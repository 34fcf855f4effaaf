/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` and `reseal` say about a next boot that will measure something else, whatever image it starts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/reseal.h"
#include "keys/image/efi_variables.h"
#include "keys/next/check.h"
#include "keys/tests/lib/host_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct es_finding *find(const struct es_check *c, enum es_reason reason)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->finding[i].reason == reason)
			return &c->finding[i];
	return NULL;
}

static struct es_check check(struct host_scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_check c;

	assert_int_equal(es_host_check(host, NULL, &c), ES_OK);
	return c;
}

static void put_variable(struct host_scene *s, const char *name)
{
	char line[256];

	snprintf(line, sizeof line, "printf '\\007\\000\\000\\000\\001' >%s/%s-" ES_EFI_SHIM, s->m.efivars, name);
	assert_int_equal(system(line), 0);
}

static void check_names_what_shim_is_asked_to_do(void **state)
{
	struct machine_boot with_shim = machine_usual_boot;
	struct es_resealed done;
	struct es_check c;
	struct host_scene s;

	(void)state;
	with_shim.shim = true;
	host_scene_start(&s, with_shim);
	assert_int_equal(host_scene_boot(&s), ES_OK);
	assert_true(check(&s).opens);
	put_variable(&s, "MokNew");
	c = check(&s);
	assert_false(c.opens);
	assert_non_null(find(&c, ES_NEXT_REQUEST));
	assert_non_null(strstr(find(&c, ES_NEXT_REQUEST)->detail, "MokNew (enrol a key); shim starts its key manager"));
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_reseal(host, NULL, &done), ES_OK);
		assert_int_equal(done.ahead, ES_NEXT_REQUEST);
		assert_detail(host, "MokNew");
	}
	/* MokManager is another program, so PCR 4 changes too. */
	assert_int_equal(host_scene_require(&s, false, ""), ES_OK);
	assert_non_null((c = check(&s), find(&c, ES_NEXT_REQUEST)));
	machine_stop(&s.m);
}

/* SbatLevel is only in PCR 7. */
static void check_knows_where_a_new_sbat_level_matters(void **state)
{
	struct machine_boot with_shim = machine_usual_boot;
	struct es_check c;
	struct host_scene s;

	(void)state;
	with_shim.shim = true;
	host_scene_start(&s, with_shim);
	put_variable(&s, "SbatPolicy");
	c = check(&s);
	assert_non_null(find(&c, ES_NEXT_REQUEST));
	assert_non_null(strstr(find(&c, ES_NEXT_REQUEST)->detail, "SbatPolicy"));
	assert_int_equal(host_scene_require(&s, false, ""), ES_OK);
	assert_true(check(&s).opens);
	machine_stop(&s.m);
}

/* fwupd installs a new dbx: the firmware measures it at the next boot, before any code of ours. */
static void check_sees_that_the_firmwares_keys_have_changed(void **state)
{
	struct es_resealed done;
	struct es_check c;
	struct host_scene s;
	char line[256];

	(void)state;
	host_scene_start(&s, machine_usual_boot);
	snprintf(line, sizeof line, "printf '\\047\\000\\000\\000%s' >%s/dbx-" ES_EFI_DATABASE, MACHINE_DBX,
		 s.m.efivars);
	assert_int_equal(system(line), 0);
	assert_true(check(&s).opens);
	snprintf(line, sizeof line, "printf and-more >>%s/dbx-" ES_EFI_DATABASE, s.m.efivars);
	assert_int_equal(system(line), 0);
	c = check(&s);
	assert_false(c.opens);
	assert_non_null(find(&c, ES_NEXT_UNKNOWN));
	assert_non_null(strstr(find(&c, ES_NEXT_UNKNOWN)->detail, "the firmware's dbx has changed"));
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_reseal(host, NULL, &done), ES_OK);
		assert_int_equal(done.ahead, ES_NEXT_UNKNOWN);
	}
	assert_int_equal(host_scene_require(&s, false, ""), ES_OK);
	assert_true(check(&s).opens);
	machine_stop(&s.m);
}

static void without_shim_its_variables_mean_nothing(void **state)
{
	struct host_scene s;

	(void)state;
	host_scene_start(&s, machine_usual_boot);
	put_variable(&s, "MokNew");
	put_variable(&s, "SbatPolicy");
	assert_true(check(&s).opens);
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_names_what_shim_is_asked_to_do),
		cmocka_unit_test(check_knows_where_a_new_sbat_level_matters),
		cmocka_unit_test(check_sees_that_the_firmwares_keys_have_changed),
		cmocka_unit_test(without_shim_its_variables_mean_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
