/* SPDX-License-Identifier: Apache-2.0 */
/* Archives made with cpio and the usual compressors, this system's own initramfs, and wrong files. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/archive/initrd.h"
#include "keys/store/file.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static enum es_initrd look(void **state, const char *name)
{
	ES_BUF file = oracle_read(state, name);

	return es_initrd_inspect(es_buf_span(&file));
}

static void make(void **state, const char *line)
{
	assert_int_equal(oracle_shell(state, "%s", line), 0);
}

/* main: a program; early: microcode */
static void make_archives(void **state)
{
	make(state, "mkdir -p kernel/x86/microcode && echo a >kernel/x86/microcode/GenuineIntel.bin && echo b >init && "
		    "head -c 4097 /dev/urandom >bin && find kernel | cpio -o -H newc >early && "
		    "printf '%s\\n' init bin | cpio -o -H newc >main");
}

static void accepts_each_compression_that_the_kernel_unpacks(void **state)
{
	static const char *const lines[] = {
		"cp main all",
		"printf '%s\\n' init bin | cpio -o -H crc >all",
		"gzip <main >all",
		"bzip2 <main >all",
		"xz --check=crc32 <main >all",
		"lzma <main >all",
		"zstd -q <main >all",
		"zstd -q -19 --long=27 <main >all",
		"printf '\\002\\041\\114\\030' >all",
		"printf '\\211LZO' >all",
	};

	make_archives(state);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		make(state, lines[i]);
		if (look(state, "all") != ES_INITRD_OK)
			fail_msg("%s", lines[i]);
		make(state, "cat early all >both");
		assert_int_equal(look(state, "both"), ES_INITRD_OK);
		make(state, "(head -c 512 /dev/zero; cat early; head -c 4096 /dev/zero; cat all) >both");
		assert_int_equal(look(state, "both"), ES_INITRD_OK);
	}
	make(state, "cat early main main >both");
	assert_int_equal(look(state, "both"), ES_INITRD_OK);
	make(state, "(cat main; printf '#BOOTCONFIG\\n') >both");
	assert_int_equal(look(state, "both"), ES_INITRD_OK);
}

static void accepts_this_systems_initramfs(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob("/boot/initrd.img-*", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		ES_BUF file = { NULL, 0 };

		assert_int_equal(es_file_read(AT_FDCWD, found.gl_pathv[i], 1 << 30, &file), ES_OK);
		assert_int_equal(es_initrd_inspect(es_buf_span(&file)), ES_INITRD_OK);
	}
	globfree(&found);
}

static void names_any_other_kind_of_file(void **state)
{
	static const struct {
		const char *line;
		enum es_initrd kind;
	} rows[] = {
		{ "echo some text >file", ES_INITRD_UNKNOWN },
		{ "head -c 4096 /dev/zero >file", ES_INITRD_UNKNOWN },
		{ "tar -cf file main", ES_INITRD_UNKNOWN },
		{ "cp /bin/sh file", ES_INITRD_UNKNOWN },
		{ "tar -czf file main", ES_INITRD_OTHER },
		{ "echo some text | zstd -q >file", ES_INITRD_OTHER },
		{ "xz </bin/sh >file", ES_INITRD_OTHER },
		{ "cat main | gzip | gzip >file", ES_INITRD_OTHER },
		{ "gzip </dev/null >file", ES_INITRD_DAMAGED },
		{ "gzip <main | head -c 12 >file", ES_INITRD_DAMAGED },
		{ "zstd -q <main | head -c 10 >file", ES_INITRD_DAMAGED },
		{ "(cat early; echo some text) >file", ES_INITRD_UNKNOWN },
		{ "(cat early; tar -cz main) >file", ES_INITRD_OTHER },
		{ "printf '%s\\n' init bin | cpio -o -H odc >file", ES_INITRD_OLD_CPIO },
		{ "printf '%s\\n' init bin | cpio -o -H bin >file", ES_INITRD_OLD_CPIO },
		{ "cp early file", ES_INITRD_EARLY_ONLY },
		{ "cat early early >file", ES_INITRD_EARLY_ONLY },
		{ "head -c 2000 main >file", ES_INITRD_DAMAGED },
		{ "head -c 109 main >file", ES_INITRD_DAMAGED },
		{ "printf 070701 >file", ES_INITRD_DAMAGED },
		{ "sed 's/^070701......../07070100zz0000/' main >file", ES_INITRD_OK }, /* inodes: nothing reads them */
		{ "(printf '\\0'; cat main) >file", ES_INITRD_DAMAGED }, /* not where the kernel looks for it */
	};

	make_archives(state);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		make(state, rows[i].line);
		if (look(state, "file") != rows[i].kind)
			fail_msg("%s: %d", rows[i].line, look(state, "file"));
	}
	assert_int_equal(es_initrd_inspect((struct es_span){ NULL, 0 }), ES_INITRD_UNKNOWN);
}

/* Found by the fuzzer: the last file's padding was counted, which made the archive's length negative. */
static void an_archive_may_end_without_trailer_and_padding(void **state)
{
	static const char header[] = "070701"
				     "00000001000081A4000000000000000000000001000000000000000100000000"
				     "00000000000000000000000000000005"
				     "00000000"
				     "init";
	uint8_t *exact = malloc(sizeof header + 1);

	(void)state;
	assert_int_equal(sizeof header, 110 + 5);
	assert_non_null(exact);
	memcpy(exact, header, sizeof header);
	exact[sizeof header] = 0;
	assert_int_equal(es_initrd_inspect((struct es_span){ exact, sizeof header + 1 }), ES_INITRD_DAMAGED);
	free(exact);
	exact = malloc(sizeof header + 1 + 1);
	assert_non_null(exact);
	memcpy(exact, header, sizeof header);
	exact[sizeof header] = 0;
	exact[sizeof header + 1] = 'x';
	assert_int_equal(es_initrd_inspect((struct es_span){ exact, sizeof header + 2 }), ES_INITRD_OK);
	free(exact);
}

static void a_false_size_is_damage(void **state)
{
	make_archives(state);
	make(state, "head -c 54 main >file && printf 'FFFFFFFF' >>file && tail -c +63 main >>file");
	assert_int_equal(look(state, "file"), ES_INITRD_DAMAGED);
	make(state, "head -c 94 main >file && printf 'FFFFFFFF' >>file && tail -c +103 main >>file");
	assert_int_equal(look(state, "file"), ES_INITRD_DAMAGED);
	make(state, "head -c 94 main >file && printf '00000000' >>file && tail -c +103 main >>file");
	assert_int_equal(look(state, "file"), ES_INITRD_DAMAGED);
	make(state, "head -c 54 main >file && printf 'zzzzzzzz' >>file && tail -c +63 main >>file");
	assert_int_equal(look(state, "file"), ES_INITRD_DAMAGED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(accepts_each_compression_that_the_kernel_unpacks, oracle_folder_make,
						oracle_folder_remove),
		cmocka_unit_test(accepts_this_systems_initramfs),
		cmocka_unit_test(an_archive_may_end_without_trailer_and_padding),
		cmocka_unit_test_setup_teardown(names_any_other_kind_of_file, oracle_folder_make, oracle_folder_remove),
		cmocka_unit_test_setup_teardown(a_false_size_is_damage, oracle_folder_make, oracle_folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
