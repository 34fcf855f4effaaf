/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that changes what a host keeps, or opens it, in one table: the power cuts and the TPM's faults both go through it. A
 * verb added to the product joins by a line.
 */
#ifndef ES_TESTLIB_VERBS_H
#define ES_TESTLIB_VERBS_H

#include "keys/tests/lib/endured.h"

struct verb {
	const char *name;
	/* What a guest's owner types, each in a host that the lines before have left; NULL: nothing that writes a disk. */
	const char *command;
	/* Brings a fresh, unconfigured host to where the verb can run, all in order. NULL: that is where it starts. */
	void (*prepare)(struct endured *h);
	/* ENDURED_NEW lies in the tree. ES_OK: done, and what the tree holds is saved (or was opened). */
	enum es_reason (*run)(struct endured *h);
	bool opens; /* it is a boot: nothing new is saved */
};

extern const struct verb verbs[];
extern const unsigned verb_count;

#endif
