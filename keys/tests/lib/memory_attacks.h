/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program leaves of the configuration where it may be found later: in pages that can be swapped while it works,
 * and in its memory after its work is done. True: the attack succeeded. tools/tests/test-memory.c shows that none does,
 * and tools/tests/test-without-*.c that each would without the one defence.
 */
#ifndef ES_TESTLIB_MEMORY_ATTACKS_H
#define ES_TESTLIB_MEMORY_ATTACKS_H

#include "keys/tests/lib/command.h"

/* A part of its memory can be swapped: while it waits for changes; and while it holds the plaintext, which the test
 * ensures. */
bool attack_swap_of_watch(dispatch_fn *dispatch);
bool attack_swap_of_backup(dispatch_fn *dispatch);
bool attack_swap_of_diff(dispatch_fn *dispatch);
bool attack_swap_of_extract(dispatch_fn *dispatch);
/* The same of the verbs for boot images, when they are about to read the configuration's key, or a vendor's. */
bool attack_swap_of_pinning(dispatch_fn *dispatch);
bool attack_swap_of_policy_key(dispatch_fn *dispatch);
bool attack_swap_of_sign_policy(dispatch_fn *dispatch);

/* Content, attributes, a link's target, a name or the config key is found in its memory. */
bool attack_find_plaintext_in_watch(dispatch_fn *dispatch); /* after two saves, still running */
bool attack_find_plaintext_after_extract(dispatch_fn *dispatch);
/* Every other verb that handles the configuration, one after the other. */
bool attack_find_plaintext_after_verbs(dispatch_fn *dispatch);
/* the boot helper's steps, on a host made by the command */
bool attack_find_plaintext_after_boot(dispatch_fn *dispatch);

/* False under AddressSanitizer, under which every attack would succeed; the tests then don't run them. */
bool memory_attacks_can_see(void);

#endif
