/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a piece of a program in a child, and keeps what it prints and how it ends. */
#ifndef ES_TESTLIB_CAPTURE_H
#define ES_TESTLIB_CAPTURE_H

enum { CAPTURE_MAX = 32 << 10 };

struct captured {
	int status; /* what body returned; 128 + n if signal n ended it */
	char out[CAPTURE_MAX], err[CAPTURE_MAX];
};

/* Standard input is /dev/null, or input's text. stdout_path NULL: into ret->out; else to that file ("/dev/full"). */
struct capture_ends {
	const char *input, *stdout_path;
};
void capture(int (*body)(void *arg), void *arg, const struct capture_ends *ends, struct captured *ret);

#endif
