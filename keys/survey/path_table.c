/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/survey/path_table.h"

#include "keys/core/buf.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1 << 12 };

enum es_reason es_path_table_init(struct es_path_table *t)
{
	struct es_path_table new = { .slot_count = FIRST_SLOTS };
	enum es_reason r = es_random_bytes(&new.seed, sizeof new.seed);

	if (r != ES_OK)
		return r;
	new.slots = malloc(FIRST_SLOTS * sizeof new.slots[0]);
	if (new.slots == NULL)
		return ES_MEMORY;
	memset(new.slots, 0xff, FIRST_SLOTS * sizeof new.slots[0]);
	*t = new;
	return ES_OK;
}

void es_path_table_free(struct es_path_table *t)
{
	free(t->entries);
	free(t->sums);
	free(t->slots);
	*t = (struct es_path_table){ .seed = 0 };
}

/* FNV-1a over eight bytes at a time: hundreds of thousands of paths have to be looked up. */
static uint64_t hash_of(const struct es_path_table *t, struct es_span path)
{
	uint64_t hash = t->seed ^ 0xcbf29ce484222325u;

	while (path.len > 0) {
		uint64_t word = 0;
		size_t n = path.len < sizeof word ? path.len : sizeof word;

		memcpy(&word, path.data, n);
		hash = (hash ^ word) * 0x100000001b3u;
		hash ^= hash >> 29;
		path.data += n;
		path.len -= n;
	}
	return hash ^ hash >> 32;
}

/* The slot that has the path, or the empty one where it belongs. */
static size_t slot_of(const struct es_path_table *t, struct es_span path, uint64_t hash)
{
	size_t at = hash & (t->slot_count - 1);

	for (; t->slots[at] != ES_NO_ENTRY; at = (at + 1) & (t->slot_count - 1)) {
		const struct es_path_entry *e = &t->entries[t->slots[at]];

		if (e->hash == hash && e->path.len == path.len && memcmp(e->path.data, path.data, path.len) == 0)
			break;
	}
	return at;
}

uint32_t es_path_table_find(const struct es_path_table *t, struct es_span path)
{
	return t->slots[slot_of(t, path, hash_of(t, path))];
}

/* Keeps half of the slots empty. */
static enum es_reason grow_slots(struct es_path_table *t)
{
	size_t count = t->slot_count * 2;
	uint32_t *slots = malloc(count * sizeof slots[0]);

	if (slots == NULL)
		return ES_MEMORY;
	memset(slots, 0xff, count * sizeof slots[0]);
	for (size_t i = 0; i < t->count; i++) {
		size_t at = t->entries[i].hash & (count - 1);

		while (slots[at] != ES_NO_ENTRY)
			at = (at + 1) & (count - 1);
		slots[at] = (uint32_t)i;
	}
	free(t->slots);
	t->slots = slots;
	t->slot_count = count;
	return ES_OK;
}

static enum es_reason make_room(void **items, size_t size, size_t count, size_t *room)
{
	void *grown = count < ES_PATH_ENTRIES_MAX ? es_grow(*items, count, room, size) : NULL;

	if (grown == NULL)
		return count < ES_PATH_ENTRIES_MAX ? ES_MEMORY : ES_TOO_LARGE;
	*items = grown;
	return ES_OK;
}

enum es_reason es_path_table_put(struct es_path_table *t, struct es_span path, uint32_t *ret)
{
	uint64_t hash = hash_of(t, path);
	size_t at = slot_of(t, path, hash);
	enum es_reason r;

	if (t->slots[at] != ES_NO_ENTRY) {
		*ret = t->slots[at];
		return ES_OK;
	}
	r = make_room((void **)&t->entries, sizeof t->entries[0], t->count, &t->room);
	if (r == ES_OK && (t->count + 1) * 2 > t->slot_count) {
		r = grow_slots(t);
		at = slot_of(t, path, hash);
	}
	if (r != ES_OK)
		return r;
	t->entries[t->count] =
	    (struct es_path_entry){ .path = path, .hash = hash, .sum = ES_NO_ENTRY, .moved_to = ES_NO_ENTRY };
	t->slots[at] = (uint32_t)t->count;
	*ret = (uint32_t)t->count++;
	return ES_OK;
}

static enum es_reason put_for(struct es_path_table *t, struct es_span path, const char *package, uint32_t *ret)
{
	uint32_t at;
	enum es_reason r = es_path_table_put(t, path, &at);

	if (r != ES_OK)
		return r;
	if (t->entries[at].moved_to != ES_NO_ENTRY && strcmp(t->entries[at].moved_by, package) != 0)
		at = t->entries[at].moved_to;
	*ret = at;
	return ES_OK;
}

enum es_reason es_path_table_own(struct es_path_table *t, struct es_span path, const char *package)
{
	uint32_t at;
	enum es_reason r = put_for(t, path, package, &at);
	struct es_path_entry *e;

	if (r != ES_OK)
		return r;
	e = &t->entries[at];
	/* A folder is many packages': the first by name, so that the answer doesn't depend on the order of reading. */
	if (e->owner == NULL || (e->sum == ES_NO_ENTRY && strcmp(package, e->owner) < 0))
		e->owner = package;
	return ES_OK;
}

enum es_reason es_path_table_own_sum(struct es_path_table *t, struct es_span path, const char *package,
				     const uint8_t md5[static ES_MD5_LEN])
{
	uint32_t at;
	enum es_reason r = put_for(t, path, package, &at);
	struct es_path_entry *e;

	if (r == ES_OK)
		r = make_room((void **)&t->sums, sizeof t->sums[0], t->sum_count, &t->sum_room);
	if (r != ES_OK)
		return r;
	e = &t->entries[at];
	if (e->owner == NULL || e->sum == ES_NO_ENTRY || strcmp(package, e->owner) < 0)
		e->owner = package;
	t->sums[t->sum_count].next = e->sum;
	memcpy(t->sums[t->sum_count].md5, md5, ES_MD5_LEN);
	e->sum = (uint32_t)t->sum_count++;
	return ES_OK;
}
