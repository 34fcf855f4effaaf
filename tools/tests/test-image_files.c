/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal image inspect --files`, and `image build` of the same initramfs. What is found is in
 * keys/image/tests/test-files.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/oracle.h"
#include "tools/dispatch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define shell(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)
#define KERNEL     "--stub stub --osrel osrel --linux linux --root root"
#define PARTS      KERNEL " --cmdline quiet"

static struct command command = { .dispatch = es_dispatch };
static struct captured c;

static int setup(void **state)
{
	if (oracle_folder_make(state) != 0)
		return -1;
	return oracle_shell(
	    state,
	    "set -e; mkdir -p root/etc/modprobe.d root/etc/mdadm tree/etc/modprobe.d tree/etc/mdadm clean/etc; "
	    "echo 'options lab secret=hunter2' >root/etc/modprobe.d/lab.conf; echo ARRAY /dev/md0 "
	    ">root/etc/mdadm/mdadm.conf; "
	    "cp -r root/etc/. tree/etc; cp tree/etc/mdadm/mdadm.conf clean/etc/made.conf; echo x >clean/etc/made.conf; "
	    "(cd tree && find . | cpio -o -H newc | zstd -q >../initrd); (cd clean && find . | cpio -o -H newc | gzip "
	    ">../good); "
	    "cp /usr/lib/systemd/boot/efi/linuxx64.efi.stub stub; ln -s \"$(ls /boot/vmlinuz-* | head -n 1)\" linux; "
	    "echo ID=debian >osrel");
}

static void run(void **state, const char *words, int status)
{
	command_run_in(&command, *state, words, status, &c);
	assert_null(strstr(c.out, "hunter2"));
	assert_null(strstr(c.err, "hunter2"));
}

static void an_image_an_initramfs_and_a_folder_list_the_same(void **state)
{
	static const char *const parts[] = { "image", "initrd", "tree" };
	char words[200];

	run(state, "image build " PARTS " --initrd initrd --output image", 0);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		snprintf(words, sizeof words, "image inspect --files --root root %s", parts[i]);
		run(state, words, 0);
		assert_says(c.out, "/etc/modprobe.d/lab.conf: a password or token, copied by initramfs-tools");
		assert_says(c.out, "/etc/mdadm/mdadm.conf: of no package, copied by hook mdadm");
		assert_says(c.out, "1 secret, 0 changed, 1 unowned, 0 as shipped");
		assert_says(c.out, "To keep out (modprobe): ");
		assert_string_equal(c.err, "");
	}
	run(state, "image inspect --files --root root --json initrd", 0);
	assert_says(c.out, "\"secret\": \"credential\"");
	assert_says(c.out, "\"findings\": 2");
	assert_says(c.out, "\"source\": \"/etc/mdadm/mdadm.conf\"");
}

static void strict_refuses_what_is_not_allowed(void **state)
{
	run(state, "image inspect --files --strict --root root initrd", 1);
	assert_says(c.err, "the initramfs contains secrets, or configuration that no package ships: initrd: 2 files");
	assert_says(c.err, "FILES IN THE INITRAMFS");
	run(state, "image inspect --files --strict --root root --allow /etc/mdadm/* --json initrd", 1);
	assert_says(c.out, "\"id\": \"image-discloses\"");
	run(state,
	    "image inspect --files --strict --root root --allow /etc/mdadm/* --allow /etc/modprobe.d/lab.conf initrd",
	    0);
	assert_says(c.out, "(allowed)");
	run(state, "image inspect --files --strict --root root good", 0);
}

static void quiet_says_only_what_should_not_be_there(void **state)
{
	run(state, "image inspect --files --quiet --root root tree", 0);
	assert_string_equal(c.out, "");
	assert_says(c.err, "warning: the initramfs has /etc/modprobe.d/lab.conf in the clear: a password or token");
	assert_says(c.err, "to keep it out (mdadm): ");
	run(state, "image inspect --files --quiet --root root clean", 0);
	assert_string_equal(c.err, "");
}

static void a_build_warns_and_strictly_refuses(void **state)
{
	run(state, "image build " PARTS " --initrd initrd --output out", 0);
	assert_says(c.err, "warning: the initramfs has /etc/modprobe.d/lab.conf in the clear");
	shell("test -e out && rm out");
	run(state, "image build " PARTS " --strict --initrd initrd --output out", 1);
	assert_says(c.err, "cannot build the image: the initramfs contains secrets");
	shell("! test -e out");
	run(state, "image build " PARTS " --strict --allow * --initrd initrd --output out", 0);
	assert_null(strstr(c.err, "in the clear"));
	run(state, "image build " PARTS " --strict --initrd good --output out", 0);
	/* After a good one, and in the options. */
	run(state, "image build " PARTS " --strict --initrd good --initrd initrd --output out", 1);
	run(state, "image build " KERNEL " --strict --initrd good --cmdline rd.password=hunter2 --output out", 1);
}

static void an_image_without_the_helper_is_warned_of(void **state)
{
	run(state, "image build " PARTS " --initrd good --output out", 0);
	assert_says(c.err,
		    "the initramfs doesn't contain etcseal-boot: an image with it opens no configuration. The hook");
	shell("mkdir -p clean/usr/lib/dracut && echo 106 >clean/usr/lib/dracut/version && cd clean && find . | cpio -o "
	      "-H newc "
	      ">../dracut");
	run(state, "image build " PARTS " --initrd dracut --output out", 0);
	assert_says(c.err, "dracut made it, and etcseal has no module");
	shell("mkdir -p clean/usr/bin && echo x >clean/usr/bin/etcseal-boot && cd clean && find . | cpio -o -H newc "
	      ">../helper");
	run(state, "image build " PARTS " --initrd helper --output out", 0);
	assert_string_equal(c.err, "");
}

static void what_cannot_be_looked_into_is_said(void **state)
{
	shell("head -c 200 initrd >half; (cat good; printf '\\211LZO....') >lzo; echo text >text");
	run(state, "image inspect --files --root root half", 1);
	assert_says(c.err, "half is damaged or truncated where it is compressed");
	run(state, "image inspect --files --root root lzo", 1);
	assert_says(c.err, "LZO");
	run(state, "image inspect --files --root root text", 1);
	run(state, "image inspect --files --root nowhere initrd", 1);
	run(state, "image build " PARTS " --initrd lzo --output out", 0);
	assert_says(c.err, "warning: the initramfs wasn't looked into: it is compressed with LZO");
	run(state, "image build " PARTS " --strict --initrd lzo --output out2", 1);
	shell("! test -e out2");
}

/* As dracut's module squash makes it. */
static void a_file_system_in_it_is_not_passed_over(void **state)
{
	shell("mkdir squash && printf 'hsqs and more' >squash/squashfs-root.img && cd squash && find . | cpio -o -H "
	      "newc >../sq; "
	      "cd .. && head -c 1024 /dev/zero >erofs-root.img && printf '\\342\\341\\365\\340' >>erofs-root.img && "
	      "echo erofs-root.img | cpio -o -H newc >er");
	run(state, "image inspect --files --root root sq", 0);
	assert_says(c.out, "1 not looked into: over 64 MiB, or a file system (squashfs, erofs)");
	run(state, "image inspect --files --strict --root root sq", 1);
	assert_says(c.err, "sq: 0 files, 1 not looked into\n");
	run(state, "image inspect --files --strict --root root er", 1);
	run(state, "image build " PARTS " --initrd sq --output out", 0);
	assert_says(c.err, "warning: the initramfs has 1 file that was not looked into");
	assert_null(strstr(c.err, "doesn't contain etcseal-boot"));
}

static void names_from_an_image_cannot_move_the_terminal(void **state)
{
	shell("mkdir -p odd/etc && printf 'password=hunter2\\n' >\"$(printf 'odd/etc/\\033[2Jx')\" && "
	      "cd odd && find . | cpio -o -H newc >../oddrd");
	run(state, "image inspect --files --root root oddrd", 0);
	assert_says(c.out, "/etc/?[2Jx: a password or token");
	assert_null(strchr(c.out, '\033'));
	run(state, "image inspect --files --quiet --root root oddrd", 0);
	assert_null(strchr(c.err, '\033'));
}

static void options_without_files_are_a_misuse(void **state)
{
	run(state, "image inspect --strict initrd", 2);
	run(state, "image inspect --quiet initrd", 2);
	run(state, "image inspect --allow x initrd", 2);
	run(state, "image inspect --files", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, oracle_folder_remove)
		TEST(an_image_an_initramfs_and_a_folder_list_the_same),
		TEST(strict_refuses_what_is_not_allowed),
		TEST(quiet_says_only_what_should_not_be_there),
		TEST(a_build_warns_and_strictly_refuses),
		TEST(an_image_without_the_helper_is_warned_of),
		TEST(what_cannot_be_looked_into_is_said),
		TEST(a_file_system_in_it_is_not_passed_over),
		TEST(names_from_an_image_cannot_move_the_terminal),
		TEST(options_without_files_are_a_misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
