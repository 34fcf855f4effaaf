/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on a host whose image is pinned to its key, its host id, or its TPM's storage key. */
#include "keys/tests/lib/host_attacks.h"

#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/attack_scene.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/srk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { CC_NV_READ_PUBLIC = 0x169, RC_HANDLE_1 = 0x18b, OPTIONS = 256 };

/* The options that `image build --for-this-host` would put into the image. */
static const char *pins_of(struct attack_scene *s, const char *which, char ret[static OPTIONS])
{
	char key_id[2 * ES_KEY_ID_LEN + 1], srk[2 * ES_SRK_NAME_LEN + 1];
	uint8_t name[ES_SRK_NAME_LEN];
	ES_HOST host = machine_host(&s->m);
	struct es_info *info = es_host_bank(host)->info;
	const struct es_protector *p = es_info_find(info, ES_PROTECTOR_TPM);

	es_hex_encode(info->key_id, sizeof info->key_id, key_id);
	assert_int_equal(es_tpm_srk_name(es_buf_span(&p->tpm.srk), es_sha256, name), ES_OK);
	es_hex_encode(name, sizeof name, srk);
	snprintf(ret, OPTIONS, "ro %s=%s quiet", which,
		 strcmp(which, ES_OPTION_KEY_ID) == 0 ? key_id
		 : strcmp(which, ES_OPTION_HOST) == 0 ? info->host
						      : srk);
	return ret;
}

/* A configuration of the attacker's, sealed to the owner's own TPM. */
static bool planted(const char *pin, enum es_reason refusal)
{
	struct machine_boot boot = machine_usual_boot;
	char options[OPTIONS], recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct attack_scene s;
	enum es_reason r;
	bool opened;

	attack_scene_start(&s);
	boot.pins = pins_of(&s, pin, options);
	assert_int_equal(machine_boot(&s.m, &boot, NULL, &s.record), ES_OK); /* the owner's own opens */
	attack_scene_own_host(&s, s.m.tpm, "../theirs", recovery);
	attack_scene_shell(&s, "rm -r bank0 bank1 && mv ../theirs/bank0 ../theirs/bank1 .");
	r = machine_boot(&s.m, &boot, NULL, &s.record);
	opened = r == ES_OK && machine_has(&s.m, "etc/secret", ATTACK_PLANTED);
	if (!opened) {
		assert_int_equal(r, refusal);
		/* Nor with the attacker's recovery key. */
		assert_int_equal(machine_boot(&s.m, &boot, recovery, &s.record), refusal);
	}
	attack_scene_stop(&s);
	return opened;
}

bool attack_with_planted_key(void)
{
	return planted(ES_OPTION_KEY_ID, ES_OTHER_KEY);
}

bool attack_with_planted_host(void)
{
	return planted(ES_OPTION_HOST, ES_OTHER_HOST);
}

/* Nothing on the disk or in the TPM says that this host was ever configured; the image does. */
static bool all_removed(const char *pin)
{
	struct machine_boot boot = machine_usual_boot;
	char options[OPTIONS];
	struct attack_scene s;
	enum es_reason r;

	attack_scene_start(&s);
	boot.pins = pins_of(&s, pin, options);
	assert_int_equal(machine_boot(&s.m, &boot, NULL, &s.record), ES_OK); /* the owner's own opens */
	attack_scene_shell(&s, "rm -r bank0 bank1");
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -C o 0x0180e5ea", NULL, 0);
	/* The same host with an image that isn't pinned. */
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_NOT_CONFIGURED);
	r = machine_boot(&s.m, &boot, NULL, &s.record);
	if (r != ES_NOT_CONFIGURED) {
		assert_int_equal(r, ES_CONFIG_GONE);
		assert_int_equal(s.record.state, ES_BOOT_LOCKED);
		/* Nor with the owner's recovery key: there is nothing that it could open. */
		assert_int_equal(machine_boot(&s.m, &boot, s.recovery, &s.record), ES_CONFIG_GONE);
	}
	attack_scene_stop(&s);
	return r == ES_NOT_CONFIGURED;
}

bool attack_with_all_removed_beside_key_pin(void)
{
	return all_removed(ES_OPTION_KEY_ID);
}

bool attack_with_all_removed_beside_host_pin(void)
{
	return all_removed(ES_OPTION_HOST);
}

/* The device says that there is no counter, and that the fence is up. */
static void lie(void *arg, struct es_proxy_message *m)
{
	if (m->code == CC_NV_READ_PUBLIC)
		es_proxy_answer(m, RC_HANDLE_1);
	else
		es_proxy_swallow_event(arg, m);
}

static const char *lied_to(struct machine *m)
{
	struct es_proxy **p = m->way_arg;

	es_proxy_stop(*p);
	*p = es_proxy_start(es_swtpm_port(m->tpm), lie, NULL, NULL);
	return es_proxy_tcti(*p);
}

bool attack_on_bus_and_disk(void)
{
	ES_SCOPED(es_proxy_stopp) struct es_proxy *p = NULL;
	struct machine_boot boot = machine_usual_boot;
	char options[OPTIONS], recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct attack_scene s;
	bool taken = false;
	enum es_reason r;

	attack_scene_start(&s);
	boot.pins = pins_of(&s, ES_OPTION_SRK, options);
	attack_scene_own_host(&s, NULL, "../theirs", recovery);
	attack_scene_shell(&s, "rm -r bank0 bank1 && mv ../theirs/bank0 ../theirs/bank1 .");
	s.m.way = lied_to;
	s.m.way_arg = &p;
	r = machine_boot(&s.m, &boot, NULL, &s.record);
	s.m.way = NULL;
	if (r == ES_OK) {
		assert_int_equal(s.record.opened_by, ES_OPENED_BY_KDF);
		assert_true(s.record.fenced && !s.record.fence_vouched);
		taken = attack_scene_has_key(&s); /* by a program in the planted tree */
	} else {
		assert_true(r == ES_TPM_FORGED || r == ES_FENCE_UNVOUCHED || r == ES_FENCE_FAILED);
	}
	attack_scene_stop(&s);
	return taken;
}
