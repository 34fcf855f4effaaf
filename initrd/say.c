/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/say.h"

#include "keys/store/sysfs.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Compares the underlying devices: /dev/console and /dev/ttyS0 may be the same. */
static bool same_terminal(int a, int b)
{
	unsigned int dev_a = 0, dev_b = 0;

	return ioctl(a, TIOCGDEV, &dev_a) == 0 && ioctl(b, TIOCGDEV, &dev_b) == 0 && dev_a == dev_b;
}

/* First number of /proc/sys/kernel/printk: the console shows messages of a lower level. */
static int read_console_level(void)
{
	char text[64];
	int level;

	if (es_sysfs_line("/proc/sys/kernel/printk", text, sizeof text) != ES_OK || sscanf(text, "%d", &level) != 1)
		return 0;
	return level;
}

void es_say_open(struct es_say *say, int console)
{
	*say = (struct es_say){ .err = STDERR_FILENO, .console = -1 };
	say->kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	/* If standard error is the console, a line that the kernel shows there too would appear twice. */
	if (isatty(STDERR_FILENO))
		say->console_level = read_console_level();
	if (console >= 0 && !same_terminal(console, STDERR_FILENO))
		say->console = console;
}

void es_say_close(struct es_say *say)
{
	if (say->kmsg >= 0)
		close(say->kmsg);
	say->kmsg = -1;
}

/* Ignores errors: nothing can be done about a console that doesn't accept a line. */
static void put(int fd, const char *line, size_t len)
{
	while (fd >= 0 && len > 0) {
		ssize_t n = write(fd, line, len);

		if (n <= 0)
			return;
		line += n;
		len -= (size_t)n;
	}
}

static void write_text(char text[static ES_SAY_MAX], const char *format, va_list args)
{
	if (vsnprintf(text, ES_SAY_MAX, format, args) < 0)
		text[0] = '\0';
	for (char *p = text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
}

static void put_log(const struct es_say *say, int level, const char *text)
{
	char line[ES_SAY_MAX + 32];
	int n = snprintf(line, sizeof line, "<%d>etcseal: %s\n", level, text);

	put(say->kmsg, line, (size_t)n);
}

void es_say(const struct es_say *say, enum es_level level, const char *format, ...)
{
	enum { DEBUG = 7 };
	char text[ES_SAY_MAX], line[ES_SAY_MAX + 32];
	va_list args;
	int n;

	va_start(args, format);
	write_text(text, format, args);
	va_end(args);
	n = snprintf(line, sizeof line, "etcseal: %s\n", text);
	put(say->err, line, (size_t)n);
	if (say->console >= 0) {
		n = snprintf(line, sizeof line, "etcseal: %s\r\n", text);
		put(say->console, line, (size_t)n);
	}
	put_log(say, (int)level < say->console_level ? DEBUG : (int)level, text);
}

void es_say_log(const struct es_say *say, const char *format, ...)
{
	char text[ES_SAY_MAX];
	va_list args;

	va_start(args, format);
	write_text(text, format, args);
	va_end(args);
	put_log(say, ES_SAY_INFO, text);
}
