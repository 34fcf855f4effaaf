/* SPDX-License-Identifier: Apache-2.0 */
/* The program itself: its arguments, its help, and what it does before the first secret. */
#include "keys/core/reason.h"
#include "keys/tests/lib/mounts.h"
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

static const char *program(char ret_path[static PATH_MAX])
{
	oracle_build_folder(ret_path);
	return strcat(ret_path, "/etcseal-boot");
}

/* Its exit code; standard output and error to the files out and err. */
static int run(void **state, const char *arguments)
{
	char path[PATH_MAX];

	return oracle_shell(state, "exec '%s' %s >out 2>err </dev/null", program(path), arguments);
}

static void help_and_version_go_to_standard_output(void **state)
{
	assert_int_equal(run(state, "--help"), ES_EXIT_DONE);
	shell_ok("grep -q '^usage: etcseal-boot unlock' out && grep -q 'apply ROOT' out && ! test -s err");
	assert_int_equal(run(state, "help"), ES_EXIT_DONE);
	assert_int_equal(run(state, "--version"), ES_EXIT_DONE);
	shell_ok("grep -qx 'etcseal-boot " ES_VERSION_TEXT "' out");
}

static void misuse_names_the_word_and_shows_the_usage(void **state)
{
	static const struct {
		const char *arguments, *named;
	} misuses[] = {
		{ "", "no command given" },
		{ "unlok", "unknown command: unlok" },
		{ "unlock --hand", "unknown option, or missing value: --hand" },
		{ "unlock --bogus", "unknown option, or missing value: --bogus" },
		{ "unlock --run", "unknown option, or missing value: --run" },
		{ "unlock --tries 0", "--tries takes a number from 1 to 1000, not 0" },
		{ "unlock --tries 5x", "not 5x" },
		{ "unlock --tries 99999999999999999999", "not 99999999999999999999" },
		{ "unlock --ask-timeout -1", "not -1" },
		{ "unlock extra", "unlock takes no argument: extra" },
		{ "apply", "apply takes one argument" },
		{ "apply a b", "apply takes one argument" },
		{ "apply --tcti x a", "--tcti" },
		{ "check", "check takes one argument" },
		{ "check --tcti x a", "--tcti" },
	};

	for (unsigned i = 0; i < sizeof misuses / sizeof *misuses; i++) {
		assert_int_equal(run(state, misuses[i].arguments), ES_EXIT_USAGE);
		if (oracle_shell(state, "grep -qF -e '%s' err && grep -q '^usage: ' err && ! test -s out",
				 misuses[i].named) != 0)
			fail_msg("\"%s\" doesn't name: %s", misuses[i].arguments, misuses[i].named);
	}
}

static void apply_before_unlock_is_refused(void **state)
{
	shell_ok("mkdir root");
	assert_int_equal(run(state, "apply --run nowhere root"), ES_EXIT_FAILED);
	shell_ok("grep -q 'Run `etcseal-boot unlock` first' err");
}

static void a_host_with_nothing_boots_on_unconfigured(void **state)
{
	assert_int_equal(run(state, "unlock --run run --handover nowhere --no-ask --tcti device:/dev/there-is-no-tpm"),
			 ES_EXIT_NOT_CONFIGURED);
	shell_ok("grep -q \"isn't configured\" err && test \"$(stat -c %%a run run/boot.json | xargs)\" = '700 600'");
	shell_ok("mkdir -p root/etc");
	assert_int_equal(run(state, "apply --run run root"), ES_EXIT_DONE);
	shell_ok("grep -q 'ISN.T CONFIGURED' err && touch root/etc/new && test -e run/ram/tree/etc/new");
	assert_int_equal(run(state, "check --run run root"), ES_EXIT_DONE);
}

/* PID 1 of the initramfs starts no root without it. */
static void only_an_unlock_that_came_to_its_end_leaves_its_mark(void **state)
{
	static const char *const nothing =
	    "unlock --run run --handover nowhere --no-ask --tcti device:/dev/there-is-no-tpm";
	char path[PATH_MAX];

	assert_int_equal(run(state, nothing), ES_EXIT_NOT_CONFIGURED);
	shell_ok("test \"$(cat run/unlocked)\" = unconfigured");
	/* It runs once in a boot; the second one fails, and nothing is left of the first one's mark. */
	assert_int_not_equal(run(state, nothing), ES_EXIT_NOT_CONFIGURED);
	shell_ok("test ! -e run/unlocked");
	/* Killed while it waits for a device. */
	shell_ok("echo 'etcseal.device=/dev/never' >cmdline && mount --bind cmdline /proc/cmdline");
	shell_ok(
	    "mkdir killed && echo of-before >killed/unlocked; "
	    "'%s' unlock --run killed --handover nowhere --no-ask --tcti device:/dev/there-is-no-tpm >out 2>err & "
	    "pid=$! && until grep -q \"^[0-9a-f]* *15  *$pid \" /proc/net/netlink; do kill -0 $pid || exit 1; done; "
	    "kill -KILL $pid; umount /proc/cmdline; ! wait $pid && test ! -e killed/unlocked",
	    program(path));
}

#ifdef __SANITIZE_ADDRESS__
static const char locked[] = "^VmLck:"; /* its shadow can't be locked, so mlockall does nothing */
#else
static const char locked[] = "^VmLck:.*[1-9]";
#endif

static void it_leaves_no_core_and_locks_its_memory(void **state)
{
	char path[PATH_MAX];

	/* The device never comes: the helper waits, and can be looked at. */
	shell_ok("echo 'etcseal.device=/dev/never' >cmdline && mount --bind cmdline /proc/cmdline");
	shell_ok(
	    "'%s' unlock --run run --handover nowhere --no-ask --tcti device:/dev/there-is-no-tpm >out 2>err & "
	    "pid=$! && until grep -q \"^[0-9a-f]* *15  *$pid \" /proc/net/netlink; do kill -0 $pid || exit 1; done && "
	    "grep -q '^Max core file size *0 *0 ' /proc/$pid/limits && "
	    "grep -q '%s' /proc/$pid/status && "
	    /* Not in a sandbox without CAP_SYS_RESOURCE; shown on a host by tests-ovmf/scenarios/debian.sh. */
	    "{ test \"$(cat /proc/$pid/oom_score_adj)\" = -1000 || grep -q 'memory runs out' '%s/err'; } && "
	    "test \"$(awk '/^SigIgn/ { print $2 }' /proc/$pid/status)\" != 0000000000000000; "
	    "status=$?; kill -KILL $pid; umount /proc/cmdline; exit $status",
	    program(path), locked, (const char *)*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mounts_folder_make, mounts_folder_remove)
		TEST(help_and_version_go_to_standard_output), TEST(misuse_names_the_word_and_shows_the_usage),
		TEST(apply_before_unlock_is_refused),         TEST(a_host_with_nothing_boots_on_unconfigured),
		TEST(it_leaves_no_core_and_locks_its_memory), TEST(only_an_unlock_that_came_to_its_end_leaves_its_mark),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
