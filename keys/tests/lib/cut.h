/* SPDX-License-Identifier: Apache-2.0 */
/* Ends a function with SIGKILL as it enters its nth system call: only what it had done by then remains. */
#ifndef ES_TESTLIB_CUT_H
#define ES_TESTLIB_CUT_H

#include <stdbool.h>

typedef void cut_fn(void *arg);

/* Runs work(arg) in a child. True: it was killed at system call number nth (from 0). False: it had ended before. */
bool cut_at(unsigned nth, cut_fn *work, void *arg);

#endif
