/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/pty.h"

#include "keys/core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

void pty_start(struct pty *p, int (*body)(const char *path, void *arg), void *arg)
{
	memset(p, 0, sizeof *p);
	p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(p->master >= 0);
	assert_int_equal(grantpt(p->master), 0);
	assert_int_equal(unlockpt(p->master), 0);
	assert_int_equal(ptsname_r(p->master, p->path, sizeof p->path), 0);
	/* Kept open here, so that the child's last output isn't lost with it. */
	p->slave = open(p->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(p->slave >= 0);
	fflush(NULL);
	p->child = fork();
	assert_true(p->child >= 0);
	if (p->child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* a failing test would leave it behind */
		close(p->master);
		close(p->slave);
		_exit(body(p->path, arg));
	}
}

/* Reads what arrives within ms; false if nothing did. */
static bool take(struct pty *p, int ms)
{
	struct pollfd fd = { .fd = p->master, .events = POLLIN };
	ssize_t n;

	if (poll(&fd, 1, ms) <= 0 || p->len + 1 >= sizeof p->out)
		return false;
	n = read(p->master, p->out + p->len, sizeof p->out - 1 - p->len);
	if (n <= 0)
		return false;
	p->len += (size_t)n;
	p->out[p->len] = '\0';
	return true;
}

void pty_expect(struct pty *p, const char *text)
{
	uint64_t end = es_monotonic_ms() + PTY_BOUND_MS;
	char *found;

	while ((found = strstr(p->out + p->seen, text)) == NULL) {
		if (es_monotonic_ms() > end) {
			kill(p->child, SIGKILL);
			fail_msg("\"%s\" wasn't shown, but:\n%s", text, p->out + p->seen);
		}
		(void)take(p, 100);
	}
	p->seen = (size_t)(found - p->out) + strlen(text);
}

void pty_type(struct pty *p, const char *text)
{
	assert_int_equal(write(p->master, text, strlen(text)), strlen(text));
}

void pty_hang_up(struct pty *p)
{
	if (p->master < 0)
		return;
	close(p->slave);
	close(p->master);
	p->slave = p->master = -1;
}

int pty_end(struct pty *p)
{
	uint64_t end = es_monotonic_ms() + PTY_BOUND_MS;
	int status = 0;

	while (waitpid(p->child, &status, WNOHANG) == 0) {
		if (es_monotonic_ms() > end) {
			kill(p->child, SIGKILL);
			waitpid(p->child, &status, 0);
			fail_msg("the program didn't end; it showed:\n%s", p->out);
		}
		if (p->master >= 0)
			(void)take(p, 20);
		else
			(void)poll(NULL, 0, 20);
	}
	while (p->master >= 0 && take(p, 0))
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct termios pty_settings(const struct pty *p)
{
	struct termios t;

	assert_int_equal(tcgetattr(p->slave, &t), 0);
	return t;
}

bool pty_showed_digits(const struct pty *p)
{
	unsigned row = 0;

	for (size_t i = 0; i < p->len; i++) {
		row = p->out[i] >= '0' && p->out[i] <= '9' ? row + 1 : 0;
		if (row == 3)
			return true;
	}
	return false;
}
