/* SPDX-License-Identifier: Apache-2.0 */
/* Calls a program's dispatch function as its user would, on a test machine. */
#ifndef ES_TESTLIB_COMMAND_H
#define ES_TESTLIB_COMMAND_H

#include "keys/core/reason.h"
#include "keys/tests/lib/capture.h"
#include "keys/tests/lib/machine.h"

enum { COMMAND_WORDS_MAX = 40 };

typedef enum es_exit dispatch_fn(int argc, char *const *argv);

struct command {
	dispatch_fn *dispatch;
	char text[2048];
	char *words[COMMAND_WORDS_MAX];
	int count;
};

/* words are separated by single spaces. The options that name the machine's parts are inserted after the program's
 * name. m may be NULL: no such options. */
void command_prepare(struct command *command, const struct machine *m, const char *words);
int command_body(void *command); /* for capture() */

/* With the terminal at path as its controlling terminal, input and outputs: for pty_start(). */
int command_at_terminal(const char *path, void *command);

/* Prepares, captures, and fails the test if the exit code differs. ends may be NULL. */
void command_run(struct command *command, const struct machine *m, const char *words, int status,
		 const struct capture_ends *ends, struct captured *ret);

/* The same in a folder, so that its files have short names: the test's, or the machine's. */
void command_run_in(struct command *command, const char *folder, const char *words, int status, struct captured *ret);
void command_run_there(struct command *command, const struct machine *m, const char *words, int status,
		       struct captured *ret);

void assert_says(const char *where, const char *text);

#endif
