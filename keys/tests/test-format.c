/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FORMAT.md promises that a configuration can be recovered with stock tools and without etcseal. This cuts the lines
 * out of that page and runs them on banks that a host has written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/rotate.h"
#include "keys/tests/lib/machine.h"
#include "keys/tests/lib/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#define OPAQUE   "trusted.overlay.opaque"
#define HOSTNAME "sealed-host\n"

struct sealed {
	void *folder; /* the oracle's, in which the lines run */
	struct machine machine;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

static void cut_out(struct sealed *s, const char *name)
{
	char page[4096];

	assert_non_null(realpath("FORMAT.md", page)); /* run from the top of the sources */
	assert_int_equal(oracle_shell(&s->folder, "awk '/^```/ { on = 0 } on; $0 == \"```sh %s\" { on = 1 }' '%s' >%s",
				      name, page, name),
			 0);
	assert_int_equal(oracle_shell(&s->folder, "[ $(wc -l <%s) -ge 12 ]", name), 0);
}

static void take_bank(struct sealed *s, unsigned bank)
{
	static const char *const names[] = { "encryption.info", "config.cms" };

	for (unsigned i = 0; i < 2; i++) {
		char path[128];

		machine_bank_path(&s->machine, bank, names[i], path);
		assert_int_equal(oracle_shell(&s->folder, "cp '%s' .", path), 0);
	}
}

/* As overlayfs marks a folder that hides the image's folder of the same name. */
static void replace_whole_folder(struct machine *m)
{
	char path[256];

	snprintf(path, sizeof path, "%s/ram/tree/etc/ssl", m->run_dir);
	assert_int_equal(setxattr(path, OPAQUE, "y", 1, 0), 0);
}

/* A sealed host with something of each kind in its /etc. */
static int seal(void **state, bool tpm)
{
	struct sealed *s = calloc(1, sizeof *s);
	struct es_boot_record record;

	*state = s;
	if (oracle_folder_make(&s->folder) != 0)
		return -1;
	machine_start(&s->machine, tpm);
	assert_int_equal(machine_boot(&s->machine, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	machine_write(&s->machine, "etc/hostname", HOSTNAME);
	machine_write(&s->machine, "etc/ssl/private/key.pem", "secret");
	assert_int_equal(oracle_shell(&s->folder,
				      "cd '%s/ram/tree/etc' && chmod 640 ssl/private/key.pem && chown 0:42 "
				      "ssl/private/key.pem && ln -s hostname link && mknod gone c 0 0",
				      s->machine.run_dir),
			 0);
	replace_whole_folder(&s->machine);
	assert_int_equal(machine_init(&s->machine, !tpm, s->recovery), ES_OK);
	cut_out(s, "recover-with-recovery-key");
	cut_out(s, "recover-kdf");
	take_bank(s, 0);
	return 0;
}

static int seal_by_kdf(void **state)
{
	return seal(state, false);
}

static int seal_by_tpm(void **state)
{
	return seal(state, true);
}

static int unseal(void **state)
{
	struct sealed *s = *state;

	machine_stop(&s->machine);
	oracle_folder_remove(&s->folder);
	free(s);
	return 0;
}

static int recover_with(struct sealed *s, const char *recovery)
{
	oracle_write(&s->folder, "typed", es_text_span(recovery));
	return oracle_shell(&s->folder, "printf '\\n' >>typed; sh ./recover-with-recovery-key <typed 2>said");
}

static int recover_on_machine(struct sealed *s, const char *uuid)
{
	return oracle_shell(&s->folder, "UUID='%s' sh ./recover-kdf 2>said", uuid);
}

static void assert_recovered(struct sealed *s)
{
	char path[256], value[2];

	ES_BUF hostname = oracle_read(&s->folder, "tree/etc/hostname");

	assert_int_equal(hostname.len, strlen(HOSTNAME));
	assert_memory_equal(hostname.data, HOSTNAME, hostname.len);
	assert_int_equal(oracle_shell(&s->folder, "[ \"$(readlink tree/etc/link)\" = hostname ]"), 0);
	assert_int_equal(
	    oracle_shell(&s->folder, "[ \"$(stat -c %%a:%%u:%%g tree/etc/ssl/private/key.pem)\" = 640:0:42 ]"), 0);
	assert_int_equal(oracle_shell(&s->folder, "[ \"$(stat -c %%F:%%t:%%T tree/etc/gone)\" = "
						  "'character special file:0:0' ]"),
			 0);
	snprintf(path, sizeof path, "%s/tree/etc/ssl", (char *)s->folder);
	assert_int_equal(getxattr(path, OPAQUE, value, sizeof value), 1);
	assert_int_equal(value[0], 'y');
	assert_int_equal(oracle_shell(&s->folder, "grep -q '\"format\": *\"etcseal-archive\"' manifest.json"), 0);
}

static void assert_nothing_recovered(struct sealed *s)
{
	assert_int_equal(oracle_shell(&s->folder, "[ ! -e tree ] && [ ! -e manifest.json ] && [ ! -e config.tar.zst ]"),
			 0);
}

/* The same lines succeed on the same bank before it is changed, so they fail because of the change. */
static void assert_sound(struct sealed *s)
{
	assert_int_equal(recover_with(s, s->recovery), 0);
	assert_int_equal(oracle_shell(&s->folder, "rm -r tree manifest.json config.tar.zst"), 0);
}

static void assert_said(struct sealed *s, const char *text)
{
	assert_int_equal(oracle_shell(&s->folder, "grep -q '%s' said", text), 0);
}

static void the_recovery_key_opens_a_kdf_bank(void **state)
{
	struct sealed *s = *state;

	assert_int_equal(recover_with(s, s->recovery), 0);
	assert_recovered(s);
}

static void the_recovery_key_with_spaces_also_opens(void **state)
{
	struct sealed *s = *state;
	char spaced[sizeof s->recovery];

	memcpy(spaced, s->recovery, sizeof spaced);
	for (char *c = spaced; *c != '\0'; c++)
		if (*c == '-')
			*c = ' ';
	assert_int_equal(recover_with(s, spaced), 0);
	assert_recovered(s);
}

static void the_recovery_key_opens_a_tpm_bank(void **state)
{
	struct sealed *s = *state;

	assert_int_equal(recover_with(s, s->recovery), 0);
	assert_recovered(s);
}

static void both_banks_open(void **state)
{
	struct sealed *s = *state;
	ES_HOST host = machine_host(&s->machine);
	struct es_pack_report report;

	assert_int_equal(machine_backup(host, &report), ES_OK);
	for (unsigned bank = 0; bank < 2; bank++) {
		assert_int_equal(oracle_shell(&s->folder, "rm -rf tree manifest.json config.tar.zst"), 0);
		take_bank(s, bank);
		assert_int_equal(recover_with(s, s->recovery), 0);
		assert_recovered(s);
	}
}

/* The new key opens the bank after the rotation, and the old one doesn't; for a copy from before it is the other way
 * round. */
static void after_a_rotation_the_new_recovery_key_opens_and_the_old_one_does_not(void **state)
{
	struct sealed *s = *state;
	char old_id[ES_RECOVERY_ID_TEXT], fresh[sizeof s->recovery];
	ES_SECRET recovery = NULL;
	ES_HOST host = machine_host(&s->machine);

	assert_int_equal(es_host_rotate(host, old_id, &recovery), ES_OK);
	assert_int_equal(es_host_rotate_finish(host), ES_OK);
	es_recovery_code_write(es_secret_bytes(recovery), fresh);
	assert_int_equal(recover_with(s, fresh), 1);
	assert_said(s, "This recovery key isn");
	assert_sound(s);
	for (unsigned bank = 0; bank < 2; bank++) {
		take_bank(s, bank);
		assert_int_equal(recover_with(s, s->recovery), 1);
		assert_nothing_recovered(s);
		assert_said(s, "This recovery key isn");
		assert_int_equal(recover_with(s, fresh), 0);
		assert_recovered(s);
		assert_int_equal(oracle_shell(&s->folder, "rm -r tree manifest.json config.tar.zst"), 0);
	}
}

static void the_machine_opens_a_kdf_bank(void **state)
{
	struct sealed *s = *state;

	assert_int_equal(recover_on_machine(s, s->machine.uuid), 0);
	assert_recovered(s);
}

static void the_uuid_may_be_given_in_upper_case(void **state)
{
	struct sealed *s = *state;

	assert_int_equal(recover_on_machine(s, "4C4C4544-0043-5910-8054-B7C04F4E3432"), 0);
	assert_recovered(s);
}

static void another_machine_does_not_open_it(void **state)
{
	struct sealed *s = *state;

	assert_int_equal(recover_on_machine(s, "4c4c4544-0043-5910-8054-b7c04f4e3433"), 1);
	assert_nothing_recovered(s);
	assert_said(s, "another machine");
	assert_int_equal(recover_on_machine(s, s->machine.uuid), 0);
}

static void another_recovery_key_does_not_open_it(void **state)
{
	struct sealed *s = *state;

	assert_int_equal(recover_with(s, "478269-039194-473926-430939-686855-231401-642208-184477-602511-225586-551660-"
					 "586542-338394-092578-687140-267425"),
			 1);
	assert_nothing_recovered(s);
	assert_said(s, "This recovery key isn");
	assert_int_equal(recover_with(s, s->recovery), 0);
}

static void a_changed_encryption_info_is_noticed(void **state)
{
	struct sealed *s = *state;

	assert_int_equal(oracle_shell(&s->folder,
				      "sed -i 's/\"generation\": 1,/\"generation\": 2,/' encryption.info && "
				      "grep -q '\"generation\": 2,' encryption.info"),
			 0);
	assert_int_equal(recover_with(s, s->recovery), 1);
	assert_nothing_recovered(s);
	assert_said(s, "encryption.info was changed");
}

static void a_changed_archive_is_noticed(void **state)
{
	struct sealed *s = *state;

	assert_sound(s);
	assert_int_equal(oracle_shell(&s->folder, "printf X | dd of=config.cms bs=1 seek=200 conv=notrunc"), 0);
	assert_int_equal(recover_with(s, s->recovery), 1);
	assert_nothing_recovered(s);
	assert_said(s, "config.cms: FAILED");
}

#define BY_KDF(test) cmocka_unit_test_setup_teardown(test, seal_by_kdf, unseal)
#define BY_TPM(test) cmocka_unit_test_setup_teardown(test, seal_by_tpm, unseal)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BY_KDF(the_recovery_key_opens_a_kdf_bank),
		BY_KDF(the_recovery_key_with_spaces_also_opens),
		BY_TPM(the_recovery_key_opens_a_tpm_bank),
		BY_TPM(both_banks_open),
		BY_TPM(after_a_rotation_the_new_recovery_key_opens_and_the_old_one_does_not),
		BY_KDF(after_a_rotation_the_new_recovery_key_opens_and_the_old_one_does_not),
		BY_KDF(the_machine_opens_a_kdf_bank),
		BY_KDF(the_uuid_may_be_given_in_upper_case),
		BY_KDF(another_machine_does_not_open_it),
		BY_KDF(another_recovery_key_does_not_open_it),
		BY_KDF(a_changed_encryption_info_is_noticed),
		BY_KDF(a_changed_archive_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
