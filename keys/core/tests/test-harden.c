/* SPDX-License-Identifier: Apache-2.0 */
/* Each test runs in a child process, since hardening can't be undone. The kernel's view is the oracle. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/harden.h"
#include "keys/tests/lib/process_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
enum { LOCKS = 0 }; /* makes mlockall() do nothing */
#else
enum { LOCKS = 1 };
#endif

/* body returns the number of the line that failed, or 0. */
static void in_a_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != 0)
		fail_msg("line %d", WEXITSTATUS(status));
}
#define CHECK(what)                                                                                                    \
	do                                                                                                             \
		if (!(what))                                                                                           \
			return __LINE__;                                                                               \
	while (0)

static unsigned unlocked(void)
{
	struct process_memory is;

	process_memory_look(getpid(), NULL, &is);
	return is.unlocked;
}

static int harden_process(void)
{
	struct rlimit core;
	struct sigaction pipe;

	for (int fd = 0; fd <= 2; fd++)
		close(fd);
	es_harden_process();
	CHECK(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0);
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	CHECK(umask(0) == 077);
	CHECK(sigaction(SIGPIPE, NULL, &pipe) == 0 && pipe.sa_handler == SIG_IGN);
	for (int fd = 0; fd <= 2; fd++)
		CHECK(fcntl(fd, F_GETFD) == 0);
	CHECK(fcntl(3, F_GETFD) < 0 || 3 > 2); /* descriptors that were open stay open */
	return 0;
}

static void a_process_dumps_no_core_and_cannot_be_traced(void **state)
{
	(void)state;
	in_a_child(harden_process);
}

static int harden_memory(void)
{
	void *small, *large;

	CHECK(unlocked() > 0);
	CHECK(es_harden_memory() == ES_OK);
	small = malloc(100);
	large = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(small != NULL && large != MAP_FAILED);
	CHECK(!LOCKS || unlocked() == 0);
	free(small);
	return 0;
}

static void all_pages_are_locked_including_later_ones(void **state)
{
	(void)state;
	in_a_child(harden_memory);
}

static int harden_as_nobody(void)
{
	CHECK(setuid(65534) == 0);
	CHECK(es_harden_memory() == ES_OK);
	CHECK(malloc(32 << 20) != NULL);
	return 0;
}

static void a_process_that_is_not_root_locks_nothing(void **state)
{
	(void)state;
	in_a_child(harden_as_nobody);
}

/* The size of everything that is mapped. */
static rlim_t mapped(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f == NULL || fscanf(f, "%lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return (rlim_t)pages * 4096;
}

static int harden_under_a_limit(rlim_t limit)
{
	void *later;

	CHECK(process_limit_locks(limit));
	CHECK(!LOCKS || es_harden_memory() == ES_MEMORY);
	/* Nor does a later allocation fail because of it. */
	later = mmap(NULL, 128 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(later != MAP_FAILED);
	return 0;
}

static int harden_under_no_limit_at_all(void)
{
	return harden_under_a_limit(0);
}

/* Everything mapped so far fits, and that satisfies mlockall(). */
static int harden_under_a_limit_that_is_reached_later(void)
{
	return harden_under_a_limit(mapped() + (16 << 20));
}

static void a_limit_that_binds_is_reported_and_does_no_harm(void **state)
{
	(void)state;
	in_a_child(harden_under_no_limit_at_all);
	in_a_child(harden_under_a_limit_that_is_reached_later);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_dumps_no_core_and_cannot_be_traced),
		cmocka_unit_test(all_pages_are_locked_including_later_ones),
		cmocka_unit_test(a_process_that_is_not_root_locks_nothing),
		cmocka_unit_test(a_limit_that_binds_is_reported_and_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
