/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacks a built archive into a fresh tree/ in the test's folder, and checks the result. */
#ifndef ES_TESTLIB_UNPACKING_H
#define ES_TESTLIB_UNPACKING_H

#include "keys/archive/archive.h"
#include "keys/tests/lib/tar_image.h"

int fresh_tree(void **state); /* tree/, emptied; the caller closes */
void unpacked(void **state, const struct tar_image *t);
void refused(void **state, const struct tar_image *t, enum es_reason reason, const char *member);

/* The manifest for /etc, and tree/etc/. */
void begin(struct tar_image *t);
/* One member in an otherwise valid archive, followed by a file that must not be created. */
void member_refused(void **state, const struct tar_member *m, enum es_reason reason);

#endif
