/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks for initramfs-tools: what mkinitramfs makes of them, what they do with the helper's exit code, and what
 * init is made to insist on. They are booted in tests-ovmf/attack/died.sh. */
#include "keys/core/reason.h"
#include "keys/tests/lib/hooks.h"
#include "keys/tests/lib/oracle.h"

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

static int setup(void **state)
{
	return hooks_folder_make(state) == 0
		   ? oracle_shell(state, "sed -i 's|/dev/kmsg|kmsg|' hooks/scripts/init-*/etcseal")
		   : -1;
}

/* Installed, and nobody asked for it: the initramfs is the one without us. */
static void a_host_that_does_not_use_it_boots_as_before(void **state)
{
	assert_int_equal(hooks_mkinitramfs(state, "hooks", "ETCSEAL_INITRAMFS="), 0);
	shell_ok("unmkinitramfs image tree && rm -r hooks/hooks hooks/scripts");
	assert_int_equal(hooks_mkinitramfs(state, "hooks", ""), 0);
	shell_ok("unmkinitramfs image expected && diff -r --no-dereference -I auto-generated expected tree");
}

static void a_host_that_it_started_keeps_it(void **state)
{
	shell_ok("mkdir etcseal.run && echo '{}' >etcseal.run/boot.json");
	assert_int_equal(
	    hooks_mkinitramfs(state, "hooks", "ETCSEAL_INITRAMFS= ETCSEAL_STARTED=$PWD/etcseal.run/boot.json"), 0);
	shell_ok("unmkinitramfs image tree && test -x tree/usr/bin/etcseal-boot && test -x "
		 "tree/scripts/init-bottom/etcseal");
	assert_int_equal(
	    hooks_mkinitramfs(state, "hooks", "ETCSEAL_INITRAMFS=no ETCSEAL_STARTED=$PWD/etcseal.run/boot.json"), 0);
	shell_ok("rm -r tree && unmkinitramfs image tree && test ! -e tree/usr/bin/etcseal-boot");
	assert_int_not_equal(hooks_mkinitramfs(state, "hooks", "ETCSEAL_INITRAMFS=perhaps"), 0);
	shell_ok("grep -q 'auto, yes or no, and not perhaps' said");
}

static void mkinitramfs_takes_in_all_that_the_helper_needs(void **state)
{
	assert_int_equal(hooks_mkinitramfs(state, "hooks", ""), 0);
	shell_ok("unmkinitramfs image tree");
	shell_ok("unshare -m sh -c 'mkdir -p tree/proc && mount -t proc proc tree/proc && "
		 "chroot tree /usr/bin/etcseal-boot --version' | grep -q etcseal-boot");
	shell_ok("ls tree/usr/lib/*/libtss2-tcti-device.so.0 >/dev/null");
	shell_ok("find tree -name overlay.ko* | grep -q . && find tree -name vfat.ko* | grep -q .");
	shell_ok("test -x tree/usr/sbin/poweroff || test -x tree/usr/bin/poweroff");
	shell_ok(
	    "for s in init-premount init-bottom; do "
	    "test -x tree/scripts/$s/etcseal && grep -q \"/scripts/$s/etcseal\" tree/scripts/$s/ORDER || exit 1; done");
}

static void init_is_made_to_insist(void **state)
{
	assert_int_equal(hooks_mkinitramfs(state, "hooks", ""), 0);
	shell_ok("unmkinitramfs image tree");
	/* After its own functions, and again after each script. */
	shell_ok("test \"$(tail -n 1 tree/scripts/functions)\" = '. /scripts/etcseal'");
	shell_ok("test \"$(cat tree/conf/param.conf)\" = '. /scripts/etcseal'");
	shell_ok("cmp tree/scripts/etcseal hooks/scripts/etcseal");
}

static bool init_is_known(void **state, const char *edit)
{
	shell_ok("sed '%s' /usr/share/initramfs-tools/init >init && "
		 "sed -n '/^init_is_known/,/^}/p' hooks/hooks/etcseal >known && test -s known",
		 edit);
	return oracle_shell(state, "DESTDIR=$PWD; . ./known; init_is_known") == 0;
}

static void an_init_that_would_not_insist_is_refused(void **state)
{
	assert_true(init_is_known(state, ""));
	assert_false(init_is_known(state, "/^maybe_break mount$/d"));
	assert_false(init_is_known(state, "/^maybe_break init$/d"));
	assert_false(init_is_known(state, "s/^maybe_break/break_if_asked/"));
	assert_false(init_is_known(state, "/scripts.functions/d"));
	/* The check would come before what it checks. */
	assert_false(init_is_known(state, "/^run_scripts .scripts.init-premount/d; "
					  "s/^maybe_break mountroot/run_scripts \\/scripts\\/init-premount/"));
}

