/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/bank_scene.h"

#include "keys/core/labels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

void bank_scene_shell(struct bank_scene *s, const char *format, ...)
{
	char line[1000];
	va_list args;
	int n = snprintf(line, sizeof line, "cd %s/" ES_BANK_FOLDER " && ", s->m.boot_dir);

	va_start(args, format);
	assert_true(vsnprintf(line + n, sizeof line - (size_t)n, format, args) < (int)sizeof line - n);
	va_end(args);
	assert_int_equal(system(line), 0);
}

void bank_scene_backup(struct bank_scene *s, const char *text)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;

	machine_write(&s->m, "etc/secret", text);
	assert_int_equal(machine_backup(host, &report), ES_OK);
}

enum es_reason bank_scene_boot(struct bank_scene *s)
{
	return machine_boot(&s->m, &machine_usual_boot, NULL, &s->record);
}

enum es_reason bank_scene_recover(struct bank_scene *s, bool consent)
{
	struct machine_boot b = machine_usual_boot;

	b.recovery = true;
	b.consent = consent;
	return machine_boot(&s->m, &b, s->recovery, &s->record);
}

void bank_scene_start(struct bank_scene *s, bool with_tpm)
{
	machine_start(&s->m, with_tpm);
	assert_int_equal(bank_scene_boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
}
