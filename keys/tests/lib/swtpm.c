/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/swtpm.h"

#include "keys/core/clock.h"
#include "keys/tests/lib/loopback.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READY_MS = 20000, PORT_TRIES = 20 };

struct es_swtpm {
	pid_t pid;
	uint16_t port;
	int claim; /* on the port; -1: none */
	bool tpm12;
	char *banks; /* NULL: swtpm's default */
	char folder[64], tcti[64];
};

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("swtpm harness: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}

static bool connects(uint16_t port)
{
	int fd = es_loopback_connect(port);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void to_null(int fd)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0)
		dup2(null, fd);
}

static void __attribute__((noreturn)) child(const struct es_swtpm *s, pid_t parent)
{
	char server[64], control[64], state[96], log[96];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	to_null(0);
	to_null(1);
	snprintf(server, sizeof server, "type=tcp,bindaddr=127.0.0.1,port=%u", s->port);
	snprintf(control, sizeof control, "type=tcp,bindaddr=127.0.0.1,port=%u", s->port + 1u);
	snprintf(state, sizeof state, "dir=%s,mode=0600", s->folder);
	snprintf(log, sizeof log, "file=%s/log", s->folder);
	if (s->tpm12)
		execlp("swtpm", "swtpm", "socket", "--server", server, "--ctrl", control, "--tpmstate", state, "--log",
		       log, "--flags", "not-need-init,startup-clear", (char *)NULL);
	else
		execlp("swtpm", "swtpm", "socket", "--tpm2", "--server", server, "--ctrl", control, "--tpmstate", state,
		       "--log", log, "--flags", "not-need-init,startup-clear", (char *)NULL);
	_exit(127);
}

/* Whether the TPM at the port answers: it accepts connections before it has made and written its first state. */
static bool answers(uint16_t port)
{
	static const uint8_t get_random[] = { 0x80, 0x01, 0, 0, 0, 12, 0, 0, 0x01, 0x7b, 0, 4 };
	uint8_t response[10];
	int fd = es_loopback_connect(port);
	bool yes = fd >= 0 && write(fd, get_random, sizeof get_random) == sizeof get_random &&
		   read(fd, response, sizeof response) == sizeof response;

	if (fd >= 0)
		close(fd);
	return yes;
}

/* It is ready when both ports accept a connection and a command is answered. It is gone when it has ended (someone else
 * took the port). */
static bool becomes_ready(struct es_swtpm *s)
{
	const struct timespec moment = { 0, 2000000 };
	uint64_t end = es_monotonic_ms() + READY_MS;

	while (es_monotonic_ms() < end) {
		if (waitpid(s->pid, NULL, WNOHANG) == s->pid) {
			s->pid = 0;
			return false;
		}
		if (connects(s->port) && connects((uint16_t)(s->port + 1)) && answers(s->port))
			return true;
		nanosleep(&moment, NULL);
	}
	die("swtpm doesn't answer on port %u", s->port);
}

static void end(struct es_swtpm *s)
{
	if (s->pid <= 0)
		return;
	kill(s->pid, SIGKILL);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	s->pid = 0;
}

static void begin(struct es_swtpm *s)
{
	for (unsigned try = 0; try < PORT_TRIES; try++) {
		pid_t parent = getpid();

		if (s->claim >= 0)
			close(s->claim);
		s->port = es_loopback_claim_pair(&s->claim);
		s->pid = fork();
		if (s->pid < 0)
			die("fork: %s", strerror(errno));
		if (s->pid == 0)
			child(s, parent);
		if (becomes_ready(s)) {
			snprintf(s->tcti, sizeof s->tcti, "swtpm:host=127.0.0.1,port=%u", s->port);
			return;
		}
	}
	die("swtpm doesn't start; see %s/log", s->folder);
}

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int shell(const char *format, ...)
{
	char line[4096];
	va_list args;
	int n, status;

	va_start(args, format);
	n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof line)
		die("too long a line");
	status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void new_state(struct es_swtpm *s)
{
	snprintf(s->folder, sizeof s->folder, "/tmp/etcseal-swtpm.XXXXXX");
	if (mkdtemp(s->folder) == NULL)
		die("mkdtemp: %s", strerror(errno));
	if (s->banks != NULL &&
	    shell("swtpm_setup --tpm2 --tpm-state %s --pcr-banks %s --overwrite >%s/setup 2>&1 && chown -R 0:0 %s",
		  s->folder, s->banks, s->folder, s->folder) != 0)
		die("swtpm_setup --pcr-banks %s failed; see %s/setup", s->banks, s->folder);
}

