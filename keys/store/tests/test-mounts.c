/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/mounts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char info[] = "1 0 0:2 / / rw - rootfs rootfs rw\n"
			   "22 1 254:2 / /root ro,noatime shared:1 master:2 - ext4 /dev/vda2 ro\n"
			   "bad\n"
			   "23 22 254:3 / /root/usr ro - ext4 /dev/vda3 ro\n"
			   "24 22 254:4 /@var /root/var\\040x rw shared:3 - btrfs /dev/vda4 rw\n"
			   "25 1 0:9 / /rootless rw - tmpfs tmpfs rw\n"
			   "26 1 0:9 / /x rw\n";

static void lines_are_parsed_and_bad_ones_passed_over(void **state)
{
	struct es_span rest = es_text_span(info);
	unsigned long long sum = 0;
	struct es_mounted m = { 0 };

	(void)state;
	while (es_mounts_next(&rest, &m)) {
		sum += m.id;
		if (m.id != 24)
			continue;
		assert_string_equal(m.device, "254:4");
		assert_string_equal(m.from, "/@var");
		assert_string_equal(m.point, "/root/var\\040x");
		assert_string_equal(m.type, "btrfs");
	}
	assert_int_equal(sum, 1 + 22 + 23 + 24 + 25);
}

static void names_that_are_too_long_are_passed_over(void **state)
{
	char line[2 * ES_MOUNT_TEXT];
	struct es_span rest = { (const uint8_t *)line, 0 };
	struct es_mounted m;

	(void)state;
	rest.len = (size_t)snprintf(line, sizeof line, "1 0 0:2 / /%0*d rw - tmpfs t rw\n2 0 0:2 / / rw - tmpfs t rw",
				    ES_MOUNT_TEXT, 0);
	assert_true(es_mounts_next(&rest, &m));
	assert_int_equal(m.id, 2);
	assert_false(es_mounts_next(&rest, &m));
}

static void what_was_mounted_early_is_found_again(void **state)
{
	ES_BUF list = { NULL, 0 };
	struct es_mounted usr = { .device = "254:3", .from = "/", .point = "/usr" }, m;

	(void)state;
	assert_int_equal(es_mounts_beneath(es_text_span(info), "/root", &list), ES_OK);
	assert_int_equal(list.len, strlen("254:3 / /usr\n254:4 /@var /var\\040x\n"));
	assert_true(es_mounts_has(es_buf_span(&list), "", &usr));
	assert_true(es_mounts_has(es_buf_span(&list), "/", &usr));
	m = usr;
	strcpy(m.device, "254:9");
	assert_false(es_mounts_has(es_buf_span(&list), "", &m));
	m = usr;
	strcpy(m.point, "/usr/local");
	assert_false(es_mounts_has(es_buf_span(&list), "", &m));
	m = usr;
	strcpy(m.from, "/@usr");
	assert_false(es_mounts_has(es_buf_span(&list), "", &m));
	assert_false(es_mounts_has((struct es_span){ NULL, 0 }, "", &usr));
	assert_false(es_mounts_has(es_buf_span(&list), "/root", &usr));
}

static void fstab_tells_what_comes_later(void **state)
{
	static const char fstab[] = "# /dev/x /etc ext4 defaults 0 0\n/dev/vda2 / ext4 ro 0 1\n"
				    "UUID=1\t/var/   ext4\tdefaults 0 2\n/dev/b /srv/a\\040b ext4\n"
				    "/dev/c /opt ext4 ro,noauto 0 0\n/dev/d /home ext4 noauto,x-systemd.automount 0 0\n"
				    "/dev/e none swap sw 0 0\nshort /mnt";
	struct es_span text = es_text_span(fstab);
	char point[ES_MOUNT_TEXT] = "";

	(void)state;
	assert_true(es_fstab_mounts_over(text, "/var/backups", point));
	assert_string_equal(point, "/var");
	assert_true(es_fstab_mounts_over(text, "/var", point));
	assert_true(es_fstab_mounts_over(text, "/srv/a b/x", point));
	assert_string_equal(point, "/srv/a b");
	assert_true(es_fstab_mounts_over(text, "/home/x", point));
	assert_false(es_fstab_mounts_over(text, "/etc", point));
	assert_false(es_fstab_mounts_over(text, "/variety", point));
	assert_false(es_fstab_mounts_over(text, "/opt/x", point));
	assert_false(es_fstab_mounts_over(text, "/mnt/x", point));
}

static void the_kernels_own_list_can_be_read(void **state)
{
	ES_BUF text = { NULL, 0 };
	struct es_span rest;
	struct es_mounted m;
	bool root = false;

	(void)state;
	assert_int_equal(es_mounts_read(&text), ES_OK);
	rest = es_buf_span(&text);
	while (es_mounts_next(&rest, &m))
		root |= strcmp(m.point, "/") == 0;
	assert_true(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_parsed_and_bad_ones_passed_over),
		cmocka_unit_test(names_that_are_too_long_are_passed_over),
		cmocka_unit_test(what_was_mounted_early_is_found_again),
		cmocka_unit_test(fstab_tells_what_comes_later),
		cmocka_unit_test(the_kernels_own_list_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
