/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits against an active device on the TPM's bus, as SECURITY.md has them: what it can do. A test here that fails has
 * found a limit that is gone, or one that has moved: change SECURITY.md then, and this file.
 */
#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/attack_scene.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/srk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* TPM 2.0 Library Part 2, "TPM_CC Constants" and "TPM_RC Values". */
enum { CC_PCR_EVENT = 0x13c, CC_NV_READ_PUBLIC = 0x169, CC_READ_PUBLIC = 0x173, RC_HANDLE_1 = 0x18b, OPTIONS = 256 };

/* The device: what it does with a command, and whom it attacks. */
struct device {
	es_proxy_fn *before;
	struct attack_scene *scene;
	struct es_proxy *proxy;
	bool has_key;
};

static const char *through_device(struct machine *m)
{
	struct device *d = m->way_arg;

	es_proxy_stop(d->proxy);
	d->proxy = es_proxy_start(es_swtpm_port(m->tpm), d->before, NULL, d);
	return es_proxy_tcti(d->proxy);
}

static enum es_reason boot(struct device *d, const char *pins, const char *recovery)
{
	struct machine_boot how = machine_usual_boot;
	struct attack_scene *s = d->scene;
	enum es_reason r;

	how.pins = pins;
	s->m.way = through_device;
	s->m.way_arg = d;
	r = machine_boot(&s->m, &how, recovery, &s->record);
	s->m.way = NULL;
	es_proxy_stop(d->proxy);
	d->proxy = NULL;
	return r;
}

/* It holds the fence back, and asks first, with the protector that is on the disk. */
static void ask_first(void *arg, struct es_proxy_message *m)
{
	struct device *d = arg;

	if (m->code == CC_PCR_EVENT)
		d->has_key = attack_scene_has_key(d->scene);
}

static void limit_bus_a_device_asks_before_the_fence_and_nobody_notices(void **state)
{
	struct attack_scene s;
	struct device d = { .before = ask_first, .scene = &s };

	(void)state;
	attack_scene_start(&s);
	assert_int_equal(boot(&d, NULL, NULL), ES_OK);
	assert_true(d.has_key);
	assert_true(s.record.fenced && s.record.fence_vouched);
	assert_false(attack_scene_has_key(&s)); /* after the fence it gets nothing */
	attack_scene_stop(&s);
}

/* While another system starts: the TPM can't know who sends what was measured. */
static void limit_bus_a_device_replays_the_measurements(void **state)
{
	struct attack_scene s;

	(void)state;
	attack_scene_start(&s);
	es_swtpm_power_cycle(s.m.tpm);
	assert_false(attack_scene_has_key(&s));
	machine_power_on(&s.m, &machine_usual_boot);
	assert_true(attack_scene_has_key(&s));
	attack_scene_stop(&s);
}

/* No counter and no storage key, says the device, as a TPM that was cleared would; and the fence is up. */
static void lie(void *arg, struct es_proxy_message *m)
{
	if (m->code == CC_NV_READ_PUBLIC || m->code == CC_READ_PUBLIC)
		es_proxy_answer(m, RC_HANDLE_1);
	else
		es_proxy_swallow_event(arg, m);
}

static void pins_of(struct attack_scene *s, bool key_id, char ret[static OPTIONS])
{
	char srk[2 * ES_SRK_NAME_LEN + 1], id[2 * ES_KEY_ID_LEN + 1];
	uint8_t name[ES_SRK_NAME_LEN];
	ES_HOST host = machine_host(&s->m);
	struct es_info *info = es_host_bank(host)->info;
	const struct es_protector *p = es_info_find(info, ES_PROTECTOR_TPM);

	assert_int_equal(es_tpm_srk_name(es_buf_span(&p->tpm.srk), es_sha256, name), ES_OK);
	es_hex_encode(name, sizeof name, srk);
	es_hex_encode(info->key_id, sizeof info->key_id, id);
	snprintf(ret, OPTIONS, "ro " ES_OPTION_SRK "=%s%s%s", srk, key_id ? " " ES_OPTION_KEY_ID "=" : "",
		 key_id ? id : "");
}

/* etcseal.srk= keeps everything shut that would open automatically [A6]; but a recovery key opens. */
static void limit_bus_a_planted_recovery_key_opens_without_a_fence(void **state)
{
	char theirs[ES_RECOVERY_TEXT_LEN + 1], options[2][OPTIONS];
	struct attack_scene s;
	struct device d = { .before = lie, .scene = &s };

	(void)state;
	attack_scene_start(&s);
	pins_of(&s, false, options[0]);
	pins_of(&s, true, options[1]);
	attack_scene_own_host(&s, NULL, "../theirs", theirs);
	attack_scene_shell(&s, "rm -r bank0 bank1 && mv ../theirs/bank0 ../theirs/bank1 .");
	assert_true(boot(&d, options[0], NULL) != ES_OK);
	assert_int_equal(boot(&d, options[0], theirs), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", ATTACK_PLANTED));
	assert_false(s.record.fence_vouched);
	assert_true(attack_scene_has_key(&s)); /* by what runs in the planted tree */
	assert_int_equal(boot(&d, options[1], theirs), ES_OTHER_KEY);
	attack_scene_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limit_bus_a_device_asks_before_the_fence_and_nobody_notices),
		cmocka_unit_test(limit_bus_a_device_replays_the_measurements),
		cmocka_unit_test(limit_bus_a_planted_recovery_key_opens_without_a_fence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
