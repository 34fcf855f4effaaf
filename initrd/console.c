/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/console.h"

#include "keys/core/wipe.h"

#include "initrd/fd.h"
#include "keys/core/defences.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

enum { DRAIN_MAX_MS = 3000 };

static int open_terminal(const char *path)
{
	/* Non-blocking for open() only, which would wait forever for the carrier of a serial line. */
	ES_FD fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	int flags;

	if (fd < 0 || !isatty(fd))
		return -1;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -1;
	return es_fd_take(&fd);
}

void es_console_open(struct es_console *console, const char *path)
{
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, &before);
	*console =
	    (struct es_console){ .fd = open_terminal(path != NULL ? path : "/dev/console"), .mask_before = before };
	console->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A received signal has done its work: it ended the question. The caller still decides how the boot continues. */
static void forget_signals(const struct es_console *console)
{
	struct signalfd_siginfo info;

	while (console->signals >= 0 && read(console->signals, &info, sizeof info) > 0)
		;
}

void es_console_close(struct es_console *console)
{
	es_console_restore(console);
	forget_signals(console);
	es_fd_closep(&console->fd);
	es_fd_closep(&console->signals);
	sigprocmask(SIG_SETMASK, &console->mask_before, NULL);
}

bool es_console_raw(struct es_console *console)
{
	struct termios t;

	if (console->fd < 0 || tcgetattr(console->fd, &console->before) < 0)
		return false;
	t = console->before;
	t.c_iflag &= ~(tcflag_t)(BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	t.c_iflag |= IGNBRK; /* a break on a serial line isn't input */
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ICANON | ISIG | IEXTEN);
	t.c_oflag &= ~(tcflag_t)OPOST;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	/* Not TCSAFLUSH, which waits for the output to be sent: a stuck serial line must not hold the boot up. */
	if (tcsetattr(console->fd, TCSANOW, &t) < 0)
		return false;
	console->raw = true;
	(void)tcflush(console->fd, TCIFLUSH);
	/* tcsetattr succeeds if it could make any of the changes. */
	if (tcgetattr(console->fd, &t) < 0 || (t.c_lflag & (ECHO | ECHONL | ICANON)) != 0) {
		es_console_restore(console);
		return false;
	}
	return true;
}

/* The kernel's line discipline keeps the last 4095 characters, read or not, for as long as the terminal is open: a
 * memory dump would show a key typed hours ago. A flush only resets the buffer to its start, so it is filled from
 * there. */
static void overwrite_typed(const struct es_console *console)
{
	enum { KEPT = 4095 };

	(void)tcflush(console->fd, TCIFLUSH);
	for (int i = 0; ES_WITH_WIPE && i < KEPT && ioctl(console->fd, TIOCSTI, "*") == 0; i++)
		;
	/* The next reader of this terminal must not get what is still unread. */
	(void)tcflush(console->fd, TCIFLUSH);
}

void es_console_restore(struct es_console *console)
{
	if (!console->raw)
		return;
	overwrite_typed(console);
	(void)tcsetattr(console->fd, TCSANOW, &console->before);
	console->raw = false;
}

enum es_input es_console_read(struct es_console *console, int timeout_ms, unsigned char *ret)
{
	for (;;) {
		struct pollfd fds[2] = { { .fd = console->fd, .events = POLLIN },
					 { .fd = console->signals, .events = POLLIN } };
		int n = poll(fds, 2, timeout_ms);

		if (n == 0)
			return ES_INPUT_TIMEOUT;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ES_INPUT_GONE;
		if (fds[1].revents != 0)
			return ES_INPUT_SIGNAL;
		ssize_t got = read(console->fd, ret, 1);

		if (got == 1)
			return ES_INPUT_BYTE;
		if (got == 0 || (errno != EINTR && errno != EAGAIN))
			return ES_INPUT_GONE;
	}
}

void es_console_drain(struct es_console *console, int quiet_ms, void (*take)(void *what, unsigned char c), void *what)
{
	unsigned char c;

	/* A line that never falls silent is cut off after DRAIN_MAX_MS bytes; each takes at most quiet_ms. */
	for (int bytes = 0; bytes < DRAIN_MAX_MS; bytes++) {
		if (es_console_read(console, quiet_ms, &c) != ES_INPUT_BYTE)
			return;
		take(what, c);
		es_wipe(&c, sizeof c);
	}
	(void)tcflush(console->fd, TCIFLUSH);
}

void es_console_put(const struct es_console *console, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(console->fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

void es_console_putf(const struct es_console *console, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	es_console_put(console, text);
}
