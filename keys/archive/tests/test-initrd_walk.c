/* SPDX-License-Identifier: Apache-2.0 */
/* Archives made with cpio and the usual compressors, this system's own initramfs, and hostile ones. */
#include "keys/archive/initrd_walk.h"

#include "keys/store/file.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define make(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

/* "path mode size content\n" of each file. */
struct seen {
	char text[8192];
	size_t len, files;
	enum es_reason answer;
};

static enum es_reason note(void *context, const struct es_initrd_file *f)
{
	struct seen *s = context;
	size_t left = sizeof s->text - s->len;
	int n = snprintf(s->text + s->len, left, "%s %o %u %.*s\n", f->path, (unsigned)f->mode, (unsigned)f->size,
			 f->content.len < 16 ? (int)f->content.len : 16,
			 f->content.len > 0 ? (const char *)f->content.data : "");

	if (n > 0 && (size_t)n < left)
		s->len += (size_t)n;
	s->files++;
	return s->answer;
}

static enum es_reason walk(void **state, const char *name, struct seen *s)
{
	ES_BUF file = oracle_read(state, name);
	const char *why = NULL;
	enum es_reason r;

	*s = (struct seen){ .answer = ES_OK };
	r = es_initrd_walk(es_buf_span(&file), &es_initrd_limits, note, s, &why);
	assert_non_null(why);
	assert_int_equal(r == ES_OK, why[0] == '\0');
	return r;
}

static void make_archives(void **state)
{
	make("mkdir -p kernel/x86/microcode etc/modprobe.d && echo micro >kernel/x86/microcode/GenuineIntel.bin && "
	     "echo conf >etc/modprobe.d/a.conf && chmod 0600 etc/modprobe.d/a.conf && ln -s a.conf etc/modprobe.d/link "
	     "&& "
	     "head -c 300001 /dev/urandom >big && find kernel | cpio -o -H newc >early && "
	     "find etc big | LC_ALL=C sort | cpio -o -H newc >main && echo more >more && echo more | cpio -o -H newc "
	     ">late");
}

static void assert_main(const struct seen *s)
{
	assert_non_null(strstr(s->text, "/etc/modprobe.d/a.conf 100600 5 conf\n"));
	assert_non_null(strstr(s->text, "/etc/modprobe.d/link 120777 6 a.conf\n"));
	assert_non_null(strstr(s->text, "/etc 40755 0 \n"));
	assert_non_null(strstr(s->text, "/big 100644 300001 "));
}

static void each_compression_is_read(void **state)
{
	static const char *const lines[] = {
		"cp main all",
		"find etc big | cpio -o -H crc >all",
		"gzip <main >all",
		"bzip2 <main >all",
		"xz --check=crc32 <main >all",
		"xz -T2 --block-size=1MiB <main >all",
		"lzma <main >all",
		"zstd -q <main >all",
		"zstd -q -19 --long=27 <main >all",
		"lz4 -l -9 <main >all",
		"lz4 -l -1 <main >all",
	};
	struct seen s;

	make_archives(state);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		make("%s", lines[i]);
		assert_int_equal(walk(state, "all", &s), ES_OK);
		assert_main(&s);
		make("(cat early; head -c 4096 /dev/zero; cat all) >both");
		assert_int_equal(walk(state, "both", &s), ES_OK);
		assert_main(&s);
		assert_non_null(strstr(s.text, "/kernel/x86/microcode/GenuineIntel.bin 100644 6 micro\n"));
	}
}

/* Blocks of LZ4 have 8 MiB. */
static void a_frame_of_several_blocks_is_read(void **state)
{
	struct seen s;

	make("head -c 17000001 /dev/urandom >a && echo last >b && printf '%%s\\n' a b | cpio -o -H newc | lz4 -l -1 "
	     ">all");
	assert_int_equal(walk(state, "all", &s), ES_OK);
	assert_non_null(strstr(s.text, "/a 100644 17000001 "));
	assert_non_null(strstr(s.text, "/b 100644 5 last\n"));
}