static struct es_swtpm *start(const char *banks, bool tpm12)
{
	struct es_swtpm *s = calloc(1, sizeof *s);

	if (s == NULL)
		die("out of memory");
	s->claim = -1;
	s->tpm12 = tpm12;
	s->banks = banks != NULL ? strdup(banks) : NULL;
	new_state(s);
	begin(s);
	return s;
}

struct es_swtpm *es_swtpm_start(void)
{
	return start(NULL, false);
}

struct es_swtpm *es_swtpm_start_banks(const char *banks)
{
	return start(banks, false);
}

struct es_swtpm *es_swtpm_start_12(void)
{
	return start(NULL, true);
}

void es_swtpm_stop(struct es_swtpm *s)
{
	if (s == NULL)
		return;
	end(s);
	close(s->claim);
	shell("rm -rf %s", s->folder);
	free(s->banks);
	free(s);
}

void es_swtpm_stopp(struct es_swtpm **s)
{
	es_swtpm_stop(*s);
	*s = NULL;
}

const char *es_swtpm_tcti(const struct es_swtpm *s)
{
	return s->tcti;
}

uint16_t es_swtpm_port(const struct es_swtpm *s)
{
	return s->port;
}

const char *es_swtpm_folder(const struct es_swtpm *s)
{
	return s->folder;
}

void es_swtpm_power_cycle(struct es_swtpm *s)
{
	end(s);
	begin(s);
}

void es_swtpm_reset(struct es_swtpm *s)
{
	if (shell("swtpm_ioctl --tcp 127.0.0.1:%u -i >%s/ioctl 2>&1", s->port + 1u, s->folder) != 0)
		die("swtpm_ioctl -i failed; see %s/ioctl", s->folder);
	es_swtpm_tool_ok(s, "tpm2_startup -c", NULL, 0);
}

void es_swtpm_clear(struct es_swtpm *s)
{
	es_swtpm_tool_ok(s, "tpm2_clear", NULL, 0);
}

void es_swtpm_replace(struct es_swtpm *s)
{
	end(s);
	shell("rm -rf %s", s->folder);
	new_state(s);
	begin(s);
}

int es_swtpm_tool(const struct es_swtpm *s, const char *line, char *ret_out, size_t cap)
{
	char out[96], scratch[65536];
	size_t n = 0;
	FILE *f;
	int status;

	snprintf(out, sizeof out, "%s/tool-output", s->folder);
	status = shell("cd %s && export TPM2TOOLS_TCTI=%s && { %s ; } >%s 2>%s/tool-errors </dev/null", s->folder,
		       s->tcti, line, out, s->folder);
	if (ret_out == NULL || cap == 0)
		return status;
	f = fopen(out, "r");
	if (f != NULL) {
		n = fread(scratch, 1, sizeof scratch, f);
		fclose(f);
	}
	if (n > cap - 1)
		n = cap - 1;
	memcpy(ret_out, scratch, n);
	ret_out[n] = '\0';
	return status;
}

void es_swtpm_tool_ok(const struct es_swtpm *s, const char *line, char *ret_out, size_t cap)
{
	int status = es_swtpm_tool(s, line, ret_out, cap);

	if (status == 0)
		return;
	shell("cat %s/tool-errors >&2", s->folder);
	die("%s: exit status %d", line, status);
}
