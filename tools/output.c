/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/output.h"

#include "keys/core/secret.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

enum { TEXT_MAX = 1024 };

void es_replace_controls(char *text)
{
	for (unsigned char *t = (unsigned char *)text; *t != '\0'; t++)
		if (*t < 0x20 || *t == 0x7f || (*t >= 0x80 && *t < 0xa0 && t > (unsigned char *)text && t[-1] == 0xc2))
			*t = '?'; /* control characters; C1 ones move a terminal's cursor too */
}

void es_line(const struct es_args *args, const char *format, ...)
{
	va_list list;

	if (args->json)
		return;
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
}

void es_warn(const char *format, ...)
{
	char text[TEXT_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	es_replace_controls(text);
	fflush(stdout);
	fprintf(stderr, "etcseal: warning: %s\n", text);
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static enum es_exit not_written(void)
{
	fprintf(stderr, "etcseal: can't write the output: %s\n", strerror(errno));
	return ES_EXIT_FAILED;
}

enum es_exit es_print(es_fill_fn *fill, const void *what)
{
	struct es_writer w = { NULL, 0, 0, false };
	ES_SECRET text = NULL;

	fill(&w, what);
	if (w.pos == 0)
		return ES_EXIT_DONE;
	if (es_secret_new(w.pos, &text) != ES_OK) {
		errno = ENOMEM;
		return not_written();
	}
	w = (struct es_writer){ es_secret_data(text), es_secret_len(text), 0, false };
	fill(&w, what);
	if (w.bad)
		errno = EOVERFLOW;
	if (w.bad || fflush(stdout) != 0 || !write_all(STDOUT_FILENO, es_secret_bytes(text), w.pos))
		return not_written();
	return ES_EXIT_DONE;
}

bool es_output_finish(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	not_written();
	return false;
}

struct failure {
	const struct es_args *args;
	const struct es_words *words;
	const char *detail;
};

static void fill_failure(struct es_writer *w, const void *what)
{
	const struct failure *f = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_object(&j, "error");
	es_emit_text(&j, "verb", f->args->name);
	es_emit_text(&j, "id", f->words->id);
	es_emit_text(&j, "what", f->words->what);
	es_emit_text(&j, "detail", f->detail);
	es_emit_text(&j, "next", f->words->next);
	es_emit_end(&j);
	es_emit_end(&j);
}

void es_print_failure(const char *head, const char *detail, const char *next)
{
	char shown[TEXT_MAX];

	fflush(stdout);
	snprintf(shown, sizeof shown, "%s", detail);
	es_replace_controls(shown);
	fprintf(stderr, "etcseal: %s%s%s\n  Next: %s\n", head, shown[0] != '\0' ? ": " : "", shown, next);
}

enum es_exit es_fail_words(const struct es_args *args, const struct es_words *words, const char *detail)
{
	const char *act = args->verb != NULL && args->verb->act != NULL ? args->verb->act : args->name;
	const struct failure f = { args, words, detail };
	char head[TEXT_MAX];

	snprintf(head, sizeof head, "cannot %s: %s", act, words->what);
	es_print_failure(head, detail, words->next);
	if (args->json && es_print(fill_failure, &f) != ES_EXIT_DONE)
		return ES_EXIT_FAILED;
	return words->exit;
}

enum es_exit es_fail(const struct es_args *args, enum es_reason reason, const char *detail)
{
	return es_fail_words(args, es_reason_words(reason), detail);
}

enum es_exit es_usage_error(const struct es_args *args, const char *format, ...)
{
	char text[TEXT_MAX], next[ES_VERB_TEXT + 24];
	struct es_words words = { "usage", ES_EXIT_USAGE, text, next };
	const struct failure f = { args, &words, "" };
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	es_replace_controls(text);
	snprintf(next, sizeof next, "See `etcseal help%s%s`.", args->name[0] != '\0' ? " " : "", args->name);
	fflush(stdout);
	fprintf(stderr, "etcseal: %s\n  Next: %s\n", text, next);
	if (args->json && es_print(fill_failure, &f) != ES_EXIT_DONE)
		return ES_EXIT_FAILED;
	return ES_EXIT_USAGE;
}

static void note(const char *text)
{
	openlog("etcseal", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_NOTICE, "%s", text);
	closelog();
}

void es_note(const char *format, ...)
{
	char text[TEXT_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	es_replace_controls(text);
	note(text);
}

void es_done(const struct es_args *args, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	es_replace_controls(text);
	es_line(args, "%s", text);
	note(text);
}
