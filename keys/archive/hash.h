/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree in 32 bytes: all that the archive keeps of it, and nothing else, so that two trees with the same hash give the
 * same configuration back. FORMAT.md, "config.cms", has the bytes. It stands in the encrypted manifest only: in the open
 * it would let anybody test a guess.
 */
#ifndef ES_ARCHIVE_HASH_H
#define ES_ARCHIVE_HASH_H

#include "keys/core/pcr.h"
#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

struct archive_entry;

/* The hash of no member at all. */
ES_MUST_CHECK enum es_reason es_tree_hash_start(struct es_digest *ret);
/* Goes on to the hash with one member more, in the archive's order; entry has its path. */
ES_MUST_CHECK enum es_reason es_tree_hash_add(struct es_digest *hash, struct archive_entry *entry, struct es_span data);

#endif
