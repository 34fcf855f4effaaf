/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/prompt.h"

#include "keys/core/wipe.h"

#include <string.h>

enum {
	CTRL_C = 0x03,
	CTRL_D = 0x04,
	BACKSPACE = 0x08,
	CTRL_U = 0x15,
	ESCAPE = 0x1b,
	DELETE = 0x7f,
};

void es_prompt_start(struct es_prompt *p, char *digits)
{
	es_wipe(digits, ES_PROMPT_ROOM);
	*p = (struct es_prompt){ .digits = digits };
}

/* Drops the digits from `keep` on. */
static void cut(struct es_prompt *p, unsigned keep)
{
	es_wipe(p->digits + keep, ES_PROMPT_DIGITS - keep);
	p->count = keep;
}

static void forget_line(struct es_prompt *p)
{
	es_wipe(p->digits + ES_PROMPT_DIGITS, ES_PROMPT_LINE);
	p->line = 0;
}

static void keep(struct es_prompt *p, unsigned char c)
{
	if (p->line < ES_PROMPT_LINE)
		p->digits[ES_PROMPT_DIGITS + p->line++] = (char)c;
}

struct found {
	uint8_t key[ES_RECOVERY_LEN];
	char text[ES_RECOVERY_TEXT_LEN + 1];
};

static void found_wipe(struct found *f)
{
	es_wipe(f, sizeof *f);
}

bool es_prompt_find(struct es_prompt *p)
{
	ES_SCOPED(found_wipe) struct found f;
	struct es_code_fault fault;
	bool found = es_recovery_code_read(p->digits + ES_PROMPT_DIGITS, p->line, f.key, &fault) == ES_OK;

	forget_line(p);
	if (!found)
		return false;
	es_recovery_code_write(f.key, f.text);
	for (unsigned i = 0; i < ES_RECOVERY_GROUPS; i++)
		memcpy(p->digits + 6 * i, f.text + 7 * i, 6);
	p->count = ES_PROMPT_DIGITS;
	return true;
}

static enum es_prompt_event fault(struct es_prompt *p, enum es_group_fault what)
{
	/* After a sixth digit the count is already at the start of the next group. */
	unsigned group = what == ES_GROUP_MISTYPED ? p->count / 6 - 1 : p->count / 6;

	p->fault = what;
	p->faulty_group = group + 1;
	p->faulty_digits = p->count % 6;
	cut(p, group * 6);
	return ES_PROMPT_FAULT;
}

static enum es_prompt_event digit(struct es_prompt *p, unsigned char c)
{
	enum es_group_fault what;
	uint16_t word = 0;

	if (p->count == ES_PROMPT_DIGITS)
		return ES_PROMPT_REFUSED;
	p->digits[p->count++] = (char)c;
	if (p->count % 6 != 0)
		return ES_PROMPT_DIGIT;
	what = es_recovery_group_read(p->digits + p->count - 6, p->count / 6, &word);
	es_wipe(&word, sizeof word);
	return what == ES_GROUP_OK ? ES_PROMPT_DIGIT : fault(p, ES_GROUP_MISTYPED);
}

/* Function keys and bracketed paste send digits that nobody typed: "ESC [ 200 ~". */
static bool in_escape(struct es_prompt *p, unsigned char c)
{
	switch (p->escape) {
	case ES_PROMPT_PLAIN:
		if (c != ESCAPE)
			return false;
		p->escape = ES_PROMPT_ESC;
		return true;
	case ES_PROMPT_ESC:
		p->escape = c == '[' ? ES_PROMPT_CSI : c == 'O' ? ES_PROMPT_SS3 : ES_PROMPT_PLAIN;
		/* A lone Escape must not swallow a character that ends or clears the input. */
		return c >= 0x20 && c != DELETE;
	case ES_PROMPT_CSI:
		if (c >= 0x40 || c < 0x20)
			p->escape = ES_PROMPT_PLAIN;
		return c >= 0x20;
	case ES_PROMPT_SS3:
		p->escape = ES_PROMPT_PLAIN;
		return c >= 0x20;
	}
	return false;
}

static enum es_prompt_event enter(struct es_prompt *p)
{
	if (p->count == ES_PROMPT_DIGITS)
		return ES_PROMPT_ENTERED;
	/* Digits of other scripts aren't counted until here. */
	if (p->count == 0)
		return p->line > 0 && es_prompt_find(p) ? ES_PROMPT_ENTERED : ES_PROMPT_GAVE_UP;
	return p->count % 6 == 0 ? ES_PROMPT_NEW_LINE : fault(p, ES_GROUP_TOO_FEW);
}

void es_prompt_keep(struct es_prompt *p, unsigned char c)
{
	if (!in_escape(p, c))
		keep(p, c);
}

static bool is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum es_prompt_event es_prompt_feed(struct es_prompt *p, unsigned char c)
{
	if (in_escape(p, c))
		return ES_PROMPT_NOTHING;
	if (c >= ' ' && c != DELETE)
		keep(p, c);
	if (c >= '0' && c <= '9')
		return digit(p, c);
	switch (c) {
	case '\r':
	case '\n':
		return enter(p);
	case CTRL_C:
	case CTRL_D:
		cut(p, 0);
		forget_line(p);
		return ES_PROMPT_GAVE_UP;
	case CTRL_U:
		cut(p, 0);
		forget_line(p);
		return ES_PROMPT_CLEARED;
	case BACKSPACE:
	case DELETE:
		forget_line(p); /* it no longer matches the digits */
		if (p->count == 0)
			return ES_PROMPT_REFUSED;
		cut(p, p->count - 1);
		return ES_PROMPT_ERASED;
	case '-':
	case ' ':
	case '\t':
		return p->count % 6 == 0 ? ES_PROMPT_NOTHING : fault(p, ES_GROUP_TOO_FEW);
	default:
		/* Any separator between groups; a word processor's dash is several bytes. */
		if (!is_letter(c) && p->count % 6 == 0 && p->count < ES_PROMPT_DIGITS)
			return ES_PROMPT_NOTHING;
		return p->count == ES_PROMPT_DIGITS ? ES_PROMPT_REFUSED : fault(p, ES_GROUP_NOT_DIGITS);
	}
}
