/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error convention of keys/: a function that can fail returns a reason; ES_OK is zero. keys/ prints nothing and
 * ends no process. Callers report a reason by es_reason_words(), and add the details that they know. The reasons are in
 * keys/core/reasons.def.
 */
#ifndef ES_CORE_REASON_H
#define ES_CORE_REASON_H

enum es_reason {
#define ES_REASON(name, id, exit, what, next) name,
#include "keys/core/reasons.def"
#undef ES_REASON
	ES_REASON_COUNT
};

/* Exit codes of every etcseal program. FORMAT.md, "Exit codes". */
enum es_exit {
	ES_EXIT_DONE = 0,
	ES_EXIT_FAILED = 1,
	ES_EXIT_USAGE = 2,
	ES_EXIT_NOT_CONFIGURED = 3,
	ES_EXIT_LOCKED = 4,
	ES_EXIT_TAMPERED = 5,
	ES_EXIT_TPM = 6,
	ES_EXIT_WRONG_RECOVERY_KEY = 7,
};

struct es_words {
	const char *id; /* kebab-case, stable, for --json and logs: "pcr-mismatch" */
	enum es_exit exit;
	const char *what; /* what happened and why: one clause, no full stop */
	const char *next; /* what to do next: one sentence or two */
};

/* Never NULL; an unknown number gets the words of an internal error. */
const struct es_words *es_reason_words(enum es_reason reason);

#endif
