/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/host_scene.h"
#include "keys/change/require.h"

#include <string.h>

enum es_reason host_scene_boot(struct host_scene *s)
{
	return machine_boot(&s->m, &s->boot, NULL, &s->record);
}

void host_scene_start(struct host_scene *s, struct machine_boot how)
{
	machine_start(&s->m, true);
	s->boot = how;
	assert_int_equal(host_scene_boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
}

void assert_detail(const struct es_host *host, const char *words)
{
	if (strstr(es_host_detail(host), words) == NULL)
		fail_msg("\"%s\" isn't in \"%s\"", words, es_host_detail(host));
}

enum es_reason host_scene_require(struct host_scene *s, bool yes, const char *words)
{
	ES_HOST host = machine_host(&s->m);
	enum es_reason r = es_host_require_secure_boot(host, yes);

	if (r != ES_OK)
		assert_detail(host, words);
	return r;
}
