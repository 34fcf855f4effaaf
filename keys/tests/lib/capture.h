/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a part of a program in a child, and keeps what it prints and how it ends. */
#ifndef ES_TESTLIB_CAPTURE_H
#define ES_TESTLIB_CAPTURE_H

enum { CAPTURE_MAX = 32 << 10 };

struct captured {
	int status; /* body's result; 128 + n if signal n ended it */
	char out[CAPTURE_MAX], err[CAPTURE_MAX];
};

/* Standard input is /dev/null, or the text `input`. stdout_path NULL: into ret->out; otherwise to that file
 * ("/dev/full"). */
struct capture_ends {
	const char *input, *stdout_path;
};
void capture(int (*body)(void *arg), void *arg, const struct capture_ends *ends, struct captured *ret);

#endif
