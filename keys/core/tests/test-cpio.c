/* SPDX-License-Identifier: Apache-2.0 */
/* GNU cpio reads the archives that we write: names, modes, contents. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/cpio.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint8_t big[70001];

static struct es_span text(const char *t)
{
	return (struct es_span){ (const uint8_t *)t, strlen(t) };
}

static void write_sample(struct es_cpio *c)
{
	es_cpio_folder(c, ".extra", 0555);
	es_cpio_folder(c, ".extra/etcseal", 0500);
	es_cpio_file(c, ".extra/etcseal/boot.json", 0400, text("{}\n"));
	es_cpio_file(c, ".extra/etcseal/empty", 0400, text(""));
	es_cpio_file(c, ".extra/etcseal/big", 0400, (struct es_span){ big, sizeof big });
	es_cpio_file(c, ".extra/a", 0444, text("12345"));
	es_cpio_file(c, ".extra/ab", 0444, text("1234"));
	es_cpio_file(c, ".extra/abc", 0444, text("123"));
	es_cpio_file(c, ".extra/abcd", 0444, text("12"));
	es_cpio_end(c);
}

static void assert_file(const char *dir, const char *name, mode_t mode, struct es_span expected)
{
	char path[512];
	uint8_t *got = malloc(expected.len + 1);
	struct stat st;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | mode);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(st.st_mtime, 0);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(got, 1, expected.len + 1, f), expected.len);
	assert_memory_equal(got, expected.data, expected.len);
	fclose(f);
	free(got);
}

static struct es_writer sample(void)
{
	struct es_writer measure = { NULL, 0, 0, false }, w;
	struct es_cpio c = { &measure, 0 };

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * 31 >> 3);
	write_sample(&c);
	assert_true(measure.bad); /* nothing fits into no room */
	w = (struct es_writer){ malloc(measure.pos), measure.pos, 0, false };
	c = (struct es_cpio){ &w, 0 };
	write_sample(&c);
	assert_false(w.bad);
	assert_int_equal(w.pos, measure.pos);
	assert_int_equal(w.pos % 4, 0);
	return w;
}

static void gnu_cpio_unpacks_it(void **state)
{
	char dir[] = "/tmp/test-cpio-XXXXXX", command[512];
	struct es_writer w = sample();
	struct stat st;
	FILE *p;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(command, sizeof command, "cd %s && cpio -idm --quiet --no-absolute-filenames 2>&1", dir);
	p = popen(command, "w");
	assert_non_null(p);
	assert_int_equal(fwrite(w.data, 1, w.pos, p), w.pos);
	assert_int_equal(pclose(p), 0);
	assert_file(dir, ".extra/etcseal/boot.json", 0400, text("{}\n"));
	assert_file(dir, ".extra/etcseal/empty", 0400, text(""));
	assert_file(dir, ".extra/etcseal/big", 0400, (struct es_span){ big, sizeof big });
	assert_file(dir, ".extra/a", 0444, text("12345"));
	assert_file(dir, ".extra/ab", 0444, text("1234"));
	assert_file(dir, ".extra/abc", 0444, text("123"));
	assert_file(dir, ".extra/abcd", 0444, text("12"));
	snprintf(command, sizeof command, "%s/.extra/etcseal", dir);
	assert_int_equal(stat(command, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0500);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
	free(w.data);
}

static void gnu_cpio_lists_it_in_order(void **state)
{
	static const char expected[] = ".extra\n.extra/etcseal\n.extra/etcseal/boot.json\n.extra/etcseal/empty\n"
				       ".extra/etcseal/big\n.extra/a\n.extra/ab\n.extra/abc\n.extra/abcd\n";
	char file[] = "/tmp/test-cpio-XXXXXX", command[512], got[512];
	struct es_writer w = sample();
	int fd = mkstemp(file);
	size_t n;
	FILE *p;

	(void)state;
	assert_int_equal(write(fd, w.data, w.pos), (ssize_t)w.pos);
	close(fd);
	snprintf(command, sizeof command, "cpio -t --quiet <%s 2>&1", file);
	p = popen(command, "r");
	n = fread(got, 1, sizeof got - 1, p);
	got[n] = '\0';
	assert_int_equal(pclose(p), 0);
	assert_string_equal(got, expected);
	unlink(file);
	free(w.data);
}

static void the_callers_file_type_bits_are_dropped(void **state)
{
	uint8_t data[512];
	struct es_writer w = { data, sizeof data, 0, false };
	struct es_cpio c = { &w, 0 };

	(void)state;
	es_cpio_file(&c, "f", 0120777, text("x"));
	assert_memory_equal(data, "07070100000001000081FF", 22);
	assert_int_equal(w.pos, 112 + 4); /* header, name, padding; data, padding */
	assert_memory_equal(data + 110, "f\0x\0\0\0", 6);
}

static void a_buffer_that_is_too_small_is_reported(void **state)
{
	uint8_t data[120];
	struct es_writer w = { data, 115, 0, false };
	struct es_cpio c = { &w, 0 };

	(void)state;
	memset(data, 0x5a, sizeof data);
	es_cpio_file(&c, "f", 0400, text("x"));
	assert_true(w.bad);
	for (size_t i = 115; i < sizeof data; i++)
		assert_int_equal(data[i], 0x5a);
}

static void a_file_over_4_gib_is_refused(void **state)
{
	struct es_writer w = { NULL, 0, 0, false };
	struct es_cpio c = { &w, 0 };

	(void)state;
	es_cpio_file(&c, "f", 0400, (struct es_span){ big, (size_t)UINT32_MAX + 1 });
	assert_true(w.bad);
	assert_true(w.pos == SIZE_MAX);
	w = (struct es_writer){ NULL, 0, 0, false };
	es_cpio_file(&c, "f", 0400, (struct es_span){ big, UINT32_MAX }); /* measuring reads none of its bytes */
	assert_true(w.pos == 112 + (size_t)UINT32_MAX + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gnu_cpio_unpacks_it),
		cmocka_unit_test(gnu_cpio_lists_it_in_order),
		cmocka_unit_test(the_callers_file_type_bits_are_dropped),
		cmocka_unit_test(a_buffer_that_is_too_small_is_reported),
		cmocka_unit_test(a_file_over_4_gib_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
