/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counters that a host has in its TPM: of its own generations, and of its vendor's. A refusal has the TPM's words as its
 * detail. es_host_counter (host.h) reads the first.
 */
#ifndef ES_HOST_COUNTER_H
#define ES_HOST_COUNTER_H

#include "keys/host/host.h"

/* Made, if there is none; one that an earlier installation left goes on counting. *ret_value, or NULL: where it is now. */
ES_MUST_CHECK enum es_reason es_host_counter_make(struct es_host *host, uint64_t *ret_value);
/* Where a counter that doesn't exist yet, or was never counted, will begin; 0: there is one that counts. */
ES_MUST_CHECK enum es_reason es_host_counter_predict(struct es_host *host, uint64_t *ret_begins_at);
/* Made, and not counted. */
ES_MUST_CHECK enum es_reason es_host_counter_define(struct es_host *host);
ES_MUST_CHECK enum es_reason es_host_counter_increment(struct es_host *host);
ES_MUST_CHECK enum es_reason es_host_counter_delete(struct es_host *host);

/* The counter of a vendor's generations: made, if there is none; read. */
ES_MUST_CHECK enum es_reason es_host_vendor_counter_make(struct es_host *host, uint64_t *ret_value);
ES_MUST_CHECK enum es_reason es_host_vendor_counter(struct es_host *host, uint64_t *ret_value);

#endif
