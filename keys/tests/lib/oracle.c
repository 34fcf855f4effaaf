/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

int oracle_folder_make(void **state)
{
	char *folder = strdup("/tmp/etcseal-test.XXXXXX");

	if (folder == NULL || mkdtemp(folder) == NULL) {
		free(folder);
		return -1;
	}
	*state = folder;
	return 0;
}

int oracle_folder_remove(void **state)
{
	int status = oracle_shell(state, "rm -rf -- \"$PWD\"");

	free(*state);
	return status;
}

static FILE *open_in(void **state, const char *name, const char *mode)
{
	char path[256];
	FILE *f;

	assert_true(snprintf(path, sizeof path, "%s/%s", (const char *)*state, name) < (int)sizeof path);
	f = fopen(path, mode);
	assert_non_null(f);
	return f;
}

void oracle_write(void **state, const char *name, struct es_span bytes)
{
	FILE *f = open_in(state, name, "wb");

	assert_int_equal(fwrite(bytes.data, 1, bytes.len, f), bytes.len);
	assert_int_equal(fclose(f), 0);
}

struct es_buf oracle_read(void **state, const char *name)
{
	FILE *f = open_in(state, name, "rb");
	struct es_buf b = { NULL, 0 };
	long len;

	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	len = ftell(f);
	assert_true(len >= 0);
	rewind(f);
	assert_int_equal(es_buf_new((size_t)len, &b), ES_OK);
	assert_int_equal(fread(b.data, 1, b.len, f), b.len);
	fclose(f);
	return b;
}

int oracle_shell(void **state, const char *format, ...)
{
	char line[4096];
	va_list args;
	int n, status;

	n = snprintf(line, sizeof line, "cd '%s' && exec 2>stderr && ", (const char *)*state);
	va_start(args, format);
	n += vsnprintf(line + n, sizeof line - (size_t)n, format, args);
	va_end(args);
	assert_true(n < (int)sizeof line);
	status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void oracle_build_folder(char ret[static PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 32);
	char *end;

	assert_true(n > 0);
	ret[n] = '\0';
	/* Upwards to the folder of the library. */
	while ((end = strrchr(ret, '/')) != NULL) {
		strcpy(end, "/libetcseal.a");
		if (access(ret, F_OK) == 0) {
			*end = '\0';
			return;
		}
		*end = '\0';
	}
	fail_msg("no libetcseal.a above this test");
}
