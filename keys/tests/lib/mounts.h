/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts that no other process sees, and that disappear with the test. */
#ifndef ES_TESTLIB_MOUNTS_H
#define ES_TESTLIB_MOUNTS_H

/* cmocka group setup: the program gets a mount namespace of its own. */
int mounts_own(void **state);

/* cmocka setup and teardown: *state becomes a temporary folder (as oracle_folder_make's) on a tmpfs, which disappears
 * with everything mounted below it. */
int mounts_folder_make(void **state);
int mounts_folder_remove(void **state);

#endif
