/* SPDX-License-Identifier: Apache-2.0 */
/* Ports on 127.0.0.1 for a test's own servers. What fails ends the test program. */
#ifndef ES_TESTLIB_LOOPBACK_H
#define ES_TESTLIB_LOOPBACK_H

#include <stdbool.h>
#include <stdint.h>

/* Two neighbours that are free now: tpm2-tss takes swtpm's control channel to be at the next port. */
uint16_t es_loopback_free_pair(void);
/* The same, and no other test gets them as long as *ret_claim is open: a server that is only being started doesn't
 * hold its ports yet, and who connects to them would be served by somebody else's. */
uint16_t es_loopback_claim_pair(int *ret_claim);
int es_loopback_listen(uint16_t port);  /* -1: taken meanwhile */
int es_loopback_connect(uint16_t port); /* -1: nobody listens */

#endif
