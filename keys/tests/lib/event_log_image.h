/* SPDX-License-Identifier: Apache-2.0 */
/* Small TCG event logs (SHA-1 and SHA-256 banks) for tests to break. */
#ifndef ES_TESTLIB_EVENT_LOG_IMAGE_H
#define ES_TESTLIB_EVENT_LOG_IMAGE_H

#include "keys/core/span.h"

enum {
	ES_TEST_LOG_MAX = 8192,
	ES_TEST_LOG_SIGNATURE = 32,   /* offset of "Spec ID Event03" */
	ES_TEST_LOG_ALGS = 32 + 24,   /* offset of the number of algorithms; then 4 bytes for each */
	ES_TEST_LOG_HEADER = 32 + 37, /* length of the header */
	/* offsets in an event */
	ES_TEST_EVENT_TYPE = 4,
	ES_TEST_EVENT_COUNT = 8,
	ES_TEST_EVENT_ALG2 = 12 + 2 + 20,
	ES_TEST_EVENT_SIZE = 12 + 2 + 20 + 2 + 32,
};

struct es_test_log {
	uint8_t bytes[ES_TEST_LOG_MAX];
	size_t len;
};

void es_test_log_begin(struct es_test_log *log);
/* The SHA-256 digest is that of `measured`, the SHA-1 digest is zeros. */
void es_test_log_event(struct es_test_log *log, unsigned pcr, uint32_t type, struct es_span measured,
		       struct es_span data);
struct es_span es_test_log_span(const struct es_test_log *log);

#endif
