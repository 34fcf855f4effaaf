/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counters that a host has in its TPM: one for its own generations, one for its vendor's. On a refusal, the detail
 * is the TPM's words. es_host_counter (host.h) reads the first.
 */
#ifndef ES_HOST_COUNTER_H
#define ES_HOST_COUNTER_H

#include "keys/host/host.h"

/* Makes the counter if there is none; one that an earlier installation left is used and goes on counting. *ret_value,
 * which may be NULL: its value now. */
ES_MUST_CHECK enum es_reason es_host_counter_make(struct es_host *host, uint64_t *ret_value);
/* Where a counter that doesn't exist yet, or was never counted, will begin; 0: there is one that counts. */
ES_MUST_CHECK enum es_reason es_host_counter_predict(struct es_host *host, uint64_t *ret_begins_at);
/* Makes the counter, but doesn't count it. */
ES_MUST_CHECK enum es_reason es_host_counter_define(struct es_host *host);
ES_MUST_CHECK enum es_reason es_host_counter_increment(struct es_host *host);
ES_MUST_CHECK enum es_reason es_host_counter_delete(struct es_host *host);

/* The counter of a vendor's generations. The first makes it if there is none, the second reads it. */
ES_MUST_CHECK enum es_reason es_host_vendor_counter_make(struct es_host *host, uint64_t *ret_value);
ES_MUST_CHECK enum es_reason es_host_vendor_counter(struct es_host *host, uint64_t *ret_value);

#endif
