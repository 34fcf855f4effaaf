/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every state that a user, a firmware's setup or another program can bring a TPM into, each on a real one, and what
 * `init` says of it. On a host that was never sealed nothing may be worded as if it had been.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/tpm_states.h"
#include "tools/dispatch.h"

#include <stdbool.h>
#include <string.h>

static struct captured c; /* of the last call: too large for the stack of every test */
static struct command command = { .dispatch = es_dispatch };

struct state {
	const char *name, *make; /* tpm2-tools' commands */
	const char *says[3];     /* NULL: no further one */
};

static void run(const struct machine *m, const char *words, int status)
{
	command_run(&command, m, words, status, NULL, &c);
}

static enum es_reason boot(struct machine *m, const char *recovery, struct es_boot_record *ret)
{
	struct machine_boot b = machine_usual_boot;

	b.recovery = recovery != NULL;
	return machine_boot(m, &b, recovery, ret);
}

static void fresh(struct machine *m, const char *make)
{
	struct es_boot_record record;

	machine_start(m, true);
	assert_int_equal(boot(m, NULL, &record), ES_NOT_CONFIGURED);
	es_swtpm_tool_ok(m->tpm, make, NULL, 0);
}

/* Words that only a host that was sealed before could mean. */
static void assert_presumes_nothing(const char *name)
{
	static const char *const words[] = { "sealed to",
					     "another TPM",
					     "seal again",
					     "was cleared",
					     "open with the recovery key",
					     "opens with its recovery key",
					     "has lost",
					     "Put the disk back" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(c.err, words[i]) != NULL)
			fail_msg("%s: \"%s\" in\n%s", name, words[i], c.err);
}

enum seen {
	SEEN,   /* by `status` as well */
	UNSEEN, /* only trying shows it */
	MUTE,   /* and nobody can ask it anything, so that not even kdf goes without */
};

/* `init` ends with 6, names the cause, and leaves nothing. */
static void refuses_fresh(const struct state *s, enum seen seen)
{
	struct machine m;

	fresh(&m, s->make);
	run(&m, "init", 6);
	for (size_t i = 0; i < 3 && s->says[i] != NULL; i++)
		if (strstr(c.err, s->says[i]) == NULL)
			fail_msg("%s: no \"%s\" in\n%s", s->name, s->says[i], c.err);
	assert_presumes_nothing(s->name);
	run(&m, "status", 3);
	if (seen == SEEN && strstr(c.out, "usable for sealing") != NULL)
		fail_msg("%s: status says that the TPM is usable", s->name);
	/* The advice "use mode kdf" is true. */
	if (seen != MUTE)
		run(&m, "init --kdf", 0);
	machine_stop(&m);
}

static void assert_refused_fresh(const struct state *s)
{
	refuses_fresh(s, SEEN);
}

static void assert_serves(const char *name, const char *make)
{
	struct es_boot_record record;
	struct machine m;

	fresh(&m, make);
	run(&m, "init", 0);
	if (boot(&m, NULL, &record) != ES_OK || record.opened_by != ES_OPENED_BY_TPM)
		fail_msg("%s: %s %s", name, record.refusal, record.refusal_detail);
	machine_stop(&m);
}

static void F5_a_hierarchy_that_is_switched_off_is_said_to_be(void **state)
{
	(void)state;
	assert_refused_fresh(
	    &(struct state){ "storage hierarchy off",
			     "tpm2_hierarchycontrol -Q -C p shEnable clear",
			     { "the TPM's storage hierarchy is disabled", "firmware setup", "shEnable" } });
}

static void F5_an_owner_password_is_said_to_be_one(void **state)
{
	(void)state;
	assert_refused_fresh(
	    &(struct state){ "owner password",
			     "tpm2_changeauth -Q -c owner secret",
			     { "the TPM's owner hierarchy has a password", "tpm2_changeauth -c owner" } });
}

static void F5_a_tpm_without_room_is_said_to_be(void **state)
{
	(void)state;
	refuses_fresh(
	    &(struct state){ "loaded keys",
			     "for i in 1 2 3; do tpm2_createprimary -Q -C n -G ecc256 -c $i.ctx || exit 1; done",
			     { "the TPM has no room to load another key or session", "tpm2_flushcontext -t" } },
	    UNSEEN);
	refuses_fresh(
	    &(struct state){
		"NV indexes",
		/* Big ones first, then what still fits beside them, then the room that a TPM keeps for counters. */
		"i=$((0x01801000)); for size in 2048 512 64 1; do "
		"while tpm2_nvdefine -Q -C o -s $size -a 'ownerread|ownerwrite' $i; do i=$((i + 1)); done; done; "
		"while tpm2_nvdefine -Q -C o -s 8 -a 'nt=counter|ownerread|ownerwrite' $i; do i=$((i + 1)); done; "
		"[ $i -gt $((0x01801008)) ]",
		{ "the TPM's NV memory is full", "tpm2_nvundefine" } },
	    UNSEEN);
}

static void F5_a_tpm_that_nobody_started_is_said_to_be(void **state)
{
	(void)state;
	refuses_fresh(&(struct state){ "no TPM2_Startup",
				       "swtpm_ioctl --tcp 127.0.0.1:$((${TPM2TOOLS_TCTI##*=} + 1)) -i",
				       { "neither firmware nor kernel has started the TPM" } },
		      MUTE);
}

