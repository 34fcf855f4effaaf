/* SPDX-License-Identifier: Apache-2.0 */
/* dracut's module that names what goes into the initramfs in the clear, in a stand-in for dracut that does what 059 and
 * 106 do. With the real ones: tests-ovmf/endure/initramfs.sh. */
#include "keys/tests/lib/hooks.h"
#include "keys/tests/lib/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

/* One process sources all modules, and calls their functions; a module's failure is ignored. */
static const char dracut[] = "#!/bin/bash\n"
			     "initdir=$PWD/tree DRACUT_TMPDIR=$PWD/work\n"
			     "[[ $OLD ]] || build_ld_cache() { echo cache >\"$initdir/etc/ld.so.cache\"; }\n"
			     "for conf in dracut/dracut.conf.d/*.conf; do . \"$conf\"; done\n"
			     "for module in dracut/modules.d/[0-9][0-9]*; do\n"
			     "	unset check depends cmdline install installkernel\n"
			     "	. \"$module/module-setup.sh\"\n"
			     "	check \"$hostonly\" || continue\n"
			     "	install\n"
			     "done\n"
			     "[[ ! $INCLUDE ]] || cp \"$INCLUDE\" \"$initdir/etc/\"\n"
			     "[[ $OLD ]] || build_ld_cache\n"
			     "touch image\n";

static int setup(void **state)
{
	if (hooks_folder_make(state) != 0)
		return -1;
	oracle_write(state, "run", (struct es_span){ (const uint8_t *)dracut, sizeof dracut - 1 });
	return oracle_shell(
	    state,
	    "mkdir -p tree/etc/modprobe.d tree/usr/lib/dracut && chmod +x run && echo x >tree/usr/lib/dracut/x && "
	    "echo 'options lab secret=hunter2' >tree/etc/modprobe.d/lab.conf && echo 'psk=hunter2' >late");
}

/* Runs it with these lines in /etc/dracut.conf.d; its output is in "said". */
static int run(void **state, const char *settings, const char *environment)
{
	int status;

	shell_ok("rm -rf image work && mkdir work && printf '%%s\\n' '%s' >dracut/dracut.conf.d/etcseal.conf",
		 settings);
	status =
	    oracle_shell(state, "ETCSEAL=$PWD/etcseal ETCSEAL_LOOK=$PWD/look-files %s ./run >said 2>&1", environment);
	shell_ok("! grep -q hunter2 said");
	assert_int_equal(oracle_shell(state, "test -e image"), status != 0);
	return status;
}

static void a_secret_is_named_once_with_dracuts_module(void **state)
{
	assert_int_equal(run(state, "", ""), 0);
	shell_ok("test $(grep -c '/etc/modprobe.d/lab.conf in the clear: a password or token' said) = 1");
	shell_ok("grep -q \"copied by dracut's module kernel-modules\" said && test -e tree/etc/ld.so.cache");
}

static void what_comes_after_the_modules_is_named_too(void **state)
{
	assert_int_equal(run(state, "ETCSEAL_LEAVE_OUT=/etc/modprobe.d/lab.conf", "INCLUDE=late"), 0);
	shell_ok("grep -q '/etc/late in the clear: a network password' said && ! grep -q lab.conf said");
}

static void strict_makes_no_initramfs(void **state)
{
	assert_int_not_equal(run(state, "ETCSEAL_FILES=strict", ""), 0);
	shell_ok("grep -q \"this initramfs isn't made\" said");
	assert_int_equal(run(state, "ETCSEAL_FILES=strict ETCSEAL_ALLOW=/etc/modprobe.d/*", ""), 0);
	assert_int_not_equal(run(state, "ETCSEAL_FILES=strict ETCSEAL_ALLOW=/etc/modprobe.d/*", "INCLUDE=late"), 0);
	shell_ok("rm tree/etc/late");
	assert_int_equal(
	    run(state, "ETCSEAL_FILES=strict ETCSEAL_LEAVE_OUT=\"/etc/modprobe.d/* /etc/late\"", "INCLUDE=late"), 0);
	shell_ok("! test -e tree/etc/late && ! test -e tree/etc/modprobe.d/lab.conf");
	assert_int_not_equal(run(state, "ETCSEAL_FILES=maybe", ""), 0);
}

static void a_dracut_without_that_function_is_looked_at_earlier(void **state)
{
	assert_int_not_equal(run(state, "ETCSEAL_FILES=strict", "OLD=1"), 0);
	assert_int_equal(run(state, "ETCSEAL_FILES=strict ETCSEAL_LEAVE_OUT=/etc/modprobe.d/lab.conf", "OLD=1"), 0);
}

static void a_removed_program_fails_no_update_unless_strict(void **state)
{
	shell_ok("rm look-files");
	assert_int_equal(run(state, "", ""), 0);
	shell_ok("! test -s said");
	assert_int_not_equal(run(state, "ETCSEAL_FILES=strict", ""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, oracle_folder_remove)
		TEST(a_secret_is_named_once_with_dracuts_module),
		TEST(what_comes_after_the_modules_is_named_too),
		TEST(strict_makes_no_initramfs),
		TEST(a_dracut_without_that_function_is_looked_at_earlier),
		TEST(a_removed_program_fails_no_update_unless_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
