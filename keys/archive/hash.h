/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree in 32 bytes: everything that the archive keeps of it, and nothing else, so that two trees with the same hash
 * restore the same configuration. FORMAT.md, "The hash of a tree", specifies the bytes. The hash is only in the
 * encrypted manifest: in the clear it would let anyone test a guess.
 */
#ifndef ES_ARCHIVE_HASH_H
#define ES_ARCHIVE_HASH_H

#include "keys/core/pcr.h"
#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

struct archive_entry;

/* The hash of no members. */
ES_MUST_CHECK enum es_reason es_tree_hash_start(struct es_digest *ret);
/* Adds one more member to the hash, in the archive's order; entry has its path. */
ES_MUST_CHECK enum es_reason es_tree_hash_add(struct es_digest *hash, struct archive_entry *entry, struct es_span data);

#endif
