/* SPDX-License-Identifier: Apache-2.0 */
/* What initramfs-tools is given to name what goes into the initramfs in the clear, and to keep it off the disk. */
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

/* tree: what is to become an initramfs; hooks: initramfs-tools' folder. */
static int setup(void **state)
{
	if (hooks_folder_make(state) != 0)
		return -1;
	return oracle_shell(
	    state, "mkdir -p hooks/conf.d tree/etc/modprobe.d tree/conf/conf.d && "
		   "echo 'options lab secret=hunter2' >tree/etc/modprobe.d/lab.conf && echo 'options lab depth=1' "
		   ">tree/etc/modprobe.d/own.conf");
}

/* Runs a script with these settings; its output is in "said". */
static int run(void **state, const char *settings, const char *script)
{
	int status;

	shell_ok("printf '%%s\n' '%s' >hooks/conf.d/etcseal && cp hooks/conf.d/etcseal tree/conf/conf.d", settings);
	status = oracle_shell(
	    state,
	    "ETCSEAL=${ETCSEAL-$PWD/etcseal} ETCSEAL_LOOK=$PWD/look-files CONFDIR=$PWD/hooks DESTDIR=$PWD/tree "
	    "ETCSEAL_RUN=$PWD version=6.1 %s >said 2>&1",
	    script);
	shell_ok("! grep -q hunter2 said");
	return status;
}

static int hook(void **state, const char *settings)
{
	return run(state, settings, "hooks/hooks/etcseal-files");
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
	shell_ok("! test -e tree/conf/conf.d/etcseal && test -e hooks/conf.d/etcseal");
}