/* None of these is anything to us. */
static void F5_states_that_do_not_matter_are_not_in_the_way(void **state)
{
	static const struct state states[] = {
		{ "lockout password", "tpm2_changeauth -Q -c lockout secret", { NULL } },
		{ "endorsement password", "tpm2_changeauth -Q -c endorsement secret", { NULL } },
		{ "platform password", "tpm2_changeauth -Q -c platform secret", { NULL } },
		{ "endorsement hierarchy off", "tpm2_hierarchycontrol -Q -C p ehEnable clear", { NULL } },
		{ "platform hierarchy off", "tpm2_hierarchycontrol -Q -C p phEnable clear", { NULL } },
		{ "platform's NV memory off", "tpm2_hierarchycontrol -Q -C p phEnableNV clear", { NULL } },
		{ "clear disabled", "tpm2_clearcontrol -Q -C p s", { NULL } },
		{ "in lockout",
		  "tpm2_dictionarylockout -Q -s -n 1 -t 1000 -l 1000 && "
		  "tpm2_nvdefine -Q -C o -s 8 -p right 0x01800100 -a 'authread|authwrite' && "
		  "! tpm2_nvread -P wrong 0x01800100 && tpm2_getcap properties-variable | grep -q 'inLockout: *1'",
		  { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		assert_serves(states[i].name, states[i].make);
}

static void F6_a_foreign_key_at_our_handle_is_named(void **state)
{
	static const struct state states[] = {
		{ "ECC P-384, signing",
		  "tpm2_createprimary -Q -C o -G ecc384:ecdsa-sha384" SIGNING PERSIST,
		  { "holds another kind of key", "ECC P-384, SHA-256 Name", "it is a signing key" } },
		{ "RSA-3072, signing",
		  "tpm2_createprimary -Q -C o -G rsa3072:rsassa-sha256" SIGNING PERSIST,
		  { "RSA-3072", "sign: it is a signing key", "tpm2_evictcontrol -C o -c 0x81000001" } },
		{ "RSA-2048, decrypting",
		  "tpm2_createprimary -Q -C o -G rsa2048 -a "
		  "'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|decrypt'" PERSIST,
		  { "RSA-2048", "it isn't a storage key (restricted)" } },
		{ "a Name by SHA-384",
		  "tpm2_createprimary -Q -C o -g sha384 -G ecc384" PERSIST,
		  { "ECC P-384, SHA-384 Name", "its Name doesn't use SHA-256" } },
		{ "an HMAC key",
		  "tpm2_createprimary -Q -C o -G hmac" SIGNING PERSIST,
		  { "a keyed hash", "it isn't an asymmetric key" } },
		{ "a storage key by policy",
		  "head -c 32 /dev/zero >pol && tpm2_createprimary -Q -C o -G ecc256 -L pol -a "
		  "'fixedtpm|fixedparent|sensitivedataorigin|restricted|decrypt'" PERSIST,
		  { "it can only be used with a policy" } },
		{ "a storage key with a password",
		  "tpm2_createprimary -Q -C o -G ecc256 -p secret" PERSIST,
		  { "the storage key in the TPM (handle 0x81000001) has a password", "ECC P-256", "evictcontrol" } },
		{ "one with a password, exempt from the lockout",
		  "tpm2_createprimary -Q -C o -G rsa2048 -p secret -a "
		  "'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt'" PERSIST,
		  { "has a password", "RSA-2048" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		refuses_fresh(&states[i], strstr(states[i].name, "password") != NULL ? UNSEEN : SEEN);
}

static void F6_a_foreign_storage_key_that_serves_is_used(void **state)
{
	(void)state;
	assert_serves("ECC P-256", "tpm2_createprimary -Q -C o -G ecc256" PERSIST);
	assert_serves("ECC P-384", "tpm2_createprimary -Q -C o -G ecc384" PERSIST);
	assert_serves("RSA-2048", "tpm2_createprimary -Q -C o -G rsa2048" PERSIST);
	assert_serves("RSA-3072", "tpm2_createprimary -Q -C o -G rsa3072" PERSIST);
}

static void F7_an_index_of_ours_that_is_taken_is_named(void **state)
{
	static const struct state states[] = {
		{ "the counter's",
		  FOREIGN_NV "0x0180e5ea",
		  { "something else uses an NV index", "NV index 0x0180e5ea holds 64 bytes", "ownerread" } },
		{ "the one that predicts", FOREIGN_NV "0x0180e5ec", { "NV index 0x0180e5ec holds 64 bytes" } },
		{ "a Name by SHA-384", FOREIGN_NV "-g sha384 0x0180e5ea", { "NV index 0x0180e5ea holds 64 bytes" } },
		{ "a bit field",
		  "tpm2_nvdefine -Q -C o -a 'nt=bits|ownerwrite|ownerread' 0x0180e5ea",
		  { "a bit field", "tpm2_nvundefine -C o" } },
		{ "an ordinary one of eight bytes",
		  "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|no_da' 0x0180e5ea",
		  { "NV index 0x0180e5ea holds 8 bytes" } },
		{ "a counter with a password",
		  "tpm2_nvdefine -Q -C o -p secret -a 'authread|authwrite|no_da|nt=counter' 0x0180e5ea && "
		  "tpm2_nvincrement -Q -P secret 0x0180e5ea",
		  { "NV index 0x0180e5ea holds 8 bytes (a counter)" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		refuses_fresh(&states[i], strstr(states[i].name, "password") != NULL ? UNSEEN : SEEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(F5_a_hierarchy_that_is_switched_off_is_said_to_be),
		cmocka_unit_test(F5_an_owner_password_is_said_to_be_one),
		cmocka_unit_test(F5_a_tpm_without_room_is_said_to_be),
		cmocka_unit_test(F5_a_tpm_that_nobody_started_is_said_to_be),
		cmocka_unit_test(F5_states_that_do_not_matter_are_not_in_the_way),
		cmocka_unit_test(F6_a_foreign_key_at_our_handle_is_named),
		cmocka_unit_test(F6_a_foreign_storage_key_that_serves_is_used),
		cmocka_unit_test(F7_an_index_of_ours_that_is_taken_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
