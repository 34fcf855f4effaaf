/* SPDX-License-Identifier: Apache-2.0 */
/* What the command says of options that firmware gives the system: in `status`, and after a new seal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "tools/dispatch.h"

#include <string.h>

#define OPTIONS "SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67"

static struct command command = { .dispatch = es_dispatch };
static struct captured c;

static void run(const struct machine *m, const char *words, int status)
{
	command_run(&command, m, words, status, NULL, &c);
}

static void boot(struct machine *m, enum es_reason expected, const char *recovery)
{
	struct es_boot_record record;

	assert_int_equal(machine_boot(m, &machine_usual_boot, recovery, &record), expected);
}

static void status_and_seals_tell_what_firmware_hands_over(void **state)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct machine m;

	(void)state;
	machine_start(&m, true);
	boot(&m, ES_NOT_CONFIGURED, NULL);
	machine_write(&m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&m, false, recovery), ES_OK);
	boot(&m, ES_OK, NULL);
	run(&m, "status", 0);
	assert_says(c.out, "options from outside: none, from firmware: none\n");
	assert_null(strstr(c.out, "gives options to what starts"));
	assert_null(strstr(c.out, "for systemd"));
	assert_null(strstr(c.out, "the kernel was started without"));
	run(&m, "set --mode=tpm", 0);
	assert_null(strstr(c.err, "the seal is to a boot with"));

	machine_set_variable(&m, OPTIONS, "systemd.debug_shell");
	m.smbios[0] = "io.systemd.credential:one=canary";
	m.smbios[1] = "io.systemd.credential:two=canary";
	machine_publish_strings(&m);
	m.options = "quiet systemd.import_credentials=yes\n";
	boot(&m, ES_LOCKED_PCR, NULL);
	run(&m, "status", 4);
	assert_says(
	    c.out,
	    "! EFI variable SystemdOptions: systemd.debug_shell is set, and gives options to the system that boots");
	assert_says(c.out, "! firmware has 2 strings for systemd, SMBIOS string io.systemd.credential:one first");
	assert_says(c.out,
		    "! the kernel was started without systemd.import_credentials=no: systemd accepts credentials");
	assert_null(strstr(c.out, "canary"));
	run(&m, "status --json", 4);
	assert_says(c.out, "EFI variable SystemdOptions: systemd.debug_shell is set");
	assert_says(c.out, "\"firmware_options\": 3");

	boot(&m, ES_OK, recovery);
	run(&m, "set --mode=tpm", 0);
	assert_says(c.err, "the seal is to a boot with EFI variable SystemdOptions: systemd.debug_shell;");
	assert_says(c.err, "the seal is to a boot with SMBIOS string io.systemd.credential:two;");
	assert_null(strstr(c.err, "canary"));
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_and_seals_tell_what_firmware_hands_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
