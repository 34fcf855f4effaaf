/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/ask.h"

#include "keys/core/wipe.h"

#include <string.h>
#include <strings.h>

enum {
	ROW_GROUPS = 4, /* a whole key is wider than a terminal, and backspace can't go up a line */
	ROW_DIGITS = ROW_GROUPS * 6,
	QUIET_MS = 300,
};

void es_ask_explain(const struct es_console *console, const char *recovery_id)
{
	es_console_putf(console, "\r\n  To open the configuration now, type the recovery key%s%s:\r\n",
			recovery_id[0] != '\0' ? " " : "", recovery_id);
	es_console_put(console, "  16 groups of 6 digits, shown as stars; the dashes may be left out.\r\n"
				"  Each group is checked as you type it. Backspace deletes, Ctrl-U starts over,\r\n"
				"  Ctrl-D or Enter on an empty line gives up: then nothing is opened.\r\n\r\n");
}

static void show_row(const struct es_console *console, const struct es_prompt *p)
{
	unsigned row = (p->count == ES_PROMPT_DIGITS ? p->count - 1 : p->count) / ROW_DIGITS;

	es_console_putf(console, "  groups %2u to %2u: ", row * ROW_GROUPS + 1, (row + 1) * ROW_GROUPS);
	for (unsigned i = row * ROW_DIGITS; i < p->count; i++) {
		bool ends_group = (i + 1) % 6 == 0 && (i + 1) % ROW_DIGITS != 0;

		es_console_put(console, ends_group ? "*-" : "*");
	}
}

static void say_fault(const struct es_console *console, const struct es_prompt *p)
{
	unsigned g = p->faulty_group;

	if (p->fault == ES_GROUP_MISTYPED)
		es_console_put(console, "*"); /* its sixth digit */
	switch (p->fault) {
	case ES_GROUP_TOO_FEW:
		es_console_putf(console, "\r\n  Group %u has %u of its 6 digits: type group %u again.\r\n", g,
				p->faulty_digits, g);
		break;
	case ES_GROUP_NOT_DIGITS:
		es_console_putf(console, "\r\n  A recovery key has digits only: type group %u again.\r\n", g);
		break;
	default:
		es_console_putf(console, "\r\n  Group %u is mistyped: type it again.\r\n", g);
		break;
	}
}

static void show_digit(const struct es_console *console, const struct es_prompt *p)
{
	es_console_put(console, "*");
	if (p->count == ES_PROMPT_DIGITS) {
		es_console_put(console, "\r\n  All 16 groups are well-formed: press Enter.");
	} else if (p->count % ROW_DIGITS == 0) {
		es_console_put(console, "\r\n");
		show_row(console, p);
	} else if (p->count % 6 == 0) {
		es_console_put(console, "-");
	}
}

static void show_erased(const struct es_console *console, const struct es_prompt *p)
{
	unsigned before = p->count + 1;

	if (before % ROW_DIGITS == 0) {
		es_console_put(console, "\r\n");
		show_row(console, p);
	} else {
		es_console_put(console, before % 6 == 0 ? "\b\b  \b\b" : "\b \b");
	}
}

static void show(struct es_console *console, const struct es_prompt *p, enum es_prompt_event event)
{
	switch (event) {
	case ES_PROMPT_DIGIT:
		show_digit(console, p);
		break;
	case ES_PROMPT_ERASED:
		show_erased(console, p);
		break;
	case ES_PROMPT_CLEARED:
	case ES_PROMPT_NEW_LINE:
		es_console_put(console, "\r\n");
		show_row(console, p);
		break;
	case ES_PROMPT_REFUSED:
		es_console_put(console, "\a");
		break;
	default:
		break;
	}
}

static void keep(void *prompt, unsigned char c)
{
	es_prompt_keep(prompt, c);
}

/* Reads the rest of a paste first: it may contain a key with other text around it. If not, it is dropped, since after a
 * wrong group its digits would land in the wrong places. */
