/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another user of the host waits at a path that root names. True: they got hold of what was written, or root used what
 * they put there. tools/tests/test-path.c shows that none succeeds, and tools/tests/test-without-path-checks.c that
 * each would.
 */
#ifndef ES_TESTLIB_PATH_ATTACKS_H
#define ES_TESTLIB_PATH_ATTACKS_H

#include "keys/tests/lib/command.h"

/* Extracted files land where they choose: through a symlink at the path's end, or along it. */
bool attack_extract_by_link(dispatch_fn *dispatch);
bool attack_extract_by_link_on_the_way(dispatch_fn *dispatch);
/* They can move it away, from their own folder, or from one that everybody can write to. */
bool attack_extract_in_their_folder(dispatch_fn *dispatch);
bool attack_extract_in_shared_folder(dispatch_fn *dispatch);
/* It is written into a folder of theirs. */
bool attack_extract_into_their_folder(dispatch_fn *dispatch);
/* A boot image overwrites a file of root's. */
bool attack_image_by_link(dispatch_fn *dispatch);
/* The image carries, and is signed with, a key of theirs; or the recovery key comes from a file of theirs. */
bool attack_policy_key(dispatch_fn *dispatch);
/* The same for Secure Boot: the key, or its certificate, is in a folder of theirs; or a symlink of theirs leads to
 * it. */
bool attack_sign_key(dispatch_fn *dispatch);
bool attack_sign_cert(dispatch_fn *dispatch);
bool attack_sign_key_by_link(dispatch_fn *dispatch);
bool attack_recovery_key(dispatch_fn *dispatch);
/* What is saved is a tree of theirs. */
bool attack_run_folder(dispatch_fn *dispatch);

#endif
