/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of an opening: while the key is within reach, nothing from the disk is processed that the key doesn't need.
 * The proxy sees when the fence is up; the test program wraps the functions that must not be called before that (ld's
 * --wrap) and reports each call.
 */
#include "keys/tests/lib/host_attacks.h"

#include "keys/tests/lib/attack_scene.h"
#include "keys/tests/lib/tpm_proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <cmocka.h>

enum { CC_PCR_EVENT = 0x13c };

static atomic_bool fence_is_up;
static bool looked, looked_early;

void host_attack_saw_look(void)
{
	looked = true;
	looked_early |= !atomic_load(&fence_is_up);
}

static void watch_fence(void *arg, struct es_proxy_message *m)
{
	(void)arg;
	if (m->code == CC_PCR_EVENT)
		atomic_store(&fence_is_up, true);
}

static const char *watched(struct machine *m)
{
	struct es_proxy **p = m->way_arg;

	es_proxy_stop(*p);
	*p = es_proxy_start(es_swtpm_port(m->tpm), NULL, watch_fence, NULL);
	return es_proxy_tcti(*p);
}

static bool boot_looks_early(struct attack_scene *s, const struct machine_boot *boot, enum es_reason expected)
{
	ES_SCOPED(es_proxy_stopp) struct es_proxy *p = NULL;

	s->m.way = watched;
	s->m.way_arg = &p;
	atomic_store(&fence_is_up, false);
	looked = looked_early = false;
	assert_int_equal(machine_boot(&s->m, boot, NULL, &s->record), expected);
	s->m.way = NULL;
	assert_true(atomic_load(&fence_is_up));
	assert_true(looked); /* the wrapping does see it */
	attack_scene_stop(s);
	return looked_early;
}

/* A PCR value in the protector is edited, while the real ones match: the comparison fails with the key within reach. */
bool attack_by_a_log_before_the_fence(void)
{
	struct attack_scene s;

	attack_scene_start(&s);
	attack_scene_shell(
	    &s, "sed -i 's/\\(\"11\": \"\\)......../\\100000000/' bank0/encryption.info bank1/encryption.info");
	return boot_looks_early(&s, &machine_usual_boot, ES_LOCKED_PCR);
}

bool attack_by_a_kdf_before_the_fence(void)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct attack_scene s;

	attack_scene_start(&s);
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -C o 0x0180e5ea", NULL, 0); /* otherwise it would be a downgrade */
	attack_scene_own_host(&s, NULL, "../theirs", recovery);
	attack_scene_shell(&s, "rm -r bank0 bank1 && mv ../theirs/bank0 ../theirs/bank1 .");
	return boot_looks_early(&s, &machine_usual_boot, ES_OK);
}
