/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/json_out.h"

#include <string.h>

/* The length of the UTF-8 character at t (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF); 0: not UTF-8. */
static size_t utf8_len(const unsigned char *t)
{
	size_t len = t[0] < 0x80 ? 1 : t[0] < 0xc2 ? 0 : t[0] < 0xe0 ? 2 : t[0] < 0xf0 ? 3 : t[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < len; i++)
		if ((t[i] & 0xc0) != 0x80) /* also at the end, a NUL */
			return 0;
	if ((t[0] == 0xe0 && t[1] < 0xa0) || (t[0] == 0xed && t[1] > 0x9f) || (t[0] == 0xf0 && t[1] < 0x90) ||
	    (t[0] == 0xf4 && t[1] > 0x8f))
		return 0;
	return len;
}

static void write_quoted(struct es_writer *w, const char *text)
{
	static const char hex[] = "0123456789abcdef";

	es_write_text(w, "\"");
	for (const unsigned char *t = (const unsigned char *)text; *t != '\0';) {
		const char escape[] = { '\\', 'u', '0', '0', hex[*t >> 4], hex[*t & 15] };
		size_t len = utf8_len(t);

		if (len == 0) {
			es_write_text(w, "\\ufffd");
			len = 1;
		} else if (*t == '"' || *t == '\\') {
			es_write_text(w, "\\");
			es_write_bytes(w, t, 1);
		} else if (*t == '\n') {
			es_write_text(w, "\\n");
		} else if (*t < 0x20 || *t == 0x7f) {
			es_write_bytes(w, escape, sizeof escape);
		} else {
			es_write_bytes(w, t, len);
		}
		t += len;
	}
	es_write_text(w, "\"");
}

static void new_line(struct es_emit *j)
{
	es_write_text(j->out, "\n");
	for (unsigned i = 0; i < j->depth; i++)
		es_write_text(j->out, "  ");
}

static void begin(struct es_emit *j, const char *name)
{
	if (j->filled[j->depth])
		es_write_text(j->out, ",");
	j->filled[j->depth] = true;
	if (j->depth > 0)
		new_line(j);
	if (name != NULL) {
		write_quoted(j->out, name);
		es_write_text(j->out, ": ");
	}
}

static void enter(struct es_emit *j, const char *name, const char *open, char close)
{
	begin(j, name);
	es_write_text(j->out, open);
	if (j->depth == ES_EMIT_DEPTH) {
		j->out->bad = true; /* a bug in the caller: fails the output */
		return;
	}
	j->depth++;
	j->filled[j->depth] = false;
	j->close[j->depth] = close;
}

void es_emit_object(struct es_emit *j, const char *name)
{
	enter(j, name, "{", '}');
}

void es_emit_array(struct es_emit *j, const char *name)
{
	enter(j, name, "[", ']');
}

void es_emit_end(struct es_emit *j)
{
	bool filled = j->filled[j->depth];
	char close = j->close[j->depth];

	if (j->depth == 0) {
		j->out->bad = true;
		return;
	}
	j->depth--;
	if (filled)
		new_line(j);
	es_write_bytes(j->out, &close, 1);
	if (j->depth == 0)
		es_write_text(j->out, "\n");
}

void es_emit_text(struct es_emit *j, const char *name, const char *text)
{
	if (text == NULL) {
		es_emit_null(j, name);
		return;
	}
	begin(j, name);
	write_quoted(j->out, text);
}

void es_emit_number(struct es_emit *j, const char *name, uint64_t v)
{
	begin(j, name);
	es_write_decimal(j->out, v);
}

void es_emit_bool(struct es_emit *j, const char *name, bool v)
{
	begin(j, name);
	es_write_text(j->out, v ? "true" : "false");
}

void es_emit_null(struct es_emit *j, const char *name)
{
	begin(j, name);
	es_write_text(j->out, "null");
}
