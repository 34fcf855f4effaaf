/* SPDX-License-Identifier: Apache-2.0 */
/* Reads freed memory in place: pieces freed by us, and by libraries that don't know about the replacement. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/secret.h"
#include "keys/tests/lib/process_memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
enum { WIPES = 0 }; /* its own allocator keeps freed memory, on purpose */
#else
enum { WIPES = 1 };
#endif

/* 64 digits, in memory that the tests don't search; the file that holds them is deleted. */
static struct es_secret *needle_in_file(char path[static 32])
{
	static const char digits[] = "0123456789abcdef";
	struct es_secret *needle = NULL;
	int fd, from = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	assert_int_equal(es_secret_new(64, &needle), ES_OK);
	assert_int_equal(read(from, es_secret_data(needle), 64), 64);
	close(from);
	for (int i = 0; i < 64; i++)
		es_secret_data(needle)[i] = (uint8_t)digits[es_secret_bytes(needle)[i] % 16];
	strcpy(path, "/tmp/etcseal-free-XXXXXX");
	fd = mkstemp(path);
	assert_int_equal(write(fd, es_secret_bytes(needle), 64), 64);
	close(fd);
	return needle;
}

static unsigned found(const struct es_secret *needle)
{
	struct process_memory is;

	process_memory_look(getpid(), needle, &is);
	return is.found;
}

static void fill(void *piece, size_t len, const struct es_secret *needle)
{
	for (size_t at = 0; at + 64 <= len; at += 64)
		memcpy((char *)piece + at, es_secret_bytes(needle), 64);
	/* Makes the compiler assume that something reads it. */
	__asm__ __volatile__("" : : "r"(piece) : "memory");
}

/* From pieces that a thread keeps in its cache to pieces that are mapped. */
static void pieces_of_every_size_are_wiped(void **state)
{
	static const size_t sizes[] = { 64, 128, 1032, 1100, 5000, 70000, 300000, 5 << 20 };
	char path[32];
	ES_SECRET needle = needle_in_file(path);

	(void)state;
	unlink(path);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		void *piece = malloc(sizes[i]), *neighbour = malloc(64);

		fill(piece, sizes[i], needle);
		assert_true(found(needle) >= 1);
		free(piece);
		if (WIPES)
			assert_int_equal(found(needle), 0);
		free(neighbour);
	}
	free(NULL);
}

static void bytes_beyond_the_requested_length_are_wiped_too(void **state)
{
	char path[32];
	ES_SECRET needle = needle_in_file(path);
	char *piece = malloc(65);
	size_t usable = malloc_usable_size(piece);

	(void)state;
	unlink(path);
	/* The compiler must not know the length that was requested. */
	__asm__ __volatile__("" : "+r"(piece));
	memset(piece, 'x', usable);
	memcpy(piece + usable - 64, es_secret_bytes(needle), 64);
	__asm__ __volatile__("" : : "r"(piece) : "memory");
	assert_int_equal(found(needle), 1);
	free(piece);
	if (WIPES)
		assert_int_equal(found(needle), 0);
}

static void a_piece_that_moves_leaves_nothing(void **state)
{
	char path[32];
	ES_SECRET needle = needle_in_file(path);
	char *piece = malloc(64);

	(void)state;
	unlink(path);
	fill(piece, 64, needle);
	for (size_t len = 100; len < 4 << 20; len *= 3) {
		void *between = malloc(200);

		piece = realloc(piece, len);
		assert_non_null(piece);
		assert_memory_equal(piece, es_secret_bytes(needle), 64);
		if (WIPES)
			assert_int_equal(found(needle), 1);
		free(between);
	}
	memcpy(piece + 200000, es_secret_bytes(needle), 64);
	__asm__ __volatile__("" : : "r"(piece) : "memory");
	piece = realloc(piece, 100000);
	assert_memory_equal(piece, es_secret_bytes(needle), 64);
	if (WIPES)
		assert_int_equal(found(needle), 1);
	piece = realloc(piece, 20);
	if (WIPES)
		assert_int_equal(found(needle), 0);
	free(piece);
}

static void realloc_behaves_as_the_standard_says(void **state)
{
	char *piece = realloc(NULL, 10), *same = piece;
	size_t far_too_much = PTRDIFF_MAX;

	(void)state;
	assert_non_null(piece);
	memcpy(piece, "something", 10);
	/* The compiler must know neither that it fails nor which piece it is. */
	__asm__ __volatile__("" : "+r"(far_too_much), "+r"(same));
	errno = 0;
	if (WIPES) { /* AddressSanitizer would end the program */
		assert_null(realloc(same, far_too_much));
		assert_int_equal(errno, ENOMEM);
	}
	assert_string_equal(piece, "something");
	piece = reallocarray(piece, 1000, 10);
	assert_string_equal(piece, "something");
	errno = 42;
	free(piece);
	assert_int_equal(errno, 42);
}

/* stdio's own buffer. */
static void read_by_stdio(const char *path, const struct es_secret *needle)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(getc(f), es_secret_bytes(needle)[0]);
	assert_true(found(needle) >= 1);
	fclose(f);
}

static void read_by_getline(const char *path, const struct es_secret *needle)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	assert_non_null(f);
	assert_int_equal(getline(&line, &room, f), 64);
	assert_true(found(needle) >= 1);
	free(line);
	fclose(f);
}

static void read_by_scandir(const char *path, const struct es_secret *needle)
{
	struct dirent **list;
	char folder[64], full[160];
	int count, end;

	snprintf(folder, sizeof folder, "%s.d", path);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(full, sizeof full, "%s/%n%.64s", folder, &end, (const char *)es_secret_bytes(needle));
	close(open(full, O_CREAT | O_WRONLY, 0600));
	count = scandir(folder, &list, NULL, NULL);
	assert_int_equal(count, 3);
	unlink(full);
	rmdir(folder);
	explicit_bzero(full, sizeof full);
	assert_true(found(needle) >= 1);
	while (count > 0)
		free(list[--count]);
	free(list);
}

static void hold_by_json(const char *path, const struct es_secret *needle)
{
	json_t *o = json_object(), *read;
	char *text;

	(void)path;
	json_object_set_new(o, "x", json_stringn((const char *)es_secret_bytes(needle), 64));
	text = json_dumps(o, 0);
	read = json_loads(text, 0, NULL);
	assert_true(found(needle) >= 3);
	json_decref(read);
	free(text);
	json_decref(o);
}

/* The buffer of libcrypto that it doesn't wipe. */
static void hold_by_libcrypto(const char *path, const struct es_secret *needle)
{
	void *piece = OPENSSL_memdup(es_secret_bytes(needle), 64);

	(void)path;
	assert_int_equal(found(needle), 1);
	OPENSSL_free(piece);
}

static void libraries_leave_nothing_either(void **state)
{
	void (*const rows[])(const char *, const struct es_secret *) = { read_by_stdio, read_by_getline,
									 read_by_scandir, hold_by_json,
									 hold_by_libcrypto };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char path[32];
		ES_SECRET needle = needle_in_file(path);

		rows[i](path, needle);
		unlink(path);
		if (WIPES && found(needle) != 0)
			fail_msg("row %zu: %u", i, found(needle));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_every_size_are_wiped),
		cmocka_unit_test(bytes_beyond_the_requested_length_are_wiped_too),
		cmocka_unit_test(a_piece_that_moves_leaves_nothing),
		cmocka_unit_test(realloc_behaves_as_the_standard_says),
		cmocka_unit_test(libraries_leave_nothing_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
