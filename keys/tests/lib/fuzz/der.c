/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/fuzz/der.h"

#include <stdbool.h>
#include <string.h>

enum { NODES_MAX = 96, ROOM = 128 << 10, CONTENT_MAX = 4096, CONSTRUCTED = 0x20 };

struct node {
	uint8_t tag;
	size_t begin, end; /* its content */
	int next;          /* the node after it and everything in it */
};

struct tree {
	const uint8_t *data;
	struct node node[NODES_MAX];
	int count;
};

/* Reads what looks like a field at *at; false: it isn't one. */
static bool read_field(const uint8_t *data, size_t *at, size_t end, struct node *ret)
{
	size_t len;

	if (end - *at < 2)
		return false;
	ret->tag = data[(*at)++];
	len = data[(*at)++];
	if (len >= 0x80) {
		size_t bytes = len - 0x80;

		if (bytes == 0 || bytes > 3 || bytes > end - *at)
			return false;
		for (len = 0; bytes > 0; bytes--)
			len = len << 8 | data[(*at)++];
	}
	if (len > end - *at)
		return false;
	ret->begin = *at;
	ret->end = *at = *at + len;
	return true;
}

static bool parse(struct tree *t, size_t at, size_t end)
{
	while (at < end) {
		int self = t->count;

		if (self == NODES_MAX || !read_field(t->data, &at, end, &t->node[self]))
			return false;
		t->count++;
		if ((t->node[self].tag & CONSTRUCTED) != 0 && !parse(t, t->node[self].begin, t->node[self].end)) {
			/* The content isn't fields: treat it as a whole. */
			t->count = self + 1;
			t->node[self].tag &= (uint8_t)~CONSTRUCTED;
		}
		t->node[self].next = t->count;
	}
	return true;
}

enum change { CONTENT, TAG, DROP, TWICE, LONG_LENGTH, WRONG_LENGTH, EMPTY, REPLACED, FOLLOWED, CHANGES };

struct out {
	uint8_t data[ROOM];
	size_t len;
	bool full;
	const struct tree *tree;
	int at; /* the node to change */
	enum change change;
	unsigned seed;
	size_t added; /* by the change, to know how much room there was */
};

static void put(struct out *o, const void *data, size_t len)
{
	if (len > sizeof o->data - o->len) {
		o->full = true;
		return;
	}
	memcpy(o->data + o->len, data, len);
	o->len += len;
}

/* What was written since `from` becomes the content of a field. bytes: size of the length, 0 for the shortest form. */
static void enclose(struct out *o, size_t from, uint8_t tag, long more, unsigned bytes)
{
	size_t len = o->len - from, says = (size_t)((long)len + more), head = 0;
	uint8_t text[8];

	text[head++] = tag;
	if (says < 0x80 && bytes == 0) {
		text[head++] = (uint8_t)says;
	} else {
		while (bytes < 4 && (bytes == 0 || says >> 8 * bytes != 0))
			bytes++;
		text[head++] = (uint8_t)(0x80 | bytes);
		for (unsigned i = bytes; i > 0; i--)
			text[head++] = (uint8_t)(says >> 8 * (i - 1));
	}
	if (head > sizeof o->data - o->len) {
		o->full = true;
		return;
	}
	memmove(o->data + from + head, o->data + from, len);
	memcpy(o->data + from, text, head);
	o->len += head;
}

static void put_node(struct out *o, int self);

static void put_children(struct out *o, int self)
{
	const struct node *n = &o->tree->node[self];

	if ((n->tag & CONSTRUCTED) == 0)
		put(o, o->tree->data + n->begin, n->end - n->begin);
	else
		for (int i = self + 1; i < n->next; i = o->tree->node[i].next)
			put_node(o, i);
}

static const uint8_t tags[] = { 0x02, 0x04, 0x06, 0x30, 0x31, 0x80, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0x05, 0x24, 0x00 };

static void put_mutated(struct out *o, const struct node *n)
{
	uint8_t room[CONTENT_MAX];
	size_t len = n->end - n->begin;

	if (len > sizeof room / 2)
		len = sizeof room / 2;
	if (len > 0)
		memcpy(room, o->tree->data + n->begin, len);
	/* Half of the time with the same length: otherwise a key, nonce or tag would be refused for its length
	 * alone. */
	len = LLVMFuzzerMutate(room, len, (o->seed & 0x10000) != 0 && len > 0 ? len : sizeof room);
	put(o, room, len);
}

static void put_changed(struct out *o, int self)
{
	const struct node *n = &o->tree->node[self];
	size_t from = o->len;
	uint8_t tag = n->tag;
	long more = 0;
	unsigned bytes = 0;

	o->at = -1; /* once */
	switch (o->change) {
	case CONTENT:
		put_mutated(o, n);
		break;
	case DROP:
		return;
	case EMPTY:
		break;
	case REPLACED:
		put_node(o, (int)(o->seed >> 8) % o->tree->count);
		return;
	case TWICE:
		put_node(o, self);
		from = o->len;
		put_children(o, self);
		break;
	case TAG:
		tag = tags[(o->seed >> 8) % sizeof tags];
		put_children(o, self);
		break;
	case LONG_LENGTH:
		bytes = 1 + (o->seed >> 8) % 4;
		put_children(o, self);
		break;
	case WRONG_LENGTH:
		more = (o->seed & 0x100) != 0 ? 1 : -1;
		put_children(o, self);
		break;
	default:
		put_children(o, self);
		enclose(o, from, tag, 0, 0);
		from = o->len;
		tag = tags[(o->seed >> 8) % sizeof tags];
	}
	enclose(o, from, tag, more, bytes);
}

static void put_node(struct out *o, int self)
{
	size_t from = o->len;

	if (o->full)
		return;
	if (self == o->at) {
		put_changed(o, self);
		return;
	}
	put_children(o, self);
	enclose(o, from, o->tree->node[self].tag, 0, 0);
}

size_t fuzz_der_mutate(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	static struct out o;
	static struct tree t;

	t.data = data;
	t.count = 0;
	if (!parse(&t, 0, size) || t.count == 0)
		return 0;
	o.len = 0;
	o.full = false;
	o.tree = &t;
	o.seed = seed;
	o.at = (int)((seed >> 4) % (unsigned)t.count);
	/* Half of the time, changes a field's content. */
	o.change = (seed & 1) != 0 ? CONTENT : (enum change)((seed >> 1) % CHANGES);
	if (o.change == CONTENT && (t.node[o.at].tag & CONSTRUCTED) != 0)
		o.change = TAG;
	for (int i = 0; i < t.count; i = t.node[i].next)
		put_node(&o, i);
	if (o.full || o.len == 0 || o.len > max)
		return 0;
	memcpy(data, o.data, o.len);
	return o.len;
}
