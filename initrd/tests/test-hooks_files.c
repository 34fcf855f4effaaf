/* SPDX-License-Identifier: Apache-2.0 */
/* The hook of initramfs-tools that names what goes into the initramfs in the clear. */
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

/* Tests are run from the top of the sources. tree: what is to become an initramfs; conf: initramfs-tools' folder. */
static int setup(void **state)
{
	char cwd[PATH_MAX], self[PATH_MAX];

	if (oracle_folder_make(state) != 0 || getcwd(cwd, sizeof cwd) == NULL)
		return -1;
	oracle_build_folder(self);
	return oracle_shell(
	    state,
	    "set -e; mkdir -p conf/conf.d tree/etc/modprobe.d tree/conf/conf.d; cp -r "
	    "'%s/initrd/initramfs-tools/hooks' conf; "
	    "ln -s '%s/etcseal' etcseal; echo 'options lab secret=hunter2' >tree/etc/modprobe.d/lab.conf; "
	    "echo 'options lab depth=1' >tree/etc/modprobe.d/own.conf",
	    cwd, self);
}

/* Runs it with these settings; its output is in "said". */
static int hook(void **state, const char *settings)
{
	int status;

	shell_ok("printf '%%s\\n' '%s' >conf/conf.d/etcseal && cp conf/conf.d/etcseal tree/conf/conf.d", settings);
	status = oracle_shell(state, "ETCSEAL=${ETCSEAL-$PWD/etcseal} CONFDIR=$PWD/conf DESTDIR=$PWD/tree "
				     "conf/hooks/etcseal-files >said 2>&1");
	shell_ok("! grep -q hunter2 said");
	return status;
}

static void a_secret_is_named_and_the_initramfs_is_made(void **state)
{
	assert_int_equal(hook(state, ""), 0);
	shell_ok("grep -q '/etc/modprobe.d/lab.conf in the clear: a password or token' said && "
		 "grep -q 'to keep it out (modprobe): .*ETCSEAL_LEAVE_OUT' said");
	assert_int_equal(hook(state, "ETCSEAL_FILES=warn"), 0);
	shell_ok("grep -q 'in the clear' said");
}

static void strict_refuses_what_is_not_allowed(void **state)
{
	assert_int_not_equal(hook(state, "ETCSEAL_FILES=strict"), 0);
	shell_ok("grep -q \"this initramfs isn't made\" said");
	assert_int_equal(hook(state, "ETCSEAL_FILES=strict ETCSEAL_ALLOW=/etc/modprobe.d/lab.conf"), 0);
	assert_int_equal(hook(state, "ETCSEAL_FILES=strict ETCSEAL_ALLOW=\"/x /etc/modprobe.d/l*\""), 0);
	assert_int_not_equal(hook(state, "ETCSEAL_FILES=strict ETCSEAL_ALLOW=/etc/modprobe.d/own.conf"), 0);
	assert_int_not_equal(hook(state, "ETCSEAL_FILES=maybe"), 0);
	assert_int_equal(hook(state, "ETCSEAL_FILES=off"), 0);
	shell_ok("! test -s said");
}

static void what_is_left_out_is_gone_from_the_tree_only(void **state)
{
	shell_ok("mkdir -p outside && echo keep >outside/file && ln -s \"$PWD/outside\" tree/out && mkdir -p "
		 "tree/usr/lib && "
		 "ln -s usr/lib tree/lib && echo x >tree/usr/lib/a");
	assert_int_equal(
	    hook(state, "ETCSEAL_FILES=strict ETCSEAL_LEAVE_OUT=\"/etc/modprobe.d/l*.conf /lib/a /none /n*ne\""), 0);
	shell_ok("! test -e tree/etc/modprobe.d/lab.conf && test -e tree/etc/modprobe.d/own.conf && ! test -e "
		 "tree/usr/lib/a");
	assert_int_not_equal(hook(state, "ETCSEAL_LEAVE_OUT=/out/file"), 0);
	shell_ok("grep -q 'leads out of the initramfs' said");
	assert_int_not_equal(hook(state, "ETCSEAL_LEAVE_OUT=/../outside/file"), 0);
	assert_int_not_equal(hook(state, "ETCSEAL_LEAVE_OUT=etc/modprobe.d/own.conf"), 0);
	shell_ok("test -e outside/file && test -e tree/etc/modprobe.d/own.conf");
	assert_int_equal(hook(state, "ETCSEAL_LEAVE_OUT=/out"), 0); /* the link itself */
	shell_ok("! test -L tree/out && test -e outside/file");
}

