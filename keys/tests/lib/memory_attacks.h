/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program leaves of the configuration where it may be found later: in pages that can be swapped, while it works, and
 * in its memory, once its work is done. True is: the attack succeeded. tools/tests/test-memory.c shows that none does, and
 * tools/tests/test-without-*.c that each would, were it not for the one defence.
 */
#ifndef ES_TESTLIB_MEMORY_ATTACKS_H
#define ES_TESTLIB_MEMORY_ATTACKS_H

#include "keys/tests/lib/command.h"

/* A part of its memory can be swapped: while it waits for changes; and while it has the plaintext in hand, which the test
 * makes sure of. */
bool attack_swap_of_watch(dispatch_fn *dispatch);
bool attack_swap_of_backup(dispatch_fn *dispatch);
bool attack_swap_of_diff(dispatch_fn *dispatch);
bool attack_swap_of_extract(dispatch_fn *dispatch);
/* The same of the verbs for boot images, when they are about to read the configuration's key, or a vendor's. */
bool attack_swap_of_pinning(dispatch_fn *dispatch);
bool attack_swap_of_policy_key(dispatch_fn *dispatch);
bool attack_swap_of_sign_policy(dispatch_fn *dispatch);

/* Content, attributes, a link's target, a name or the configuration's key are found in its memory. */
bool attack_find_plaintext_in_watch(dispatch_fn *dispatch); /* after two saves, still running */
bool attack_find_plaintext_after_extract(dispatch_fn *dispatch);
/* Every other verb that has to do with it, one after the other. */
bool attack_find_plaintext_after_verbs(dispatch_fn *dispatch);
bool attack_find_plaintext_after_boot(dispatch_fn *dispatch); /* the boot helper's way, on a host made by the command */

/* False under AddressSanitizer, where each would succeed and so none is taken to. */
bool memory_attacks_can_see(void);

#endif