static void after_fault(struct es_console *console, struct es_prompt *p)
{
	es_console_drain(console, QUIET_MS, keep, p);
	if (es_prompt_find(p)) {
		es_console_put(
		    console,
		    "\r\n  The pasted text contains a recovery key, and all 16 groups are well-formed: press Enter.");
		return;
	}
	say_fault(console, p);
	show_row(console, p);
}

static enum es_answer ask(struct es_console *console, int idle_ms, struct es_prompt *p)
{
	for (;;) {
		enum es_prompt_event event;
		unsigned char c = 0;

		switch (es_console_read(console, idle_ms, &c)) {
		case ES_INPUT_TIMEOUT:
			return ES_ANSWER_TIMEOUT;
		case ES_INPUT_SIGNAL:
			return ES_ANSWER_SIGNAL;
		case ES_INPUT_GONE:
			return ES_ANSWER_GONE;
		case ES_INPUT_BYTE:
			break;
		}
		event = es_prompt_feed(p, c);
		es_wipe(&c, sizeof c);
		if (event == ES_PROMPT_ENTERED)
			return ES_ANSWER_KEY;
		if (event == ES_PROMPT_GAVE_UP)
			return ES_ANSWER_GAVE_UP;
		if (event == ES_PROMPT_FAULT)
			after_fault(console, p);
		else
			show(console, p, event);
	}
}

enum es_answer es_ask_key(struct es_console *console, int idle_ms, char *digits)
{
	struct es_prompt p;
	enum es_answer answer;

	es_prompt_start(&p, digits);
	if (!es_console_raw(console))
		return ES_ANSWER_GONE;
	show_row(console, &p);
	answer = ask(console, idle_ms, &p);
	es_console_put(console, "\r\n");
	es_console_restore(console);
	if (answer != ES_ANSWER_KEY)
		es_wipe(digits, ES_PROMPT_DIGITS);
	es_wipe(digits + ES_PROMPT_DIGITS, ES_PROMPT_LINE);
	return answer;
}

enum { WORD_MAX = 16 };

struct word {
	char typed[WORD_MAX];
	size_t len;
};

static bool is_enter(unsigned char c)
{
	return c == '\r' || c == '\n';
}

static void feed_word(const struct es_console *console, struct word *w, unsigned char c)
{
	const char echo[2] = { (char)c, '\0' };

	if ((c == '\b' || c == 0x7f) && w->len > 0) {
		w->len--;
		es_console_put(console, "\b \b");
	} else if (c >= ' ' && c < 0x7f && w->len < WORD_MAX) {
		w->typed[w->len++] = (char)c;
		es_console_put(console, echo);
	}
}

static bool is_word(const struct word *w, const char *word)
{
	return w->len == strlen(word) && strncasecmp(w->typed, word, w->len) == 0;
}

enum es_answer es_ask_word(struct es_console *console, int idle_ms, const char *word)
{
	static const enum es_answer ends[] = {
		[ES_INPUT_BYTE] = ES_ANSWER_KEY,
		[ES_INPUT_TIMEOUT] = ES_ANSWER_TIMEOUT,
		[ES_INPUT_SIGNAL] = ES_ANSWER_SIGNAL,
		[ES_INPUT_GONE] = ES_ANSWER_GONE,
	};
	struct word w = { .len = 0 };
	enum es_input input;
	unsigned char c = 0;

	if (!es_console_raw(console))
		return ES_ANSWER_GONE;
	es_console_putf(console, "  type %s, or Enter: ", word);
	while ((input = es_console_read(console, idle_ms, &c)) == ES_INPUT_BYTE && !is_enter(c) && c != 4)
		feed_word(console, &w, c);
	es_console_put(console, "\r\n");
	es_console_restore(console);
	if (input != ES_INPUT_BYTE)
		return ends[input];
	return is_enter(c) && is_word(&w, word) ? ES_ANSWER_KEY : ES_ANSWER_GAVE_UP;
}
