/* SPDX-License-Identifier: Apache-2.0 */
/* Ports on 127.0.0.1 for a test's own servers. A failure ends the test program. */
#ifndef ES_TESTLIB_LOOPBACK_H
#define ES_TESTLIB_LOOPBACK_H

#include <stdbool.h>
#include <stdint.h>

/* Two adjacent ports that are free now: tpm2-tss expects swtpm's control channel on the next port. */
uint16_t es_loopback_free_pair(void);
/* The same, and no other test gets them as long as *ret_claim is open: a server that is still starting doesn't hold its
 * ports yet, and a client might reach someone else's server there. */
uint16_t es_loopback_claim_pair(int *ret_claim);
int es_loopback_listen(uint16_t port);  /* -1: in use by now */
int es_loopback_connect(uint16_t port); /* -1: nothing listens */

#endif
