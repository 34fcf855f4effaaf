/* SPDX-License-Identifier: Apache-2.0 */
/* Private to keys/archive: one block of LZ4 (lz4_Block_format.md of the LZ4 project). */
#ifndef ES_ARCHIVE_LZ4_H
#define ES_ARCHIVE_LZ4_H

#include "keys/core/span.h"

/* False if the block is malformed, or has more than cap bytes. */
bool es_lz4_block(struct es_span block, uint8_t *into, size_t cap, size_t *ret_len);

#endif
