/* SPDX-License-Identifier: Apache-2.0 */
/* The command as its user calls it, on a whole machine with a software TPM: what it prints and its exit codes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct captured c; /* of the last call: too large for the stack of every test */
static struct command command = { .dispatch = es_dispatch };

static void run_ends(const struct machine *m, const char *words, int status, const struct capture_ends *ends)
{
	command_run(&command, m, words, status, ends, &c);
}

static void run(const struct machine *m, const char *words, int status)
{
	run_ends(m, words, status, NULL);
}

/* The key in the table of `recovery list`. */
static void recovery_key(const struct machine *m, char ret[static ES_RECOVERY_TEXT_LEN + 1])
{
	run(m, "recovery list", 0);
	assert_memory_equal(c.out,
			    "Recovery ID                             Key\n"
			    "--------------------------------------  ---\n{",
			    44 + 44 + 1);
	assert_int_equal(strlen(c.out), 88 + 38 + 2 + ES_RECOVERY_TEXT_LEN + 1);
	memcpy(ret, c.out + 88 + 40, ES_RECOVERY_TEXT_LEN);
	ret[ES_RECOVERY_TEXT_LEN] = '\0';
}

static void key_file(const struct machine *m, const char *text, mode_t mode, char ret[static 128])
{
	int fd;

	snprintf(ret, 128, "%s/key", m->folder);
	unlink(ret);
	fd = open(ret, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void assert_file_is(const struct machine *m, const char *name, const char *text)
{
	char path[256], got[256];
	int fd;
	ssize_t n;

	snprintf(path, sizeof path, "%s/%s", m->folder, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	n = read(fd, got, sizeof got);
	close(fd);
	assert_int_equal(n, (ssize_t)strlen(text));
	assert_memory_equal(got, text, strlen(text));
}

static void boot(struct machine *m, enum es_reason expected, const char *recovery)
{
	struct machine_boot b = machine_usual_boot;
	struct es_boot_record record;

	b.recovery = recovery != NULL;
	if (recovery != NULL)
		b.image = "another kernel";
	assert_int_equal(machine_boot(m, &b, recovery, &record), expected);
}

/* A machine that `init` has been called on, with one file in /etc. */
static void sealed(struct machine *m, bool with_tpm)
{
	machine_start(m, with_tpm);
	boot(m, ES_NOT_CONFIGURED, NULL);
	machine_write(m, "etc/hostname", "thor\n");
	run(m, "init", 0);
}

static void a_new_host_is_sealed_and_says_so(void **state)
{
	char key[ES_RECOVERY_TEXT_LEN + 1];
	struct captured init;
	struct machine m;

	(void)state;
	machine_start(&m, true);
	boot(&m, ES_NOT_CONFIGURED, NULL);
	run(&m, "status", 3);
	assert_says(c.out, "not configured; `etcseal init`");
	run(&m, "get", 3);
	run(&m, "backup", 3);
	run(&m, "init", 0);
	init = c;
	assert_says(init.out, "sealed to this host's TPM (mode tpm)");
	assert_says(init.out, "WRITE IT DOWN NOW");
	recovery_key(&m, key);
	assert_says(init.out, key);
	assert_null(strstr(init.err, key));
	run(&m, "get", 0);
	assert_string_equal(c.out, "   Mode: TPM\n"
				   "   Require Executables Only From Installed Packages: false\n"
				   "   Require Secure Boot: true\n");
	run(&m, "init", 1);
	assert_says(c.err, "etcseal: cannot init: this host is already configured\n  Next: ");
	machine_stop(&m);
}

static void the_next_boot_is_told_by_status(void **state)
{
	json_t *root, *o;
	struct machine m;

	(void)state;
	sealed(&m, true);
	boot(&m, ES_OK, NULL);
	run(&m, "status", 0);
	assert_says(c.out, "opened by the TPM in ");
	assert_says(c.out, "bank0         whole, generation ");
	assert_says(c.out, "NOT confirmed as written down");
	run(&m, "status --json", 0);
	root = json_loads(c.out, 0, NULL);
	assert_non_null(root);
	assert_string_equal(json_string_value(json_object_get(root, "mode")), "tpm");
	assert_true(json_is_true(json_object_get(root, "sealed_to_this_boot")));
	o = json_object_get(root, "boot");
	assert_string_equal(json_string_value(json_object_get(o, "opened_by")), "tpm");
	assert_true(json_is_true(json_object_get(o, "fenced")));
	assert_int_equal(json_array_size(json_object_get(root, "banks")), 2);
	json_decref(root);
	machine_stop(&m);
}

static void what_is_saved_can_be_extracted(void **state)
{
	char words[256], file[128];
	struct machine m;

	(void)state;
	sealed(&m, true);
	machine_write(&m, "etc/motd", "hello\n");
	run(&m, "backup", 0);
	assert_says(c.out, "saved generation ");
	assert_says(c.out, ": 3 entries, ");
	snprintf(words, sizeof words, "extract --to %s/out", m.folder);
	run(&m, words, 0);
	assert_file_is(&m, "out/etc/motd", "hello\n");
	assert_file_is(&m, "out/etc/hostname", "thor\n");
	run(&m, words, 2);
	assert_says(c.err, "isn't empty");
	run(&m, "extract", 2);
	assert_says(c.err, "needs --to=DIR");
	key_file(&m, "", 0600, file);
	snprintf(words, sizeof words, "extract --to %s", file);
	run(&m, words, 2);
	assert_says(c.err, "isn't a folder");
	machine_stop(&m);
}

static void a_changed_boot_is_locked_and_the_recovery_key_serves(void **state)
{
	char key[ES_RECOVERY_TEXT_LEN + 1], wrong[ES_RECOVERY_TEXT_LEN + 1], file[128], words[400];
	struct machine_boot changed = machine_usual_boot;
	struct es_boot_record record;
	struct machine m;

	(void)state;
	sealed(&m, true);
	recovery_key(&m, key);
	changed.image = "another kernel";
	assert_int_equal(machine_boot(&m, &changed, NULL, &record), ES_LOCKED_PCR);
	run(&m, "status", 4);
	assert_says(c.out, "LOCKED: nothing was opened");
	assert_says(c.out, "PCR 11");
	run(&m, "recovery list", 4);
	run(&m, "backup", 4);
	snprintf(words, sizeof words, "extract --to %s/out --recovery-key-file -", m.folder);
	memcpy(wrong, key, sizeof wrong);
	wrong[14] = wrong[14] == '9' ? '8' : (char)(wrong[14] + 1);
	run_ends(&m, words, 7, &(struct capture_ends){ .input = wrong });
	assert_says(c.err, "the recovery key is mistyped: group 3 is mistyped");
	assert_null(strstr(c.err, wrong));
	run_ends(&m, words, 7,
		 &(struct capture_ends){ .input =
					     "478269-039194-473926-430939-686855-231401-642208-184477-602511-225586-"
					     "551660-586542-338394-092578-687140-267425\n" });
	assert_says(c.err, "isn't this host's");
	snprintf(words, sizeof words, "%s/out", m.folder);
	assert_int_equal(access(words, F_OK), -1); /* made by us, and gone again */
	key_file(&m, key, 0640, file);
	snprintf(words, sizeof words, "extract --to %s/out --recovery-key-file %s", m.folder, file);
	run(&m, words, 0);
	assert_says(c.err, "can be read by others (mode 0640)");
	assert_file_is(&m, "out/etc/hostname", "thor\n");
	machine_stop(&m);
}

static void after_a_recovery_boot_the_host_is_sealed_anew(void **state)
{
	struct machine_boot changed = machine_usual_boot;
	char key[ES_RECOVERY_TEXT_LEN + 1];
	struct es_boot_record record;
	struct machine m;

	(void)state;
	sealed(&m, true);
	recovery_key(&m, key);
	boot(&m, ES_OK, key);
	run(&m, "status", 0);
	assert_says(c.out, "opened by the recovery key given with the boot options");
	assert_says(c.out, "`etcseal set --mode=tpm` seals to this boot");
	run(&m, "set --mode=TPM", 0);
	run(&m, "status", 0);
	assert_null(strstr(c.out, "seals to this boot"));
	changed.image = "another kernel";
	assert_int_equal(machine_boot(&m, &changed, NULL, &record), ES_OK);
	machine_stop(&m);
}

static void without_a_tpm_it_is_kdf_and_loudly_so(void **state)
{
	struct machine m;

	(void)state;
	sealed(&m, false);
	assert_says(c.out, "encrypted WITHOUT a TPM (mode kdf)");
	assert_says(c.err, "no TPM was found");
	assert_says(c.err, "NOT a seal");
	boot(&m, ES_OK, NULL);
	run(&m, "get", 0);
	assert_says(c.out, "   Mode: KDF\n");
	run(&m, "status", 0);
	assert_says(c.out, "NOT sealed to anything");
	assert_says(c.out, "! mode kdf is NOT a seal");
	run(&m, "set --mode=tpm", 6);
	assert_says(c.err, "there is no TPM");
	run(&m, "set --require-secure-boot=T", 2);
	assert_says(c.err, "in kdf mode nothing is sealed");
	machine_stop(&m);
}

static void the_seal_is_given_up_only_when_confirmed(void **state)
{
	struct machine m;

	(void)state;
	sealed(&m, true);
	run(&m, "set --mode=kdf", 2);
	assert_says(c.err, "confirm it with --yes");
	run(&m, "get", 0);
	assert_says(c.out, "Mode: TPM");
	run(&m, "set --mode=kdf --yes", 0);
	assert_says(c.err, "NOT a seal");
	run(&m, "get", 0);
	assert_says(c.out, "Mode: KDF");
	boot(&m, ES_OK, NULL);
	run(&m, "set --mode=tpm --json", 0);
	assert_says(c.out, "\"mode\": \"tpm\"");
	boot(&m, ES_OK, NULL);
	machine_stop(&m);
}

static void requirements_rest_on_each_other(void **state)
{
	struct machine m;

	(void)state;
	sealed(&m, true);
	run(&m, "set", 2);
	run(&m, "set --require-secure-boot=F", 0);
	assert_says(c.out, "PCR 4");
	run(&m, "set --require-exec-installed-only=T", 1);
	assert_says(c.err, "Secure Boot must be required first");
	run(&m, "set --require-secure-boot=true", 0);
	assert_says(c.out, "PCR 7");
	boot(&m, ES_OK, NULL);
	machine_stop(&m);
}

static void garbage_in_both_banks_is_tampering_and_stays_untouched(void **state)
{
	struct machine m;
	char path[128];

	(void)state;
	sealed(&m, true);
	for (unsigned i = 0; i < 2; i++) {
		machine_bank_path(&m, i, "encryption.info", path);
		assert_int_equal(truncate(path, 10), 0);
	}
	run(&m, "status", 5);
	assert_says(c.out, "DAMAGED");
	run(&m, "get", 5);
	run(&m, "init", 5);
	assert_says(c.err, "nothing was overwritten");
	machine_stop(&m);
}

static void a_changed_encryption_info_is_not_believed(void **state)
{
	char path[128], line[512];
	struct machine m;

	(void)state;
	sealed(&m, true);
	for (unsigned i = 0; i < 2; i++) {
		machine_bank_path(&m, i, "encryption.info", path);
		snprintf(line, sizeof line, "sed -i 's/\"secure_boot\": *true/\"secure_boot\": false/' %s", path);
		assert_int_equal(system(line), 0);
	}
	run(&m, "get", 5);
	assert_string_equal(c.out, "");
	assert_says(c.err, "encryption.info failed its integrity check");
	run(&m, "status", 5);
	machine_stop(&m);
}

static void a_key_that_could_not_be_shown_is_a_failure_and_not_lost(void **state)
{
	char key[ES_RECOVERY_TEXT_LEN + 1];
	struct machine m;

	(void)state;
	machine_start(&m, true);
	boot(&m, ES_NOT_CONFIGURED, NULL);
	run_ends(&m, "init", 1, &(struct capture_ends){ .stdout_path = "/dev/full" });
	assert_says(c.err, "can't write the output");
	assert_says(c.err, "`etcseal recovery list`");
	recovery_key(&m, key);
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_host_is_sealed_and_says_so),
		cmocka_unit_test(the_next_boot_is_told_by_status),
		cmocka_unit_test(what_is_saved_can_be_extracted),
		cmocka_unit_test(a_changed_boot_is_locked_and_the_recovery_key_serves),
		cmocka_unit_test(after_a_recovery_boot_the_host_is_sealed_anew),
		cmocka_unit_test(without_a_tpm_it_is_kdf_and_loudly_so),
		cmocka_unit_test(the_seal_is_given_up_only_when_confirmed),
		cmocka_unit_test(requirements_rest_on_each_other),
		cmocka_unit_test(garbage_in_both_banks_is_tampering_and_stays_untouched),
		cmocka_unit_test(a_changed_encryption_info_is_not_believed),
		cmocka_unit_test(a_key_that_could_not_be_shown_is_a_failure_and_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