static void its_settings_are_not_in_the_initramfs(void **state)
{
	assert_int_equal(hook(state, "ETCSEAL_ALLOW=/etc/modprobe.d/lab.conf"), 0);
	shell_ok("! test -e tree/conf/conf.d/etcseal && test -e conf/conf.d/etcseal");
}

/* initramfs-tools runs whatever a hook names as its prerequisite. */
static void it_waits_for_hooks_only(void **state)
{
	shell_ok("cd conf/hooks && echo '#!/bin/sh' >a.dpkg-old && echo '#!/bin/sh' >zz && chmod +x zz && echo "
		 "'#!/bin/sh' >'b~' && "
		 "chmod +x 'b~' && echo 'if' >broken && chmod +x broken && mkdir folder && "
		 "test \"$(./etcseal-files prereqs)\" = 'etcseal zz '");
}

static void without_the_command_only_strict_refuses(void **state)
{
	shell_ok("rm etcseal");
	assert_int_equal(hook(state, ""), 0);
	shell_ok("grep -q \"etcseal isn't installed\" said");
	assert_int_not_equal(hook(state, "ETCSEAL_FILES=strict"), 0);
}

static int make_initramfs(void **state, const char *settings)
{
	return oracle_shell(
	    state,
	    "rm -rf c && cp -r /etc/initramfs-tools c && cp conf/hooks/etcseal-files c/hooks && "
	    "printf '#!/bin/sh\\n[ \"$1\" = prereqs ] && exit 0\\necho password=hunter2 >$DESTDIR/etc/mine\\n' "
	    ">c/hooks/zzz && "
	    "chmod +x c/hooks/zzz && mkdir -p c/conf.d && echo '%s' >c/conf.d/etcseal && "
	    "sed -i 's/^MODULES=.*/MODULES=list/' c/initramfs.conf && "
	    "ETCSEAL=$PWD/etcseal mkinitramfs -d \"$PWD/c\" -o image \"$(ls /lib/modules | tail -n 1)\" >said 2>&1",
	    settings);
}

static void mkinitramfs_runs_it_after_the_others(void **state)
{
	assert_int_equal(make_initramfs(state, ""), 0);
	shell_ok("grep -q '/etc/mine in the clear: a password or token' said");
	shell_ok("./etcseal image inspect --files image | grep -q '^secret .* /etc/mine: '");
	assert_int_not_equal(make_initramfs(state, "ETCSEAL_FILES=strict"), 0);
	shell_ok("grep -q \"this initramfs isn't made\" said");
	assert_int_equal(make_initramfs(state, "ETCSEAL_LEAVE_OUT=/etc/mine"), 0);
	shell_ok("! grep -q /etc/mine said && ! lsinitramfs image | grep -e etc/mine -e conf.d/etcseal");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, oracle_folder_remove)
		TEST(a_secret_is_named_and_the_initramfs_is_made),
		TEST(strict_refuses_what_is_not_allowed),
		TEST(what_is_left_out_is_gone_from_the_tree_only),
		TEST(its_settings_are_not_in_the_initramfs),
		TEST(it_waits_for_hooks_only),
		TEST(without_the_command_only_strict_refuses),
		TEST(mkinitramfs_runs_it_after_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