/* The kernel goes on after each archive; so must anything that looks for its content. */
static void what_follows_a_compressed_archive_is_read(void **state)
{
	static const char *const compress[] = {
		"cat", "gzip", "bzip2", "xz --check=crc32", "lzma", "zstd -q", "lz4 -l"
	};
	enum { COUNT = sizeof compress / sizeof compress[0] };
	struct seen s;

	make_archives(state);
	for (size_t i = 0; i < COUNT * COUNT; i++) {
		make("(%s <main; head -c %u /dev/zero) >all; n=$(stat -c %%s all); "
		     "head -c $(((4 - n %% 4) %% 4)) /dev/zero >>all; %s <late >>all",
		     compress[i / COUNT], (unsigned)(i % 3 * 4), compress[i % COUNT]);
		assert_int_equal(walk(state, "all", &s), ES_OK);
		assert_main(&s);
		if (strstr(s.text, "/more 100644 5 more\n") == NULL)
			fail_msg("%s, %s", compress[i / COUNT], compress[i % COUNT]);
	}
}

static void archives_compressed_together_are_read(void **state)
{
	struct seen s;

	make_archives(state);
	make("(cat early; head -c 1024 /dev/zero; cat main late) | zstd -q >all");
	assert_int_equal(walk(state, "all", &s), ES_OK);
	assert_main(&s);
	assert_non_null(strstr(s.text, "/more "));
	assert_non_null(strstr(s.text, "/kernel/x86"));
}

static void every_name_of_a_file_has_its_content(void **state)
{
	struct seen s;

	make(
	    "echo secret >a && ln a b && ln a c && : >d && ln d e && printf '%%s\\n' a b c d e | cpio -o -H newc >all");
	assert_int_equal(walk(state, "all", &s), ES_OK);
	assert_non_null(strstr(s.text, "/a 100644 7 secret\n"));
	assert_non_null(strstr(s.text, "/b 100644 7 secret\n"));
	assert_non_null(strstr(s.text, "/c 100644 7 secret\n"));
	assert_non_null(strstr(s.text, "/e 100000 0 \n"));
}

static void a_path_is_what_the_kernel_makes_of_it(void **state)
{
	struct seen s;

	make("mkdir -p x/y && echo v >x/y/file && echo ./x/../x/.//y/file | cpio -o -H newc >all");
	assert_int_equal(walk(state, "all", &s), ES_OK);
	assert_string_equal(s.text, "/x/y/file 100644 2 v\n\n");
	make("cd x/y && echo ../../x/y/file | cpio -o -H newc >../../all");
	assert_int_equal(walk(state, "all", &s), ES_OK);
	assert_string_equal(s.text, "/x/y/file 100644 2 v\n\n");
}

static void trailing_bytes_of_a_loader_are_passed_over(void **state)
{
	struct seen s;

	make_archives(state);
	make("(zstd -q <main; echo '#BOOTCONFIG') >all");
	assert_int_equal(walk(state, "all", &s), ES_OK);
	assert_main(&s);
}

static void damaged_ones_are_refused(void **state)
{
	static const char *const lines[] = {
		": >all",
		"echo no >all",
		"head -c 100000 /dev/zero >all",
		"head -c 50 main >all",
		"head -c 200 main >all",
		"head -c 150000 main >all",
		"gzip <main | head -c 150000 >all",
		"bzip2 <main | head -c 150000 >all",
		"xz <main | head -c 150000 >all",
		"lzma <main | head -c 150000 >all",
		"zstd -q <main | head -c 150000 >all",
		"lz4 -l <main | head -c 150000 >all",
		"echo no | gzip >all",
		"gzip <main | gzip >all",
		"printf '\\211LZO' >all",
		"sed 's/070701/07070x/2' main >all",
		"sed 's/^\\(070701.\\{48\\}\\).\\{8\\}/\\1zzzzzzzz/' main >all",
		"sed 's/^\\(070701.\\{48\\}\\).\\{8\\}/\\1ffffffff/' main >all",
		"sed 's/^\\(070701.\\{88\\}\\).\\{8\\}/\\1ffffffff/' main >all",
		"sed 's/^\\(070701.\\{88\\}\\).\\{8\\}/\\100000000/' main >all",
		"sed 's/^\\(070701.\\{48\\}\\).\\{8\\}/\\1ffffffff/' main | zstd -q >all",
		"zstd -q <main | sed '1s/^\\(.\\{20\\}\\)./\\1X/' >all; printf 'x' | dd of=all bs=1 seek=30000 "
		"conv=notrunc",
	};
	struct seen s;

	make_archives(state);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		enum es_reason r;

		make("export LC_ALL=C; %s", lines[i]);
		r = walk(state, "all", &s);
		if (r != ES_PART_INITRD && r != ES_FILE_TOO_LARGE)
			fail_msg("%s: %d", lines[i], (int)r);
	}
}

