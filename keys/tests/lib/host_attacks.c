/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/host_attacks.h"

#include "keys/core/labels.h"
#include "keys/tests/lib/attack_scene.h"
#include "keys/change/require.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define NO_COUNTER "tpm2_nvundefine -C o 0x0180e5ea"

static enum es_reason boot(struct attack_scene *s)
{
	return machine_boot(&s->m, &machine_usual_boot, NULL, &s->record);
}

static bool ended(struct attack_scene *s, bool succeeded)
{
	attack_scene_stop(s);
	return succeeded;
}

/* The attacker's banks in place of the owner's; tpm is the owner's, or NULL. */
static void plant(struct attack_scene *s, struct es_swtpm *tpm, char *ret_recovery)
{
	attack_scene_own_host(s, tpm, "../theirs", ret_recovery);
	attack_scene_shell(s, "rm -r bank0 bank1 && mv ../theirs/bank0 ../theirs/bank1 . && rm -r ../theirs");
}

bool attack_with_own_kdf_archive(void)
{
	struct attack_scene s;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];

	attack_scene_start(&s);
	es_swtpm_tool_ok(s.m.tpm, NO_COUNTER, NULL, 0); /* otherwise it would be a downgrade */
	plant(&s, NULL, recovery);
	assert_int_equal(boot(&s), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_KDF);
	assert_true(machine_has(&s.m, "etc/secret", ATTACK_PLANTED));
	return ended(&s, attack_scene_has_key(&s));
}

/* Given at the console: as a boot option it would also change PCR 12. */
bool attack_with_own_recovery_key(void)
{
	struct machine_boot console = machine_usual_boot;
	struct attack_scene s;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];

	attack_scene_start(&s);
	plant(&s, NULL, recovery);
	console.consent = true;
	assert_int_equal(machine_boot(&s.m, &console, recovery, &s.record), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_RECOVERY);
	assert_true(machine_has(&s.m, "etc/secret", ATTACK_PLANTED));
	return ended(&s, attack_scene_has_key(&s));
}

bool attack_with_archive_sealed_to_our_tpm(void)
{
	struct attack_scene s;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];

	attack_scene_start(&s);
	plant(&s, s.m.tpm, recovery);
	assert_int_equal(boot(&s), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	assert_true(machine_has(&s.m, "etc/secret", ATTACK_PLANTED));
	return ended(&s, attack_scene_has_key(&s));
}

bool attack_as_root_after_boot(void)
{
	struct attack_scene s;

	attack_scene_start(&s);
	assert_int_equal(boot(&s), ES_OK);
	return ended(&s, attack_scene_has_key(&s));
}

/* The program runs in place of the helper, or before it: the fence isn't up. */
static bool before_the_helper(const struct machine_boot *how, bool require_secure_boot)
{
	struct attack_scene s;

	attack_scene_start(&s);
	if (!require_secure_boot) {
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_require_secure_boot(host, false), ES_OK);
		attack_scene_shell(&s, "rm -r %s && mkdir %s && cp -a bank0 bank1 %s/", s.genuine, s.genuine,
				   s.genuine);
	}
	machine_power_on(&s.m, &machine_usual_boot);
	assert_true(attack_scene_has_key(&s)); /* the program does work */
	machine_power_on(&s.m, how);
	return ended(&s, attack_scene_has_key(&s));
}

bool attack_with_edited_options(void)
{
	struct machine_boot edited = machine_usual_boot;

	edited.options = "init=/bin/sh";
	return before_the_helper(&edited, true);
}

bool attack_by_replaying_pcr_11(void)
{
	struct machine_boot replay = machine_usual_boot;

	replay.boot_loader = "a program of the attacker's";
	return before_the_helper(&replay, false);
}

bool attack_by_replaying_pcr_11_signed_by_another(void)
{
	struct machine_boot replay = machine_usual_boot;

	replay.secure_boot = "Secure Boot is on, and the authority is another";
	return before_the_helper(&replay, true);
}

/* It was already so when the host was sealed. */
static bool where_secure_boot_is_hollow(bool shim)
{
	struct machine_boot hollow = machine_usual_boot, replay;
	struct attack_scene s;

	hollow.vouched_by = NULL;
	hollow.shim = hollow.shim_off = shim;
	attack_scene_start_as(&s, &hollow);
	machine_power_on(&s.m, &hollow);
	assert_true(attack_scene_has_key(&s)); /* the program does work */
	replay = hollow;
	replay.boot_loader = "a program of the attacker's";
	machine_power_on(&s.m, &replay);
	return ended(&s, attack_scene_has_key(&s));
}

bool attack_by_replaying_pcr_11_where_shim_checks_nothing(void)
{
	return where_secure_boot_is_hollow(true);
}

bool attack_by_replaying_pcr_11_where_nothing_was_verified(void)
{
	return where_secure_boot_is_hollow(false);
}

bool attack_with_a_firmware_driver(void)
{
	struct machine_boot driven = machine_usual_boot;

	driven.driver = "a driver of the attacker's, that changes the kernel behind the stub's back";
	return before_the_helper(&driven, false);
}

/* Only the image differs, so the other image would open the owner's secret. */
bool attack_with_changed_image(void)
{
	struct machine_boot changed = machine_usual_boot;
	struct attack_scene s;
	enum es_reason r;

	changed.image = ".linuy";
	attack_scene_start(&s);
	r = machine_boot(&s.m, &changed, NULL, &s.record);
	if (r != ES_OK) {
		assert_int_equal(r, ES_LOCKED_PCR);
		assert_non_null(strstr(s.record.refusal_detail, "PCR 11"));
	}
	return ended(&s, r == ES_OK && machine_has(&s.m, "etc/secret", ATTACK_SECRET));
}

bool attack_with_old_banks(void)
{
	struct attack_scene s;
	enum es_reason r;

	attack_scene_start(&s);
	attack_scene_backup(&s, "the second\n");
	attack_scene_restore(&s);
	r = boot(&s);
	if (r != ES_OK)
		assert_int_equal(r, ES_ROLLED_BACK);
	return ended(&s, r == ES_OK && machine_has(&s.m, "etc/secret", ATTACK_SECRET));
}

static bool old_banks_and(const char *with_the_counter)
{
	struct attack_scene s;
	enum es_reason r;

	attack_scene_start(&s);
	attack_scene_backup(&s, "the second\n");
	attack_scene_restore(&s);
	es_swtpm_tool_ok(s.m.tpm, with_the_counter, NULL, 0);
	r = boot(&s);
	if (r != ES_OK)
		assert_true(r == ES_ROLLED_BACK || r == ES_COUNTER_MISSING);
	return ended(&s, r == ES_OK && machine_has(&s.m, "etc/secret", ATTACK_SECRET));
}

bool attack_with_counter_deleted(void)
{
	return old_banks_and(NO_COUNTER);
}

bool attack_with_counter_made_again(void)
{
	return old_banks_and(NO_COUNTER " && tpm2_nvdefine -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' "
					"0x0180e5ea && tpm2_nvincrement -C 0x0180e5ea 0x0180e5ea");
}

bool attack_with_kdf_archive_beside_counter(void)
{
	struct attack_scene s;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	enum es_reason r;

	attack_scene_start(&s);
	plant(&s, NULL, recovery);
	r = boot(&s);
	if (r != ES_OK)
		assert_int_equal(r, ES_DOWNGRADE);
	return ended(&s, r == ES_OK && machine_has(&s.m, "etc/secret", ATTACK_PLANTED));
}
