/* SPDX-License-Identifier: Apache-2.0 */
/* Against folders laid out as the kernel's. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/root_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	assert_int_equal(system(line), 0);
}

static int make_folder(void **state)
{
	*state = strdup("/tmp/test-root-XXXXXX");
	return *state != NULL && mkdtemp(*state) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
	shell("rm -rf %s", (char *)*state);
	free(*state);
	return 0;
}

static enum es_root_state check(const char *dir, const char *mountinfo, struct es_root *ret)
{
	char path[256], sys[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/mountinfo", dir);
	snprintf(sys, sizeof sys, "%s/sys", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(mountinfo, f);
	fclose(f);
	es_root_check(path, sys, ret);
	return ret->state;
}

static void a_plain_disk_is_unverified(void **state)
{
	struct es_root root;

	assert_int_equal(check(*state, "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n", &root),
			 ES_ROOT_UNVERIFIED);
	assert_string_equal(root.type, "ext4");
	assert_string_equal(root.source, "/dev/sda1");
}

/* Lays out a device as sysfs does. */
static void device(const char *dir, const char *number, const char *dm_uuid)
{
	shell("mkdir -p %s/sys/dev/block/%s/slaves && echo %s >%s/sys/dev/block/%s/dev", dir, number, number, dir,
	      number);
	if (dm_uuid != NULL)
		shell("mkdir %s/sys/dev/block/%s/dm && echo %s >%s/sys/dev/block/%s/dm/uuid", dir, number, dm_uuid, dir,
		      number);
}

static void below(const char *dir, const char *top, const char *number)
{
	shell("ln -s ../../%s %s/sys/dev/block/%s/slaves/", number, dir, top);
}

static void verity_beneath_is_seen(void **state)
{
	const char *dir = *state;
	struct es_root root;

	device(dir, "253:0", "CRYPT-VERITY-0123-root");
	device(dir, "253:1", "CRYPT-LUKS2-0123-x");
	assert_int_equal(check(dir, "22 1 253:0 / / ro - erofs /dev/mapper/root ro\n", &root), ES_ROOT_VERITY);
	assert_int_equal(check(dir, "22 1 253:1 / / ro - ext4 /dev/mapper/x ro\n", &root), ES_ROOT_UNVERIFIED);
	below(dir, "253:1", "253:0");
	assert_int_equal(check(dir, "22 1 253:1 / / ro - ext4 /dev/mapper/x ro\n", &root), ES_ROOT_VERITY);
	device(dir, "8:0", NULL);
	below(dir, "253:1", "8:0");
	assert_int_equal(check(dir, "22 1 253:1 / / ro - ext4 /dev/mapper/x ro\n", &root), ES_ROOT_UNVERIFIED);
}

static void a_part_that_sysfs_does_not_name_is_unverified(void **state)
{
	const char *dir = *state;
	struct es_root root;

	device(dir, "253:0", "CRYPT-VERITY-0123-root");
	device(dir, "253:1", "LVM-x");
	below(dir, "253:1", "253:0");
	assert_int_equal(check(dir, "22 1 253:1 / / ro - ext4 /dev/mapper/x ro\n", &root), ES_ROOT_VERITY);
	below(dir, "253:1", "8:0"); /* no such device */
	assert_int_equal(check(dir, "22 1 253:1 / / ro - ext4 /dev/mapper/x ro\n", &root), ES_ROOT_UNVERIFIED);
}

static void devices_in_a_circle_end(void **state)
{
	const char *dir = *state;
	struct es_root root;

	device(dir, "9:0", NULL);
	below(dir, "9:0", "9:0");
	assert_int_equal(check(dir, "22 1 9:0 / / ro - ext4 /dev/md0 ro\n", &root), ES_ROOT_UNVERIFIED);
}

static void the_last_mount_on_the_root_counts(void **state)
{
	struct es_root root;

	assert_int_equal(check(*state,
			       "1 1 0:2 / / rw - rootfs rootfs rw\n"
			       "22 1 8:1 / / rw shared:1 master:2 - ext4 /dev/sda1 rw\n"
			       "23 22 0:5 / /etc rw - tmpfs tmpfs rw\n"
			       "24 22 0:6 / /proc rw - proc proc rw\n",
			       &root),
			 ES_ROOT_UNVERIFIED);
	assert_string_equal(root.type, "ext4");
	assert_int_equal(check(*state, "1 1 0:2 / / rw - rootfs rootfs rw\n", &root), ES_ROOT_IN_RAM);
	assert_int_equal(check(*state, "1 1 0:30 / / rw - overlay overlay rw,lowerdir=/a\n", &root),
			 ES_ROOT_UNVERIFIED);
}

static void garbage_is_unknown(void **state)
{
	static const char *const rows[] = { "",
					    "\n\n",
					    "x",
					    "22 1 8:1 / /",
					    "22 1 8:1 / / rw shared:1\n",
					    "- - -\n",
					    "22 1 8:1 / /home rw - ext4 /dev/sda2 rw\n" };
	char longer[9000] = "22 1 8:1 / / rw - ext4 ";
	struct es_root root;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(check(*state, rows[i], &root), ES_ROOT_UNKNOWN);
	memset(longer + strlen(longer), 'a', 8000);
	assert_int_equal(check(*state, longer, &root), ES_ROOT_UNVERIFIED);
	assert_int_equal(strlen(root.source), sizeof root.source - 1);
	es_root_check("/there/is/none", "/nor/that", &root);
	assert_int_equal(root.state, ES_ROOT_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_plain_disk_is_unverified, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(verity_beneath_is_seen, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(a_part_that_sysfs_does_not_name_is_unverified, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(devices_in_a_circle_end, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(the_last_mount_on_the_root_counts, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(garbage_is_unknown, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