static enum es_reason walk_within(void **state, uint64_t unpacked, uint64_t file, uint64_t files, struct seen *s)
{
	const struct es_initrd_limits limits = { .unpacked = unpacked, .file = file, .files = files };
	ES_BUF all = oracle_read(state, "all");
	const char *why;

	*s = (struct seen){ .answer = ES_OK };
	return es_initrd_walk(es_buf_span(&all), &limits, note, s, &why);
}

static void what_is_over_a_limit_is_refused(void **state)
{
	static const char *const bombs[] = { "gzip -9", "bzip2 -9", "xz -9", "lzma -9", "zstd -q -19", "lz4 -l -9" };
	struct seen s;

	make("head -c 12000000 /dev/zero >zeros && echo zeros | cpio -o -H newc >main");
	for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
		make("%s <main >all", bombs[i]);
		assert_int_equal(walk_within(state, 4 << 20, 64 << 20, 100, &s), ES_FILE_TOO_LARGE);
		assert_int_equal(walk_within(state, 4 << 20, 1, 100, &s), ES_FILE_TOO_LARGE);
		assert_int_equal(walk_within(state, 64 << 20, 64 << 20, 100, &s), ES_OK);
		make("%s <zeros >all", bombs[i]);
		assert_int_equal(walk_within(state, 64 << 20, 64 << 20, 100, &s), ES_PART_INITRD);
	}
	make("for i in $(seq 200); do echo x >f$i; done; ls f* | cpio -o -H newc >all");
	assert_int_equal(walk_within(state, 64 << 20, 64 << 20, 100, &s), ES_FILE_TOO_LARGE);
	assert_int_equal(s.files, 100);
	assert_int_equal(walk_within(state, 64 << 20, 64 << 20, 300, &s), ES_OK);
}

static void a_file_over_its_limit_is_left_out(void **state)
{
	struct seen s;

	make("echo small >a && head -c 5000 /dev/zero >b && echo last >c && printf '%%s\\n' a b c | cpio -o -H newc "
	     ">all");
	assert_int_equal(walk_within(state, 64 << 20, 4096, 100, &s), ES_OK);
	assert_string_equal(s.text, "/a 100644 6 small\n\n/b 100644 5000 \n/c 100644 5 last\n\n");
}

static void the_walk_ends_where_it_is_told_to(void **state)
{
	struct seen s = { .answer = ES_NO_SPACE };
	const char *why;
	ES_BUF all = { NULL, 0 };

	make_archives(state);
	all = oracle_read(state, "main");
	assert_int_equal(es_initrd_walk(es_buf_span(&all), &es_initrd_limits, note, &s, &why), ES_NO_SPACE);
	assert_int_equal(s.files, 1);
}

static void an_initramfs_of_initramfs_tools_is_read(void **state)
{
	struct seen s;

	make("cp -r /etc/initramfs-tools conf && sed -i 's/^MODULES=.*/MODULES=list/' conf/initramfs.conf && "
	     "mkinitramfs -d \"$PWD/conf\" -o all \"$(ls /lib/modules | tail -n 1)\" && lsinitramfs all | sort -u | wc "
	     "-l >count");
	assert_int_equal(walk(state, "all", &s), ES_OK);
	assert_non_null(strstr(s.text, "/conf/initramfs.conf 100644 "));
	make("test \"$(cat count)\" = %u", (unsigned)s.files);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, oracle_folder_make, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(each_compression_is_read),
		IN_FOLDER(a_frame_of_several_blocks_is_read),
		IN_FOLDER(what_follows_a_compressed_archive_is_read),
		IN_FOLDER(archives_compressed_together_are_read),
		IN_FOLDER(every_name_of_a_file_has_its_content),
		IN_FOLDER(a_path_is_what_the_kernel_makes_of_it),
		IN_FOLDER(trailing_bytes_of_a_loader_are_passed_over),
		IN_FOLDER(damaged_ones_are_refused),
		IN_FOLDER(what_is_over_a_limit_is_refused),
		IN_FOLDER(a_file_over_its_limit_is_left_out),
		IN_FOLDER(the_walk_ends_where_it_is_told_to),
		IN_FOLDER(an_initramfs_of_initramfs_tools_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
