/* SPDX-License-Identifier: Apache-2.0 */
/* A program's dispatch function, called as its user calls it, on a machine of the testlib. */
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

/* words are parted by single spaces; behind the program's name come the options that name the machine's parts. m may be
 * NULL: none of these. */
void command_prepare(struct command *command, const struct machine *m, const char *words);
int command_body(void *command); /* for capture() */

/* With the terminal at path as its own, and as its input and outputs: for pty_start(). */
int command_at_terminal(const char *path, void *command);

/* Prepares, captures, and fails the test if it ends with another exit code. ends may be NULL. */
void command_run(struct command *command, const struct machine *m, const char *words, int status,
		 const struct capture_ends *ends, struct captured *ret);

/* The same in the machine's folder, so that its files have short names. */
void command_run_there(struct command *command, const struct machine *m, const char *words, int status,
		       struct captured *ret);

void assert_says(const char *where, const char *text);

#endif
