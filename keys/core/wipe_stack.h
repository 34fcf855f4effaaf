/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing what functions that have returned left on the stack: buffers of ours, and of libraries. Host only. */
#ifndef ES_CORE_WIPE_STACK_H
#define ES_CORE_WIPE_STACK_H

enum { ES_STACK_WIPED = 128 << 10 }; /* more than any of our calls takes; a test measures it */

/* Wipes that much below the caller's frame. What worked on plaintext is called, and then this: not inlined into the caller,
 * whose own frame stays as it is. */
void es_wipe_stack(void);
#define ES_OWN_FRAME __attribute__((noinline))

#endif