/* initramfs-tools runs whatever a hook names as its prerequisite. */
static void it_waits_for_hooks_only(void **state)
{
	shell_ok("cd hooks/hooks && echo '#!/bin/sh' >a.dpkg-old && echo '#!/bin/sh' >zz && chmod +x zz "
		 "&& echo "
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

/* With a hook that a package could have, which adds a file. */
static int make_initramfs(void **state, const char *settings)
{
	shell_ok("printf '#!/bin/sh\\n[ \"$1\" = prereqs ] && exit 0\\necho password=hunter2 >$DESTDIR/etc/mine\\n' "
		 ">hooks/hooks/zzz && chmod +x hooks/hooks/zzz && rm -f hooks/hooks/etcseal && "
		 "echo '%s' >hooks/conf.d/etcseal",
		 settings);
	return hooks_mkinitramfs(state, "hooks", "");
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

/* A hook of /etc/initramfs-tools runs after those of packages: only the finished initramfs shows what it added. */
static void update_initramfs_looks_at_what_later_hooks_added(void **state)
{
	static const char script[] = "hooks/post-update.d/etcseal-files 6.1 initrd";

	assert_int_equal(hook(state, ""), 0);
	shell_ok("grep -q '/etc/modprobe.d/lab.conf in the clear' said && echo psk=hunter2 >tree/etc/late && "
		 "(cd tree && find . | cpio -o -H newc | zstd -q >../initrd) && rm -r hooks/hooks/*");
	assert_int_equal(run(state, "ETCSEAL_FILES=strict", script), 0);
	shell_ok("! test -s said"); /* there is none: it has been looked at */
	shell_ok("touch hooks/hooks/mine && chmod +x hooks/hooks/mine");
	assert_int_equal(run(state, "", script), 0);
	shell_ok("grep -q '/etc/late in the clear' said && ! grep lab.conf said && ! test -e etcseal-files.6.1");
	assert_int_equal(run(state, "", script), 0);
	shell_ok("grep -q '/etc/modprobe.d/lab.conf in the clear' said");
	assert_int_not_equal(run(state, "ETCSEAL_FILES=strict", script), 0);
	shell_ok("grep -q \"don't put initrd into a boot image\" said");
	assert_int_equal(run(state, "ETCSEAL_FILES=strict ETCSEAL_ALLOW=\"/etc/modprobe.d/lab.conf /etc/l*e\"", script),
			 0);
	assert_int_equal(run(state, "ETCSEAL_FILES=off", script), 0);
	/* Removed, or without an initramfs: no update fails. */
	shell_ok("rm initrd");
	assert_int_equal(run(state, "ETCSEAL_FILES=strict", script), 0);
	shell_ok("touch initrd && chmod -x look-files");
	assert_int_equal(run(state, "ETCSEAL_FILES=strict", script), 0);
}

static void a_removed_program_fails_no_update_unless_strict(void **state)
{
	shell_ok("rm look-files");
	assert_int_equal(hook(state, ""), 0);
	shell_ok("grep -q \"isn't installed\" said");
	assert_int_not_equal(hook(state, "ETCSEAL_FILES=strict"), 0);
}

/* What was left out was there for a moment. */
static void a_work_folder_on_disk_is_named(void **state)
{
	assert_int_equal(hook(state, "ETCSEAL_LEAVE_OUT=/etc/modprobe.d/*"), 0);
	shell_ok("test $(grep -c 'is made on disk' said) = 1");
	shell_ok("mkdir ram && unshare -m sh -ec 'mount -t tmpfs none ram && mkdir ram/tree && echo x >ram/tree/x && "
		 "ETCSEAL_FILES=off ETCSEAL_LEAVE_OUT=/x ./look-files ram/tree && ! test -e ram/tree/x' >said 2>&1 && "
		 "! test -s said");
}

/* What ram-tmpdir finds with a tmpfs of 100 MiB, these KiB of memory, and initramfs files of these sizes. */
static bool has_room(void **state, unsigned memory, const char *sizes)
{
	shell_ok(
	    "rm -rf boot && mkdir -p boot ram && echo 'MemAvailable: %u kB' >memory && for s in %s; do truncate -s $s "
	    "boot/initrd.img-$s; done",
	    memory, sizes);
	shell_ok("unshare -m sh -ec 'mount -t tmpfs -o size=100m none ram && ./ram-tmpdir boot ram memory >found'");
	return oracle_shell(state, "test \"$(cat found)\" = ram") == 0;
}

static void the_work_folder_is_in_ram_where_there_is_room(void **state)
{
	assert_true(has_room(state, 100000, "2M 1M"));
	assert_false(has_room(state, 80000, "2M 1M"));
	assert_false(has_room(state, 9000000, "2M 4M"));
	assert_false(has_room(state, 100000, "")); /* nothing to go by */
	shell_ok("truncate -s 1M boot/initrd.img && test -z \"$(./ram-tmpdir boot ram memory)\" && "
		 "test -z \"$(./ram-tmpdir boot none memory)\"");
}

/* As mkinitramfs and dracut source them. */
static void a_folder_that_the_administrator_chose_stays(void **state)
{
	shell_ok(
	    "echo 'echo /dev/shm' >ram-tmpdir && sed -i \"s|/usr/lib/etcseal|$PWD|\" hooks/conf-hooks.d/etcseal-tmpdir "
	    "dracut/dracut.conf.d/*.conf");
	shell_ok(
	    "unset TMPDIR; set -eu; . hooks/conf-hooks.d/etcseal-tmpdir; test \"$(sh -c 'echo $TMPDIR')\" = /dev/shm");
	shell_ok("TMPDIR=/x; . hooks/conf-hooks.d/etcseal-tmpdir; test $TMPDIR = /x");
	shell_ok("echo exit 0 >ram-tmpdir; unset TMPDIR; . hooks/conf-hooks.d/etcseal-tmpdir; test -z \"$TMPDIR\"");
	shell_ok(
	    "echo 'echo /dev/shm' >ram-tmpdir; unset TMPDIR; bash -c '. dracut/dracut.conf.d/05-etcseal-tmpdir.conf; "
	    "test "
	    "$tmpdir = /dev/shm && tmpdir=/x && . dracut/dracut.conf.d/05-etcseal-tmpdir.conf && test $tmpdir = /x'");
	shell_ok("export TMPDIR=/y; bash -c '. dracut/dracut.conf.d/05-etcseal-tmpdir.conf; test -z \"$tmpdir\"'");
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
		TEST(update_initramfs_looks_at_what_later_hooks_added),
		TEST(a_removed_program_fails_no_update_unless_strict),
		TEST(a_work_folder_on_disk_is_named),
		TEST(the_work_folder_is_in_ram_where_there_is_room),
		TEST(a_folder_that_the_administrator_chose_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
