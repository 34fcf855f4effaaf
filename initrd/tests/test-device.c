/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions are loop devices, /dev a folder of the test's own in which links come and go as udev's do. */
#include "initrd/device.h"

#include "initrd/fd.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

enum { SOON_MS = 50, BOUND_MS = 20000 };

/* An ext4 partition with one bank; its device node is dev, the number is kept for detaching. */
static int setup(void **state)
{
	if (mounts_folder_make(state) != 0)
		return -1;
	return oracle_shell(state,
			    "mkdir -p content/etcseal/bank0 dev/disk/by-uuid dev/disk/by-partuuid && "
			    "echo info >content/etcseal/bank0/encryption.info && truncate -s 8M image && "
			    "mkfs.ext4 -q -U 0a1b2c3d-0000-4000-8000-00000000abcd -d content image && "
			    "losetup -f --show image >loop && cp -a \"$(cat loop)\" dev/part && mount --bind dev /dev");
}

static int teardown(void **state)
{
	int bad = oracle_shell(state, "umount /dev && losetup -d \"$(cat loop)\"");

	return mounts_folder_remove(state) | bad;
}

static enum es_reason find(const char *name, int wait_ms, int *ret_fd, char *ret_detail)
{
	const struct es_device_request request = { .name = name, .wait_ms = wait_ms };

	return es_device_banks(&request, ret_fd, ret_detail, 256);
}

static void assert_finds(const char *name)
{
	ES_FD banks = -1;
	char detail[256] = "";

	if (find(name, BOUND_MS, &banks, detail) != ES_OK)
		fail_msg("%s", detail);
	assert_int_equal(faccessat(banks, "bank0/encryption.info", R_OK, 0), 0);
	assert_int_equal(mkdirat(banks, "bank1", 0700), -1);
}

static void banks_are_read_from_a_device(void **state)
{
	(void)state;
	assert_finds("/dev/part");
}

static void nobody_else_sees_the_mount(void **state)
{
	ES_FD banks = -1;
	char detail[256];

	assert_int_equal(find("/dev/part", SOON_MS, &banks, detail), ES_OK);
	shell_ok("! grep -q /dev/part /proc/self/mounts");
}

static void a_partition_is_found_by_its_uuids_in_either_case(void **state)
{
	shell_ok("ln -s ../../part dev/disk/by-uuid/0a1b2c3d-0000-4000-8000-00000000abcd");
	shell_ok("ln -s ../../part dev/disk/by-partuuid/11112222-3333-4444-5555-66667777aaaa");
	assert_finds("UUID=0a1b2c3d-0000-4000-8000-00000000abcd");
	assert_finds("UUID=0A1B2C3D-0000-4000-8000-00000000ABCD");
	assert_finds("PARTUUID=11112222-3333-4444-5555-66667777AAAA");
}

static void a_partition_that_comes_late_is_waited_for(void **state)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		/* After the wait has begun: the socket of its events is open then. */
		_exit(oracle_shell(state,
				   "until grep -q '^[0-9a-f]* *15  *%d ' /proc/net/netlink; do :; done; "
				   "ln -s ../../part dev/disk/by-uuid/late",
				   (int)getppid()));
	}
	assert_finds("UUID=late");
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void assert_fails(const char *name, enum es_reason expected, const char *words)
{
	ES_FD banks = -1;
	char detail[256] = "";

	assert_int_equal(find(name, SOON_MS, &banks, detail), expected);
	assert_int_equal(banks, -1);
	if (strstr(detail, words) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", detail, words);
}

static void a_partition_that_never_comes_is_named(void **state)
{
	(void)state;
	assert_fails("UUID=0a1b2c3d-0000-4000-8000-00000000ffff", ES_NO_BOOT_PARTITION,
		     "UUID=0a1b2c3d-0000-4000-8000-00000000ffff: no such partition");
	assert_fails("/dev/nothing", ES_NO_BOOT_PARTITION, "/dev/nothing: no such partition");
}

static void a_name_of_another_form_is_refused_at_once(void **state)
{
	static const char *const names[] = { "UUID=",       "PARTUUID=",     "LABEL=x",         "sda1",
					     "/etc/passwd", "/dev/../etc/x", "UUID=../../part", "" };

	(void)state;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		assert_fails(names[i], ES_ARGUMENT, "it takes UUID=, PARTUUID= or a path in /dev");
}

static void what_is_no_block_device_is_no_partition(void **state)
{
	shell_ok("touch dev/file && mkfifo dev/fifo");
	assert_fails("/dev/file", ES_NO_BOOT_PARTITION, "no such partition");
	assert_fails("/dev/fifo", ES_NO_BOOT_PARTITION, "no such partition");
}

static void a_partition_of_garbage_names_what_each_file_system_said(void **state)
{
	ES_FD banks = -1;
	char detail[256] = "";

	shell_ok("yes | head -c 65536 | dd of=dev/part bs=64k iflag=fullblock conv=notrunc,fsync");
	assert_int_not_equal(find("/dev/part", SOON_MS, &banks, detail), ES_OK);
	assert_non_null(strstr(detail, "/dev/part can't be mounted: vfat: "));
	assert_non_null(strstr(detail, "; ext4: "));
}

/* Makes the file system again. */
static void refill(void **state, const char *line)
{
	shell_ok("rm -rf content/* && cd content && %s && cd .. && mkfs.ext4 -q -F -d content dev/part", line);
}

static void a_partition_without_the_folder_has_no_banks(void **state)
{
	int banks = -1;
	char detail[256];

	refill(state, "touch x");
	assert_int_equal(find("/dev/part", SOON_MS, &banks, detail), ES_OK);
	assert_int_equal(banks, -1);
}

static void the_folder_may_lie_beneath_boot(void **state)
{
	refill(state, "mkdir -p boot/etcseal/bank0 && touch boot/etcseal/bank0/encryption.info");
	assert_finds("/dev/part");
}

static void a_link_in_place_of_the_folder_is_refused(void **state)
{
	refill(state, "ln -s /etc etcseal");
	assert_fails("/dev/part", ES_IO, "the folder etcseal");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(banks_are_read_from_a_device),
		TEST(nobody_else_sees_the_mount),
		TEST(a_partition_is_found_by_its_uuids_in_either_case),
		TEST(a_partition_that_comes_late_is_waited_for),
		TEST(a_partition_that_never_comes_is_named),
		TEST(a_name_of_another_form_is_refused_at_once),
		TEST(what_is_no_block_device_is_no_partition),
		TEST(a_partition_of_garbage_names_what_each_file_system_said),
		TEST(a_partition_without_the_folder_has_no_banks),
		TEST(the_folder_may_lie_beneath_boot),
		TEST(a_link_in_place_of_the_folder_is_refused),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
