/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that changes what a host stores, or opens it, in one table, for both the power cuts and the TPM faults. A
 * verb that is added to the product needs a line here.
 */
#ifndef ES_TESTLIB_VERBS_H
#define ES_TESTLIB_VERBS_H

#include "keys/tests/lib/endured.h"

struct verb {
	const char *name;
	/* What a guest's owner types, each on the host that the previous lines have left; NULL: nothing that writes to
	 * a disk. */
	const char *command;
	/* Brings a fresh, unconfigured host to the state in which the verb can run, without faults. NULL: it can run
	 * there at once. */
	void (*prepare)(struct endured *h);
	/* ENDURED_NEW is in the tree. ES_OK: done, and the tree's content is saved (or was opened). */
	enum es_reason (*run)(struct endured *h);
	bool opens; /* it is a boot: nothing new is saved */
};

extern const struct verb verbs[];
extern const unsigned verb_count;

#endif
