/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's view of the pages is the oracle: /proc/self/smaps, /proc/self/mem, a forked child. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/secret.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* VmFlags of the mapping at `at`: "" if nothing is mapped there. */
static void vm_flags(const void *at, char ret[static 256])
{
	FILE *f = fopen("/proc/self/smaps", "r");
	unsigned long from, to;
	bool inside = false;
	char line[512];

	ret[0] = '\0';
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = (uintptr_t)at >= from && (uintptr_t)at < to;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			snprintf(ret, 256, "%.200s", line + 8);
	}
	fclose(f);
}

static void pages_are_locked_and_left_out_of_dumps_and_children(void **state)
{
	ES_SECRET s = NULL;
	char flags[256];

	(void)state;
	assert_int_equal(es_secret_new(ES_KEY_LEN, &s), ES_OK);
	vm_flags(es_secret_data(s), flags);
#ifndef __SANITIZE_ADDRESS__ /* makes mlock() do nothing */
	assert_non_null(strstr(flags, " lo"));
#endif
	assert_non_null(strstr(flags, " dd")); /* MADV_DONTDUMP */
	assert_non_null(strstr(flags, " dc")); /* MADV_DONTFORK */
	vm_flags(flags, flags);                /* the stack, as the control */
	assert_null(strstr(flags, " dd"));
}

static void a_freed_secret_is_unmapped(void **state)
{
	struct es_secret *s = NULL;
	unsigned char vec;
	void *page;

	(void)state;
	assert_int_equal(es_secret_new(5000, &s), ES_OK);
	page = (void *)((uintptr_t)es_secret_data(s) & ~(uintptr_t)4095);
	assert_int_equal(mincore(page, 4096, &vec), 0);
	es_secret_freep(&s);
	assert_null(s);
	assert_int_equal(mincore(page, 4096, &vec), -1); /* ENOMEM: nothing is mapped */
	es_secret_free(NULL);
	es_secret_freep(&s);
}

static void a_forked_child_has_no_such_page(void **state)
{
	ES_SECRET s = NULL;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(es_secret_new(ES_KEY_LEN, &s), ES_OK);
	memset(es_secret_data(s), 0x42, ES_KEY_LEN);
	pid = fork();
	if (pid == 0) {
		unsigned char vec;
		void *page = (void *)((uintptr_t)es_secret_bytes(s) & ~(uintptr_t)4095);

		_exit(mincore(page, 4096, &vec) == 0 ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_secret_is_zeroed_and_as_long_as_asked(void **state)
{
	(void)state;
	for (size_t len = 1; len < 20000; len += 997) {
		ES_SECRET s = NULL;

		assert_int_equal(es_secret_new(len, &s), ES_OK);
		assert_int_equal(es_secret_len(s), len);
		assert_ptr_equal(es_secret_data(s), es_secret_bytes(s));
		for (size_t i = 0; i < len; i++)
			assert_int_equal(es_secret_bytes(s)[i], 0);
		es_secret_data(s)[len - 1] = 1;
	}
}

static void sizes_out_of_range_are_refused(void **state)
{
	struct es_secret *s = NULL;

	(void)state;
	assert_int_equal(es_secret_new(0, &s), ES_ARGUMENT);
	assert_int_equal(es_secret_new((64 << 20) + 1, &s), ES_ARGUMENT);
	assert_int_equal(es_secret_new(SIZE_MAX, &s), ES_ARGUMENT);
	assert_null(s);
}

static void taking_moves_a_secret(void **state)
{
	ES_SECRET a = NULL;
	ES_SECRET b = NULL;
	struct es_secret *was;

	(void)state;
	assert_int_equal(es_secret_new(32, &a), ES_OK);
	was = a;
	b = es_take(a);
	assert_null(a);
	assert_ptr_equal(b, was);
}

#ifndef __SANITIZE_ADDRESS__
/* In a child that may lock no memory: an unlocked secret would be worse than none. */
static void a_secret_that_cannot_be_locked_is_refused(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		const struct rlimit none = { 0, 0 };
		struct es_secret *s = NULL;

		if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || setuid(65534) != 0)
			_exit(2);
		_exit(es_secret_new(32, &s) == ES_MEMORY && s == NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_locked_and_left_out_of_dumps_and_children),
		cmocka_unit_test(a_freed_secret_is_unmapped),
		cmocka_unit_test(a_forked_child_has_no_such_page),
		cmocka_unit_test(a_secret_is_zeroed_and_as_long_as_asked),
		cmocka_unit_test(sizes_out_of_range_are_refused),
		cmocka_unit_test(taking_moves_a_secret),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(a_secret_that_cannot_be_locked_is_refused),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
