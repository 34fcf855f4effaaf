/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/options.h"

#include "keys/core/options.h"

#include <string.h>
#include <strings.h>

#define CREDENTIALS "systemd.import_credentials"

const struct es_needed_words es_needed_options[ES_NEEDED_OPTIONS] = {
	[ES_NEEDED_NO_CREDENTIALS] = { CREDENTIALS "=no",
				       "systemd accepts credentials, and with them units, from SMBIOS and fw_cfg" },
	[ES_NEEDED_NO_RESUME] = { "noresume",
				  "a hibernated system that someone wrote to the disk may be resumed, and could read "
				  "this one's memory" },
	[ES_NEEDED_NO_HIBERNATION] = { "nohibernate", "the running system can be hibernated, which writes its memory "
						      "to the disk, and resumed" },
};

/* Compares the word without its quotes. */
static bool word_is(struct es_span word, const char *text)
{
	if (word.len >= 2 && word.data[0] == '"' && word.data[word.len - 1] == '"')
		word = (struct es_span){ word.data + 1, word.len - 2 };
	return word.len == strlen(text) && memcmp(word.data, text, word.len) == 0;
}

/* The part up to "--", where the kernel stops. */
static struct es_span for_the_kernel(struct es_span options)
{
	struct es_span word;
	size_t pos = 0;

	while (es_options_next(options, &pos, &word))
		if (word_is(word, "--"))
			return (struct es_span){ options.data, (size_t)(word.data - options.data) };
	return options;
}

static bool has_word(struct es_span options, const char *text)
{
	struct es_span word;

	for (size_t pos = 0; es_options_next(options, &pos, &word);)
		if (word_is(word, text))
			return true;
	return false;
}

/* systemd's words for "no". */
static bool means_no(struct es_span value)
{
	static const char *const no[] = { "no", "n", "0", "false", "f", "off" };

	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (value.len == strlen(no[i]) && strncasecmp((const char *)value.data, no[i], value.len) == 0)
			return true;
	return false;
}

bool es_needed_option_given(struct es_span options, enum es_needed_option n)
{
	struct es_span value, heeded = for_the_kernel(options);

	if (n == ES_NEEDED_NO_CREDENTIALS)
		return es_options_find(heeded, CREDENTIALS, &value) && means_no(value);
	return has_word(heeded, es_needed_options[n].option);
}

bool es_option_contradicting(struct es_span options, struct es_span *ret_word, enum es_needed_option *ret)
{
	struct es_span word, value;

	for (size_t pos = 0; es_options_next(options, &pos, &word);) {
		bool resumes = es_options_find(word, "resume", &value);
		bool imports =
		    word_is(word, CREDENTIALS) || (es_options_find(word, CREDENTIALS, &value) && !means_no(value));

		if (!resumes && !imports)
			continue;
		*ret_word = word;
		*ret = resumes ? ES_NEEDED_NO_RESUME : ES_NEEDED_NO_CREDENTIALS;
		return true;
	}
	return false;
}

static bool quotes_are_closed(struct es_span options)
{
	size_t quotes = 0;

	for (size_t i = 0; i < options.len; i++)
		quotes += options.data[i] == '"';
	return quotes % 2 == 0;
}

/* Writes what is added to the options into w, each with a space before it. */
typedef void add_fn(struct es_span options, const void *what, struct es_writer *w);

static void join(struct es_span options, add_fn *add, const void *what, struct es_writer *w)
{
	struct es_span head = for_the_kernel(options), rest;

	rest = (struct es_span){ options.data + head.len, options.len - head.len };
	while (head.len > 0 && head.data[head.len - 1] == ' ')
		head.len--;
	es_write_bytes(w, head.data, head.len);
	add(options, what, w);
	if (rest.len > 0) {
		es_write_text(w, " ");
		es_write_bytes(w, rest.data, rest.len);
	}
}

/* Inserts before "--", since the kernel and systemd read no further. */
static enum es_reason join_new(struct es_span options, add_fn *add, const void *what, struct es_buf *ret)
{
	struct es_writer measure = { .cap = 0 }, w;
	ES_BUF joined = { NULL, 0 };
	enum es_reason r;

	if (!quotes_are_closed(options))
		return ES_ARGUMENT;
	join(options, add, what, &measure);
	r = es_buf_new(measure.pos, &joined);
	if (r != ES_OK)
		return r;
	w = (struct es_writer){ .data = joined.data, .cap = joined.len };
	join(options, add, what, &w);
	/* If nothing precedes what is added, drop the space. */
	if (joined.len > 0 && joined.data[0] == ' ')
		memmove(joined.data, joined.data + 1, --joined.len);
	*ret = es_buf_take(&joined);
	return ES_OK;
}

static void add_needed(struct es_span options, const void *what, struct es_writer *w)
{
	(void)what;
	for (int i = 0; i < ES_NEEDED_OPTIONS; i++) {
		if (es_needed_option_given(options, (enum es_needed_option)i))
			continue;
		es_write_text(w, " ");
		es_write_text(w, es_needed_options[i].option);
	}
}

enum es_reason es_needed_options_add(struct es_span options, struct es_buf *ret)
{
	return join_new(options, add_needed, NULL, ret);
}

static void add_pins(struct es_span options, const void *what, struct es_writer *w)
{
	(void)options;
	es_pins_write(what, w);
}

enum es_reason es_options_pin(struct es_span options, const struct es_pins *pins, struct es_buf *ret)
{
	ES_BUF bare = { NULL, 0 };
	enum es_reason r = es_buf_copy(options, &bare);

	if (r != ES_OK)
		return r;
	es_pins_strip((char *)bare.data, &bare.len);
	return join_new(es_buf_span(&bare), add_pins, pins, ret);
}
