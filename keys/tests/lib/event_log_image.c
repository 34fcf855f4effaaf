/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/event_log_image.h"

#include "keys/crypto/hash.h"

#include <stdlib.h>
#include <string.h>

static struct es_writer writer_at_end(struct es_test_log *log)
{
	return (struct es_writer){ .data = log->bytes, .cap = sizeof log->bytes, .pos = log->len };
}

static void finish(struct es_test_log *log, const struct es_writer *w)
{
	if (w->bad)
		abort(); /* the test's own log is too long */
	log->len = w->pos;
}

void es_test_log_begin(struct es_test_log *log)
{
	struct es_writer w;

	memset(log, 0, sizeof *log);
	w = writer_at_end(log);
	es_write_le32(&w, 0);
	es_write_le32(&w, 3);
	es_write_zeros(&w, 20);
	es_write_le32(&w, 37);
	es_write_bytes(&w, "Spec ID Event03", 16);
	es_write_le32(&w, 0);
	es_write_bytes(&w, "\0\2\0\2", 4);
	es_write_le32(&w, 2);
	es_write_bytes(&w, "\x04\0\x14\0\x0b\0\x20\0", 8);
	es_write_zeros(&w, 1);
	finish(log, &w);
}

void es_test_log_event(struct es_test_log *log, unsigned pcr, uint32_t type, struct es_span measured,
		       struct es_span data)
{
	struct es_writer w = writer_at_end(log);
	struct es_digest digest;

	if (!es_sha256(&measured, 1, &digest))
		abort();
	es_write_le32(&w, pcr);
	es_write_le32(&w, type);
	es_write_le32(&w, 2);
	es_write_le16(&w, 4);
	es_write_zeros(&w, 20);
	es_write_le16(&w, 0xb);
	es_write_bytes(&w, digest.bytes, sizeof digest.bytes);
	es_write_le32(&w, (uint32_t)data.len);
	es_write_bytes(&w, data.data, data.len);
	finish(log, &w);
}

struct es_span es_test_log_span(const struct es_test_log *log)
{
	return (struct es_span){ log->bytes, log->len };
}
