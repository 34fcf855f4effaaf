/* SPDX-License-Identifier: Apache-2.0 */
/* Output: lines, JSON, secrets; and the form of a failure. Every write is checked. */
#ifndef ES_TOOLS_OUTPUT_H
#define ES_TOOLS_OUTPUT_H

#include "keys/core/span.h"
#include "tools/json_out.h"
#include "tools/verb.h"

/* A line to standard output, unless --json is given: then the verb prints an object instead. */
__attribute__((format(printf, 2, 3))) void es_line(const struct es_args *args, const char *format, ...);
/* "etcseal: warning: …" to standard error. */
__attribute__((format(printf, 1, 2))) void es_warn(const char *format, ...);

/* Called twice with the same `what`: once to measure the length, once to write. */
typedef void es_fill_fn(struct es_writer *w, const void *what);
/* Writes to standard output at once, from a buffer that is locked and wiped: the text may hold a secret. */
enum es_exit es_print(es_fill_fn *fill, const void *what);

/* "etcseal: cannot ACT: what: detail" and "Next: …" to standard error; with --json an error object too. Returns the
 * exit code. detail may be "" and may come from the disk: control characters are shown as '?'. */
enum es_exit es_fail(const struct es_args *args, enum es_reason reason, const char *detail);
/* The same with the caller's own words. */
enum es_exit es_fail_words(const struct es_args *args, const struct es_words *words, const char *detail);
/* "etcseal: head: detail" and "Next: next" to standard error, without JSON: for a verb that prints an answer of its
 * own. */
void es_print_failure(const char *head, const char *detail, const char *next);
__attribute__((format(printf, 2, 3))) enum es_exit es_usage_error(const struct es_args *args, const char *format, ...);

/* To the system log (authpriv): a change, a listing or an extraction leaves a trace. Never a secret. */
__attribute__((format(printf, 1, 2))) void es_note(const char *format, ...);
/* Reports a change that was made: es_line and es_note. */
__attribute__((format(printf, 2, 3))) void es_done(const struct es_args *args, const char *format, ...);

/* Whether all of standard output was written; reports it if not. */
bool es_output_finish(void);

/* Replaces control characters by '?', also the C1 ones in UTF-8; other UTF-8 is left alone. */
void es_replace_controls(char *text);

#endif
