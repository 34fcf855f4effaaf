/* SPDX-License-Identifier: Apache-2.0 */
/* The units for an initramfs that systemd runs, as `make install-files` lays them out: what systemd itself says of
 * them. */
#include "keys/tests/lib/oracle.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

#define UNITS    "root/etc/systemd/system"
#define WITH_US  "etcseal-unlock.service etcseal-apply.service initrd-switch-root.service"
#define NO_SHELL "emergency.service rescue.service dracut-emergency.service"

/* An initramfs of sorts: the distribution's own units, and the programs that units name. */
static int setup(void **state)
{
	char cwd[PATH_MAX];

	if (oracle_folder_make(state) != 0 || getcwd(cwd, sizeof cwd) == NULL)
		return -1;
	return oracle_shell(
	    state,
	    "mkdir -p root/usr/bin root/usr/lib/systemd " UNITS " && ln -s usr/bin root/bin && "
	    "cp -r /usr/lib/systemd/system root/usr/lib/systemd/ && "
	    "for p in etcseal-boot systemctl true sh; do cp /bin/true root/usr/bin/$p || exit 1; done && "
	    "printf '[Mount]\\nWhat=/dev/vda2\\nWhere=/sysroot\\n' >root/usr/lib/systemd/system/sysroot.mount && "
	    "(cd '%s' && make -s units-initrd UNITS_INITRD=\"$OLDPWD/" UNITS "\")",
	    cwd);
}

static int verify(void **state, const char *units)
{
	int status = oracle_shell(state,
				  "systemd-analyze verify --root=$PWD/root --man=no --recursive-errors=no %s "
				  ">said 2>&1",
				  units);

	return status != 0 ? status : oracle_shell(state, "test ! -s said");
}

static void systemd_finds_no_fault_with_them(void **state)
{
	assert_int_equal(verify(state, WITH_US), 0);
	assert_int_equal(verify(state, NO_SHELL), 0);
}

static void it_would_find_one(void **state)
{
	shell_ok("echo 'Bogus=1' >>" UNITS "/etcseal-apply.service");
	assert_int_not_equal(verify(state, WITH_US), 0);
}

static void whatever_fails_switches_the_host_off(void **state)
{
	shell_ok("cd " UNITS " && for u in " WITH_US " " NO_SHELL "; do "
		 "cat $u $u.d/*.conf 2>/dev/null | grep -qx FailureAction=poweroff-force || exit 1; done");
	/* A condition that isn't met isn't a failure. */
	shell_ok("! grep -r ^Condition " UNITS);
}

static void no_root_starts_without_them(void **state)
{
	shell_ok(
	    "cd " UNITS
	    " && grep -q '^RequiredBy=.*initrd-switch-root.service.*sysroot.mount' etcseal-unlock.service && "
	    "grep -q '^RequiredBy=.*initrd-switch-root.service' etcseal-apply.service && "
	    "grep -qx 'ExecStartPre=/usr/bin/etcseal-boot check /sysroot' initrd-switch-root.service.d/etcseal.conf");
	/* udevd is stopped before the switch: along Requires that would take the mounts away. */
	shell_ok("grep -qx IgnoreOnIsolate=yes " UNITS
		 "/etcseal-unlock.service && ! grep -r '^Requires=.*udevd' " UNITS);
}

static void nothing_is_resumed_and_there_is_no_shell(void **state)
{
	shell_ok("cd " UNITS " && for u in systemd-hibernate-resume systemd-hibernate-resume@ debug-shell; do "
		 "test \"$(readlink $u.service)\" = /dev/null || exit 1; done");
	shell_ok("cd " UNITS " && for u in " NO_SHELL "; do "
		 "grep -qx SuccessAction=poweroff-force $u && ! grep -q sulogin $u || exit 1; done");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, oracle_folder_remove)
		TEST(systemd_finds_no_fault_with_them),         TEST(it_would_find_one),
		TEST(whatever_fails_switches_the_host_off),     TEST(no_root_starts_without_them),
		TEST(nothing_is_resumed_and_there_is_no_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
