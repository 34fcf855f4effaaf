/* SPDX-License-Identifier: Apache-2.0 */
/* Erases what functions that have returned left on the stack: our buffers, and those of libraries. Host only. */
#ifndef ES_CORE_WIPE_STACK_H
#define ES_CORE_WIPE_STACK_H

enum { ES_STACK_WIPE_LEN = 128 << 10 }; /* more than any of our calls uses; a test measures it */

/* Wipes ES_STACK_WIPE_LEN bytes below the caller's frame. Call the function that works on plaintext first, then this
 * one. That function must not be inlined into the caller (ES_OWN_FRAME), whose own frame isn't wiped. */
void es_wipe_stack(void);
#define ES_OWN_FRAME __attribute__((noinline))

#endif
