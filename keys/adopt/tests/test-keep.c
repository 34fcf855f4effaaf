/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/adopt/tests/lib.h"

#include "keys/adopt/keep.h"

static void keeps(const char *fstab, const char *part)
{
	ES_BUF b = { NULL, 0 };
	ES_BUF again = { NULL, 0 };
	bool any = false;

	assert_int_equal(es_keep_part("/etc/fstab", es_text_span(fstab), &any, &b), ES_OK);
	assert_true(any);
	if (b.len != strlen(part) || memcmp(b.data, part, b.len) != 0)
		fail_msg("%s keeps \"%.*s\"", fstab, (int)b.len, (const char *)b.data);
	assert_int_equal(es_keep_part("/etc/fstab", es_buf_span(&b), &any, &again), ES_OK);
	assert_int_equal(again.len, b.len);
}

static void lines_that_an_initramfs_reads_stay(void **state)
{
	(void)state;
	keeps("", "");
	keeps("/dev/vda2 / ext4 defaults 0 1\nUUID=1 /usr ext4 ro 0 2\nUUID=2 /home ext4 rw 0 2\n",
	      "UUID=1 /usr ext4 ro 0 2\n");
	keeps("UUID=1\t/usr\text4\tro\n", "UUID=1\t/usr\text4\tro\n");
	keeps("  UUID=1   /usr ext4", "  UUID=1   /usr ext4");
	keeps("/dev/x /var ext4 rw,x-initrd.mount 0 2\n/dev/y /srv ext4 rw,x-initrd.attach,noatime 0 2\n",
	      "/dev/x /var ext4 rw,x-initrd.mount 0 2\n/dev/y /srv ext4 rw,x-initrd.attach,noatime 0 2\n");
}

static void comments_other_mounts_and_secrets_go(void **state)
{
	(void)state;
	keeps("# UUID=1 /usr ext4 ro\n", "");
	keeps("UUID=1 /usr/local ext4 ro\n", "");
	keeps("//nas/usr /usr cifs ro,password=hunter2 0 0\n", "");
	keeps("//nas/usr /usr cifs PASS=hunter2 0 0\n", "");
	keeps("//nas/x /x cifs x-initrd.mount,password2=hunter2 0 0\nUUID=1 /usr ext4 ro\n", "UUID=1 /usr ext4 ro\n");
}

static void of_any_other_file_nothing_does(void **state)
{
	ES_BUF b = { NULL, 0 };
	bool any = true;

	(void)state;
	assert_int_equal(es_keep_part("/etc/shadow", es_text_span("UUID=1 /usr ext4 ro\n"), &any, &b), ES_OK);
	assert_false(any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_that_an_initramfs_reads_stay),
		cmocka_unit_test(comments_other_mounts_and_secrets_go),
		cmocka_unit_test(of_any_other_file_nothing_does),
	};

	return cmocka_run_group_tests_name("keep", tests, NULL, NULL);
}
