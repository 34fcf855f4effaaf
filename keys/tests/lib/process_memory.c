/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/process_memory.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WINDOW = 1 << 20, LINE = 512 };
/* A sanitizer's shadow is terabytes of empty memory. */
static const uint64_t LARGEST = 1ull << 30;

struct region {
	unsigned long from, to;
	char mode[8], name[200];
	bool locked;
};

/* The next region that the process can write, with its flags; false at the end. */
static bool next_region(FILE *smaps, struct region *r)
{
	bool writable = false;
	char line[LINE];

	while (fgets(line, sizeof line, smaps) != NULL) {
		if (strncmp(line, "VmFlags:", 8) == 0 && writable) {
			r->locked = strstr(line, " lo") != NULL;
			return true;
		}
		r->name[0] = '\0';
		if (strncmp(line, "VmFlags:", 8) != 0 && strchr(line, '-') != NULL &&
		    sscanf(line, "%lx-%lx %7s %*s %*s %*s %199[^\n]", &r->from, &r->to, r->mode, r->name) >= 3)
			writable = strncmp(r->mode, "rw", 2) == 0 && r->to - r->from <= LARGEST;
	}
	return false;
}

/* The needle, and a window that moves over the memory; in this process both would be found. */
struct search {
	int mem;
	bool own;
	const struct es_secret *needle, *window;
};

static bool lies_in(const struct es_secret *s, uint64_t at)
{
	return at >= (uintptr_t)es_secret_bytes(s) && at < (uintptr_t)es_secret_bytes(s) + es_secret_len(s);
}

static unsigned count_region(const struct search *s, uint8_t *window, const struct region *r)
{
	size_t n = es_secret_len(s->needle);
	unsigned found = 0;

	for (uint64_t at = r->from; at < r->to; at += WINDOW - (n - 1)) {
		size_t want = r->to - at < WINDOW ? (size_t)(r->to - at) : WINDOW;
		ssize_t got = pread(s->mem, window, want, (off_t)at);

		if (got < (ssize_t)n)
			break;
		for (const uint8_t *p = window;
		     (p = memmem(p, (size_t)(window + got - p), es_secret_bytes(s->needle), n)) != NULL; p++) {
			uint64_t where = at + (uint64_t)(p - window);

			found += !s->own || (!lies_in(s->needle, where) && !lies_in(s->window, where));
		}
	}
	return found;
}

void process_memory_look(pid_t pid, const struct es_secret *needle, struct process_memory *ret)
{
	ES_SECRET window = NULL;
	char path[64];
	struct search s = { .own = pid == getpid(), .needle = needle };
	struct region r;
	FILE *smaps;

	*ret = (struct process_memory){ 0 };
	assert_int_equal(es_secret_new(WINDOW, &window), ES_OK);
	snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
	smaps = fopen(path, "r");
	snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	s.mem = open(path, O_RDONLY | O_CLOEXEC);
	s.window = window;
	assert_true(smaps != NULL && s.mem >= 0);
	while (next_region(smaps, &r)) {
		unsigned found = needle != NULL ? count_region(&s, es_secret_data(window), &r) : 0;

		if (found > 0 && (ret->found == 0 || (!r.locked && ret->found_unlocked == 0)))
			snprintf(ret->where, sizeof ret->where, "%lx-%lx %s%s", r.from, r.to,
				 r.name[0] != '\0' ? r.name : "anonymous", r.locked ? "" : ", not locked");
		ret->found += found;
		ret->found_unlocked += r.locked ? 0 : found;
		ret->unlocked += !r.locked;
	}
	fclose(smaps);
	close(s.mem);
}

bool process_limit_locks(rlim_t limit)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	const uint32_t dropped = 1u << CAP_IPC_LOCK | 1u << CAP_SYS_RESOURCE;
	struct rlimit small;

	/* The system that this runs on may not let even root raise its limit. */
	if (getrlimit(RLIMIT_MEMLOCK, &small) < 0 || syscall(SYS_capget, &header, data) < 0)
		return false;
	small.rlim_cur = small.rlim_max = limit < small.rlim_max ? limit : small.rlim_max;
	data[0].effective &= ~dropped;
	data[0].permitted &= ~dropped;
	return setrlimit(RLIMIT_MEMLOCK, &small) == 0 && syscall(SYS_capset, &header, data) == 0;
}

static void be_traced(const struct process_stop *stop)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(125);
	raise(SIGSTOP);
	_exit(stop->body(stop->arg));
}

/* Continues to the next entry of a system call. False: the child has ended, with *status. */
static bool to_next_call(pid_t pid, int *status, long *ret_call)
{
	struct __ptrace_syscall_info info;
	int signal = 0;

	do {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)signal), 0);
		assert_int_equal(waitpid(pid, status, 0), pid);
		if (!WIFSTOPPED(*status))
			return false;
		signal = WSTOPSIG(*status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(*status);
		info.op = PTRACE_SYSCALL_INFO_NONE;
		if (signal == 0)
			assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) > 0);
	} while (info.op != PTRACE_SYSCALL_INFO_ENTRY);
	*ret_call = (long)info.entry.nr;
	return true;
}

int process_run(const struct process_stop *stop)
{
	long call = -1;
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		be_traced(stop);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)), 0);
	while (to_next_call(pid, &status, &call)) {
		if (call != stop->syscall || !stop->look(pid, stop->context))
			continue;
		assert_int_equal(ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		break;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
