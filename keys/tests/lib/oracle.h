/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that we didn't write, run in a temporary folder, to check what we wrote. */
#ifndef ES_TESTLIB_ORACLE_H
#define ES_TESTLIB_ORACLE_H

#include "keys/core/buf.h"

#include <limits.h>

/* cmocka setup and teardown: *state becomes the folder, a text. */
int oracle_folder_make(void **state);
int oracle_folder_remove(void **state);

void oracle_write(void **state, const char *name, struct es_span bytes);
struct es_buf oracle_read(void **state, const char *name); /* the caller frees */

/* Runs a shell line in that folder, with standard error in the file "stderr"; returns the exit status. */
int oracle_shell(void **state, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The folder that this test was built in, which contains the programs. */
void oracle_build_folder(char ret[static PATH_MAX]);

#endif
