/* SPDX-License-Identifier: Apache-2.0 */
/* With real mounts, in a mount namespace of its own. */
#include "keys/host/hidden.h"

#include "keys/host/state.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static bool hidden(void **state, const char *path)
{
	struct es_host host = { .have_boot = true };
	char full[ES_PATH_TEXT];

	snprintf(host.run_dir, sizeof host.run_dir, "%s/run", (const char *)*state);
	snprintf(full, sizeof full, "%s%s", (const char *)*state, path);
	return es_host_path_hidden(&host, full);
}

static bool late(void **state, const char *path)
{
	struct es_host host = { .have_boot = true };
	char full[ES_PATH_TEXT];

	snprintf(host.run_dir, sizeof host.run_dir, "%s/run", (const char *)*state);
	snprintf(full, sizeof full, "%s%s", (const char *)*state, path);
	return es_host_path_late(&host, full);
}

/* What the boot helper leaves for what is at the path now. */
#define COVER(path) shell_ok("mkdir -p run && stat -c '%%Hd:%%Ld %%i '$PWD" path " ." path " >>run/applied")

static void what_is_mounted_over_a_covered_path_hides_it(void **state)
{
	shell_ok("mkdir -p var/backups etc && mount -t tmpfs none var/backups && mount -t tmpfs none etc");
	COVER("/var/backups");
	COVER("/etc");
	assert_false(hidden(state, "/var/backups"));
	assert_false(hidden(state, "/etc"));
	shell_ok("mount -t tmpfs none var && mkdir var/backups");
	assert_true(hidden(state, "/var/backups"));
	assert_false(hidden(state, "/etc"));
	shell_ok("rmdir var/backups");
	assert_true(hidden(state, "/var/backups"));
	shell_ok("umount etc");
	assert_true(hidden(state, "/etc"));
}

static void a_path_that_the_helper_did_not_cover_is_not_hidden(void **state)
{
	shell_ok("mkdir -p etc etc2");
	assert_false(late(state, "/etc"));
	assert_false(hidden(state, "/etc"));
	COVER("/etc2");
	assert_false(hidden(state, "/etc"));
	assert_true(late(state, "/etc"));
	assert_false(late(state, "/etc2"));
	assert_false(late(state, "/etc2/x"));
	shell_ok("printf 'x\\n\\n /\\n' >run/applied");
	assert_false(hidden(state, "/etc"));
}

/* With another /etc in place of this machine's. */
static void fstab_hides_it_at_the_next_start(void **state)
{
	struct es_host host = { .have_boot = true };
	char point[ES_MOUNT_TEXT];

	snprintf(host.run_dir, sizeof host.run_dir, "%s/run", (const char *)*state);
	shell_ok("mkdir run && mount -t tmpfs none /etc && echo '/dev/x /var ext4 defaults 0 2' >/etc/fstab");
	assert_true(es_host_path_hidden_next(&host, "/var/backups", point));
	assert_string_equal(point, "/var");
	assert_false(es_host_path_hidden_next(&host, "/etc", point));
	shell_ok("echo '8:1 / /var' >run/mounts");
	assert_false(es_host_path_hidden_next(&host, "/var/backups", point));
	shell_ok("echo '8:1 / /other/var' >run/mounts");
	assert_true(es_host_path_hidden_next(&host, "/var/backups", point));
	shell_ok("umount /etc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mounts_folder_make, mounts_folder_remove)
		TEST(what_is_mounted_over_a_covered_path_hides_it),
		TEST(fstab_hides_it_at_the_next_start),
		TEST(a_path_that_the_helper_did_not_cover_is_not_hidden),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
