/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal image build` and `inspect` on programs that packages install, and on files that stand where others
 * belong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"
#include "tools/dispatch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct command command = { .dispatch = es_dispatch };
static struct captured c;
/* The kernel, and its initramfs, as "linux" and "initrd"; systemd's stub; shim and GRUB where a package has them. */
static int make_files(void **state)
{
	static uint8_t addon[ES_TEST_PE_MAX];
	static const char mark[] = "#### LoaderInfo: systemd-addon 257.9-1 ####";
	static const struct es_test_pe_section sections[] = { { ".text", 16, 1 }, { ".sdmagic", sizeof mark, 0 } };
	size_t len = es_test_pe_make(sections, 2, addon);

	if (oracle_folder_make(state) < 0)
		return -1;
	memcpy(addon + es_test_get32(addon, es_test_pe_at(1, ES_TEST_PE_ROFF)), mark, sizeof mark);
	oracle_write(state, "addon", (struct es_span){ addon, len });
	oracle_write(state, "text", es_text_span("some text\n"));
	oracle_write(state, "empty", es_text_span(""));
	return oracle_shell(state, "set -e; mkdir folder; l=$(ls /boot/vmlinuz-* | head -n1); "
				   "ln -s $l linux; cp /boot/initrd.img-${l#/boot/vmlinuz-} initrd 2>/dev/null || "
				   "(mkdir t; echo t | cpio -o -H newc >initrd); "
				   "cp /usr/lib/systemd/boot/efi/linuxx64.efi.stub stub; "
				   "cp /usr/lib/systemd/boot/efi/systemd-bootx64.efi menu; "
				   "cp /usr/lib/shim/shimx64.efi.signed shim; "
				   "cp /usr/lib/grub/x86_64-efi/monolithic/grubx64.efi grub; "
				   "echo ID=debian >osrel; tar -czf archive osrel");
}

static void run(void **state, const char *words, int status)
{
	command_run_in(&command, *state, words, status, &c);
}

struct row {
	const char *file, *id, *detail, *advice;
};

static void refuses(void **state, const char *parts, const struct row *row)
{
	char words[400];

	snprintf(words, sizeof words, "image build --osrel osrel --cmdline quiet --output out --json %s %s", parts,
		 row->file);
	run(state, words, 1);
	assert_says(c.out, row->id);
	assert_says(c.err, row->detail);
	assert_says(c.err, row->advice);
	assert_null(strstr(c.err, "good copy"));
	assert_int_not_equal(oracle_shell(state, "test -e out"), 0);
}

static void F11_the_right_files_build(void **state)
{
	run(state, "image build --osrel osrel --cmdline quiet --output right --stub stub --linux linux --initrd initrd",
	    0);
	run(state, "image inspect right", 0);
	assert_says(c.out, "Missing:   nothing that a boot needs");
	assert_null(strstr(c.out, "Wrong:"));
	run(state, "image inspect right --json", 0);
	assert_says(c.out, "\"faults\": []");
}

static void F11_a_stub_has_to_be_one_that_starts_a_kernel(void **state)
{
	static const struct row rows[] = {
		{ "addon", "not-a-stub", "addon: the stub is an addon", "systemd's linuxx64.efi.stub" },
		{ "menu", "not-a-stub", "menu: the stub is a boot menu (systemd-boot)", "systemd's linuxx64.efi.stub" },
		{ "shim", "not-a-stub", "shim: the stub is a boot loader (shim)", "systemd's linuxx64.efi.stub" },
		{ "grub", "not-a-stub", "grub: the stub is a boot loader (GRUB)", "systemd's linuxx64.efi.stub" },
		{ "linux", "not-a-stub", "linux: the stub is a kernel", "systemd's linuxx64.efi.stub" },
		{ "text", "not-a-stub", "text: the stub isn't an EFI program", "systemd's linuxx64.efi.stub" },
		{ "right", "not-a-stub", "right: the stub is a whole boot image", "systemd's linuxx64.efi.stub" },
		{ "empty", "empty-file", "the file is empty: empty", "Write it again" },
		{ "folder", "not-a-file", "folder is a folder", "Name the file itself" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		refuses(state, "--linux linux --initrd initrd --stub", &rows[i]);
}

static void F11_a_kernel_has_to_be_one(void **state)
{
	static const struct row rows[] = {
		{ "shim", "not-a-kernel", "shim: .linux is a boot loader (shim)", "Give --linux the kernel" },
		{ "grub", "not-a-kernel", "grub: .linux is a boot loader (GRUB)", "Give --linux the kernel" },
		{ "menu", "not-a-kernel", "menu: .linux is a boot menu", "Give --linux the kernel" },
		{ "addon", "not-a-kernel", "addon: .linux is an addon", "Give --linux the kernel" },
		{ "stub", "not-a-kernel", "stub: .linux is a stub", "Give --linux the kernel" },
		{ "right", "not-a-kernel", "right: .linux is a whole boot image", "Give --linux the kernel" },
		{ "initrd", "not-a-kernel", "initrd: .linux is", "Give --linux the kernel" },
		{ "text", "not-a-kernel", "text: .linux isn't an EFI program", "Give --linux the kernel" },
		{ "empty", "empty-file", "the file is empty: empty", "Write it again" },
		{ "folder", "not-a-file", "folder is a folder", "Name the file itself" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		refuses(state, "--stub stub --initrd initrd --linux", &rows[i]);
}

static void F12_an_initramfs_has_to_be_one(void **state)
{
	static const struct row rows[] = {
		{ "linux", "not-an-initramfs", "linux: .initrd is neither a cpio archive",
		  "Give --initrd the initramfs" },
		{ "archive", "not-an-initramfs", "archive: .initrd is compressed, but its content", "Give --initrd" },
		{ "text", "not-an-initramfs", "text: .initrd is neither", "Give --initrd the initramfs" },
		{ "right", "not-an-initramfs", "right: .initrd is neither", "Give --initrd the initramfs" },
		{ "empty", "empty-file", "the file is empty: empty", "Write it again" },
		{ "folder", "not-a-file", "folder is a folder", "Name the file itself" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		refuses(state, "--stub stub --linux linux --initrd", &rows[i]);
}

/* Made by another tool, which looks at nothing. */
static void F11_inspect_says_what_is_wrong(void **state)
{
	assert_int_equal(oracle_shell(state,
				      "a=addon; for s in .linux=shim:0x2000000 .initrd=text:0x3000000 "
				      ".cmdline=text:0x3100000; do n=${s%%%%=*} f=${s#*=}; "
				      "objcopy --add-section $n=${f%%:*} --change-section-vma $n=$((0x140000000 * 0 + "
				      "${f#*:})) $a wrong.new && mv wrong.new wrong && a=wrong || exit 1; done"),
			 0);
	run(state, "image inspect wrong", 0);
	assert_says(c.out, "Wrong:     .linux is a boot loader (shim)\n");
	assert_says(c.out, "Wrong:     .initrd is neither a cpio archive nor a compressed one\n");
	assert_says(c.out, "Wrong:     the stub is an addon");
	run(state, "image inspect wrong --json", 0);
	assert_says(c.out, "\"part\": \".linux\",\n      \"id\": \"not-a-kernel\"");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(F11_the_right_files_build),
		cmocka_unit_test(F11_a_stub_has_to_be_one_that_starts_a_kernel),
		cmocka_unit_test(F11_a_kernel_has_to_be_one),
		cmocka_unit_test(F12_an_initramfs_has_to_be_one),
		cmocka_unit_test(F11_inspect_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, make_files, oracle_folder_remove);
}
