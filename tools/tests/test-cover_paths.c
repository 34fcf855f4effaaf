/* SPDX-License-Identifier: Apache-2.0 */
/* --path and --path-preset of `init` and `set`, on this machine's own file systems; in a mount namespace of its own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/mounts.h"
#include "tools/common.h"
#include "tools/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static struct captured c;
static struct command command = { .dispatch = es_dispatch };

static void run(const struct machine *m, const char *words, int status)
{
	command_run(&command, m, words, status, NULL, &c);
}

static enum es_reason boot(struct machine *m, struct es_boot_record *ret)
{
	return machine_boot(m, &machine_usual_boot, NULL, ret);
}

static void booted(struct machine *m)
{
	struct es_boot_record record;

	machine_start(m, false);
	assert_int_equal(boot(m, &record), ES_NOT_CONFIGURED);
	machine_write(m, "etc/etcseal-test", "x\n");
}

static bool covers(const struct es_boot_record *record, const char *path)
{
	for (unsigned i = 0; i < record->path_count; i++)
		if (strcmp(record->paths[i], path) == 0)
			return true;
	return false;
}

/* /var/opt is Debian's, and isn't in the preset. */
static void a_path_on_another_file_system_is_refused(void **state)
{
	struct machine m;

	(void)state;
	booted(&m);
	assert_int_equal(mount("none", "/var/opt", "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir("/var/opt/conf", 0755), 0);
	run(&m, "init --path=/etc --path=/var/opt/conf", 2);
	assert_says(c.err, "/var/opt/conf can't be covered: it is on another file system (tmpfs at /var/opt)");
	assert_says(c.err, "x-initrd.mount");
	run(&m, "get", 3);
	assert_int_equal(umount("/var/opt"), 0);
	run(&m, "init --path=/etc --path=/var/opt/conf", 2);
	assert_says(c.err, "isn't a folder or a regular file");
	run(&m, "init --path=/etc --path=/var/opt", 0);
	assert_says(c.out, "covered from the next start on");
	machine_stop(&m);
}

static void a_path_through_a_symlink_is_refused_and_named_without(void **state)
{
	struct machine m;

	(void)state;
	booted(&m);
	run(&m, "init --path=/var/run", 2);
	assert_says(c.err, "/var/run can't be covered: it leads through a symlink; name /run instead");
	machine_stop(&m);
}

static void the_preset_covers_what_is_there_and_names_what_it_leaves_out(void **state)
{
	struct es_boot_record record;
	struct machine m;

	(void)state;
	booted(&m);
	assert_int_equal(mount("none", "/var/cache", "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir("/var/cache/debconf", 0755), 0);
	run(&m, "init --path-preset=debian --path=/var/opt", 0);
	assert_says(c.err, "/var/cache/debconf isn't covered: it is on another file system");
	assert_int_equal(umount("/var/cache"), 0);
	assert_int_equal(boot(&m, &record), ES_OK);
	assert_true(covers(&record, "/etc") && covers(&record, "/var/opt") && covers(&record, "/var/backups"));
	assert_false(covers(&record, "/var/cache/debconf"));
	assert_false(covers(&record, "/var/lib/iwd"));
	machine_stop(&m);
}

static void a_sealed_host_covers_more_from_its_next_start_on(void **state)
{
	struct es_boot_record record;
	struct machine m;

	(void)state;
	booted(&m);
	run(&m, "init", 0);
	run(&m, "set --path=/nonexistent", 2);
	run(&m, "set --path=/var/opt --path=/etc", 0);
	assert_says(c.out, "1 more path is covered from the next start on");
	run(&m, "set --path=/var/opt", 0);
	assert_says(c.out, "covered already");
	assert_int_equal(boot(&m, &record), ES_OK);
	assert_true(record.path_count == 2 && covers(&record, "/etc") && covers(&record, "/var/opt"));
	run(&m, "set --path-preset=debian", 0);
	assert_int_equal(boot(&m, &record), ES_OK);
	assert_true(covers(&record, "/etc") && covers(&record, "/var/opt") && covers(&record, "/var/backups"));
	machine_stop(&m);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void copies_elsewhere_are_counted_and_listed_with_a_remedy(void **state)
{
	struct machine m;
	char below[128], etc[160];

	(void)state;
	booted(&m);
	/* A root file system with an empty /etc, in place of this machine's. */
	snprintf(below, sizeof below, "%s/below", m.run_dir);
	snprintf(etc, sizeof etc, "%s/etc", below);
	assert_int_equal(mkdir(below, 0700), 0);
	assert_int_equal(mount("none", below, "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir(etc, 0755), 0);
	assert_int_equal(mount("none", "/var/backups", "tmpfs", 0, NULL), 0);
	write_file("/var/backups/shadow.bak", "root:$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o3DX6M94c7o:19000::::::\n");
	run(&m, "init", 0);
	run(&m, "status", 0);
	assert_says(c.out, "Elsewhere");
	assert_says(c.out, "hold");
	run(&m, "below", 0);
	assert_says(c.out, "Copies elsewhere, in the clear:");
	assert_says(c.out, "/var/backups/shadow.bak: backups of configuration");
	assert_says(c.out, "--path-preset=debian");
	run(&m, "below --json", 0);
	assert_says(c.out, "\"where\": \"/var/backups/shadow.bak\"");
	assert_says(c.out, "\"secret\": \"password-hash\"");
	run(&m, "status --json", 0);
	assert_says(c.out, "\"elsewhere\"");
	assert_int_equal(umount("/var/backups"), 0);
	assert_int_equal(umount(below), 0);
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_on_another_file_system_is_refused),
		cmocka_unit_test(a_path_through_a_symlink_is_refused_and_named_without),
		cmocka_unit_test(the_preset_covers_what_is_there_and_names_what_it_leaves_out),
		cmocka_unit_test(copies_elsewhere_are_counted_and_listed_with_a_remedy),
		cmocka_unit_test(a_sealed_host_covers_more_from_its_next_start_on),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
