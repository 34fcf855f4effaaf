/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks for initramfs-tools: what mkinitramfs makes of them, and what they do with the helper's exit code. */
#include "keys/core/reason.h"
#include "keys/testlib/oracle.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

/* Tests are run from the top of the sources; the program is build/initrd/test-hooks. */
static int setup(void **state)
{
	char cwd[PATH_MAX], self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (oracle_folder_make(state) != 0 || getcwd(cwd, sizeof cwd) == NULL || n <= 0)
		return -1;
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	*strrchr(self, '/') = '\0';
	return oracle_shell(state, "cp -r '%s/initrd/initramfs-tools' hooks && ln -s '%s/etcseal-boot' helper", cwd,
			    self);
}

static int make_initramfs(void **state, const char *helper)
{
	return oracle_shell(
	    state,
	    "rm -rf conf && cp -r /etc/initramfs-tools conf && cp -r hooks/. conf && "
	    "sed -i 's/^MODULES=.*/MODULES=list/' conf/initramfs.conf && "
	    "ETCSEAL_BOOT=%s mkinitramfs -d \"$PWD/conf\" -o image \"$(ls /lib/modules | tail -n 1)\" 2>err",
	    helper);
}

static void mkinitramfs_takes_in_all_that_the_helper_needs(void **state)
{
	assert_int_equal(make_initramfs(state, "\"$PWD/helper\""), 0);
	shell_ok("unmkinitramfs image tree");
	shell_ok("unshare -m sh -c 'mkdir -p tree/proc && mount -t proc proc tree/proc && "
		 "chroot tree /usr/bin/etcseal-boot --version' | grep -q etcseal-boot");
	shell_ok("ls tree/usr/lib/*/libtss2-tcti-device.so.0 >/dev/null");
	shell_ok("find tree -name overlay.ko* | grep -q . && find tree -name vfat.ko* | grep -q .");
	shell_ok("test -x tree/usr/sbin/poweroff || test -x tree/usr/bin/poweroff");
	shell_ok(
	    "for s in init-top init-premount init-bottom; do "
	    "test -x tree/scripts/$s/etcseal && grep -q \"/scripts/$s/etcseal\" tree/scripts/$s/ORDER || exit 1; done");
}

static void an_initramfs_without_the_helper_is_not_made(void **state)
{
	assert_int_not_equal(make_initramfs(state, "/nowhere/etcseal-boot"), 0);
	shell_ok("grep -q \"couldn't open the configuration\" err");
}

/* The helper answers `code`; whether the host is switched off, or the script goes on. */
static bool goes_on(void **state, const char *script, int code)
{
	int status;

	shell_ok(
	    "mkdir -p bin && rm -f off && printf '#!/bin/sh\\necho \"$*\" >asked\\nexit %d\\n' >bin/etcseal-boot && "
	    "printf '#!/bin/sh\\n>off\\nkill -KILL $PPID\\n' >bin/poweroff && chmod +x bin/*",
	    code);
	status = oracle_shell(state, "PATH=$PWD/bin:$PATH rootmnt=/root hooks/scripts/%s/etcseal", script);
	if (oracle_shell(state, "test -e off") == 0) {
		assert_int_not_equal(status, 0);
		return false;
	}
	assert_int_equal(status, 0);
	return true;
}

static void only_an_opened_or_unconfigured_host_goes_on(void **state)
{
	static const int codes[] = { 0, 1, 2, 3, 4, 5, 6, 7, 126, 127, 137, 143, 255 };

	for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++)
		assert_int_equal(goes_on(state, "init-premount", codes[i]),
				 codes[i] == ES_EXIT_DONE || codes[i] == ES_EXIT_NOT_CONFIGURED);
	shell_ok("test \"$(cat asked)\" = unlock");
}

static void a_host_that_is_not_covered_does_not_start(void **state)
{
	for (int code = 0; code < 10; code++)
		assert_int_equal(goes_on(state, "init-bottom", code), code == ES_EXIT_DONE);
	shell_ok("test \"$(cat asked)\" = 'apply /root'");
}

static void a_helper_that_is_missing_switches_off(void **state)
{
	assert_true(goes_on(state, "init-premount", 0));
	shell_ok("rm bin/etcseal-boot && ln -s \"$(command -v sh)\" bin/sh");
	oracle_shell(state, "PATH=$PWD/bin hooks/scripts/init-premount/etcseal");
	shell_ok("test -e off");
}

/* initramfs-tools starts a shell where anything fails, unless panic= is set. */
static void there_is_never_a_shell(void **state)
{
	shell_ok("mkdir conf && sed \"s|/conf/|$PWD/conf/|\" hooks/scripts/init-top/etcseal >top && sh top");
	shell_ok("panic= && . conf/param.conf && test \"$panic\" = 60");
	shell_ok("panic=-1 && . conf/param.conf && test \"$panic\" = -1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, oracle_folder_remove)
		TEST(mkinitramfs_takes_in_all_that_the_helper_needs), TEST(an_initramfs_without_the_helper_is_not_made),
		TEST(only_an_opened_or_unconfigured_host_goes_on),    TEST(a_host_that_is_not_covered_does_not_start),
		TEST(a_helper_that_is_missing_switches_off),          TEST(there_is_never_a_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