static void an_initramfs_without_the_helper_is_not_made(void **state)
{
	assert_int_not_equal(hooks_mkinitramfs(state, "hooks", "ETCSEAL_BOOT=/nowhere/etcseal-boot"), 0);
	shell_ok("grep -q \"couldn't open the configuration\" said");
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

/* What init would do with it, in a shell of our own; true if that comes to its end, false if the host is switched
 * off. */
static bool init_goes_on(void **state, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool init_goes_on(void **state, const char *format, ...)
{
	char commands[512];
	va_list list;

	va_start(list, format);
	vsnprintf(commands, sizeof commands, format, list);
	va_end(list);
	shell_ok("mkdir -p bin && rm -f off on && printf '#!/bin/sh\n>off\nkill -KILL $PPID\n' >bin/poweroff && "
		 "printf '#!/bin/sh\necho ${0##*/} >off\nkill -KILL $PPID\n' | tee bin/reboot >bin/halt && chmod +x "
		 "bin/* && "
		 "sed \"s|/run/etcseal/unlocked|$PWD/unlocked|; s|/dev/kmsg|kmsg|\" hooks/scripts/etcseal >guard");
	oracle_shell(state, "PATH=$PWD/bin:$PATH; BOOT=local rootmnt=/root; . ./guard; %s; >on", commands);
	return oracle_shell(state, "test -e on && ! test -e off") == 0;
}

static void no_root_is_looked_for_before_unlock_has_finished(void **state)
{
	shell_ok("rm -f unlocked");
	assert_false(init_goes_on(state, "maybe_break mount"));
	shell_ok("grep -q \"didn't finish\" kmsg");
	assert_true(init_goes_on(state, "maybe_break premount"));
	shell_ok(">unlocked");
	assert_true(init_goes_on(state, "maybe_break mount"));
}

static void no_root_is_started_that_the_helper_does_not_vouch_for(void **state)
{
	for (int code = 0; code < 8; code++) {
		shell_ok("mkdir -p bin && printf '#!/bin/sh\necho \"$*\" >asked\nexit %d\n' >bin/etcseal-boot && "
			 "chmod +x bin/etcseal-boot",
			 code);
		assert_int_equal(init_goes_on(state, "maybe_break init"), code == ES_EXIT_DONE);
		shell_ok("test \"$(cat asked)\" = 'check /root --run /root/run/etcseal'");
	}
	shell_ok("printf '#!/bin/sh\nkill -KILL $$\n' >bin/etcseal-boot");
	assert_false(init_goes_on(state, "maybe_break init"));
}

static void there_is_never_a_shell(void **state)
{
	static const char *const places[] = { "top", "modules", "premount", "mountroot", "bottom" };

	for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
		assert_true(init_goes_on(state, "break=%s; maybe_break %s </dev/null", places[i], places[i]));
	/* A root that doesn't come: the host starts again after a while. A panic= without a number leads to no shell
	 * either. */
	shell_ok("mkdir -p bin && printf '#!/bin/sh\necho \"$1\" >slept\n' >bin/sleep && chmod +x bin/sleep");
	assert_false(init_goes_on(state, "panic='' panic no root"));
	shell_ok("test \"$(cat off)\" = reboot && test \"$(cat slept)\" = 60");
	assert_false(init_goes_on(state, "panic=5; panic no root"));
	shell_ok("test \"$(cat off)\" = reboot && test \"$(cat slept)\" = 5");
	assert_false(init_goes_on(state, "panic=-1; panic no root"));
	shell_ok("test \"$(cat off)\" = reboot");
	assert_false(init_goes_on(state, "panic=0; panic no root"));
	shell_ok("test \"$(cat off)\" = halt");
	assert_false(init_goes_on(state, "panic=sh; panic no root"));
	shell_ok("test \"$(cat off)\" = halt");
}

static void nothing_is_resumed(void **state)
{
	assert_true(init_goes_on(state, "resume=/dev/vda3; noresume=; maybe_break premount; env >env"));
	shell_ok("grep -qx resume= env && grep -qx noresume=y env && grep -qx resume_offset= env && grep -qx "
		 "RESUME=none env");
}

static void the_boot_script_is_one_of_the_initramfs(void **state)
{
	shell_ok(">unlocked");
	assert_true(init_goes_on(state, "BOOT=nfs; maybe_break mount"));
	assert_false(init_goes_on(state, "BOOT=../.extra/etcseal/bank0/measured.log; maybe_break mount"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, oracle_folder_remove)
		TEST(mkinitramfs_takes_in_all_that_the_helper_needs),
		TEST(a_host_that_does_not_use_it_boots_as_before),
		TEST(a_host_that_it_started_keeps_it),
		TEST(init_is_made_to_insist),
		TEST(an_init_that_would_not_insist_is_refused),
		TEST(an_initramfs_without_the_helper_is_not_made),
		TEST(only_an_opened_or_unconfigured_host_goes_on),
		TEST(a_host_that_is_not_covered_does_not_start),
		TEST(a_helper_that_is_missing_switches_off),
		TEST(no_root_is_looked_for_before_unlock_has_finished),
		TEST(no_root_is_started_that_the_helper_does_not_vouch_for),
		TEST(there_is_never_a_shell),
		TEST(nothing_is_resumed),
		TEST(the_boot_script_is_one_of_the_initramfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
