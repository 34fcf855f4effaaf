/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte of how, then any bytes as LoadOptions, or as the arguments that the UEFI shell passes. What comes out is
 * bounded text; if it held a key, nothing of the original stays.
 */
#include "efi/options.h"
#include "efi/tests/lib/mock.h"
#include "keys/core/utf16.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DROP = 1, SHELL = 2, ARGUMENTS_MAX = 8 };

/* Parted at spaces; each of its very length, with its NUL. */
struct arguments {
	EFI_SHELL_PARAMETERS_PROTOCOL shell;
	CHAR16 *list[ARGUMENTS_MAX];
	size_t units[ARGUMENTS_MAX];
};

static void add_argument(struct arguments *a, const uint8_t *text, size_t units)
{
	CHAR16 *copy = calloc(units + 1, sizeof *copy);

	if (!copy)
		abort();
	if (units > 0)
		memcpy(copy, text, units * sizeof *copy);
	a->list[a->shell.Argc] = copy;
	a->units[a->shell.Argc++] = units;
}

static void part(struct es_span text, struct arguments *a)
{
	size_t from = 0;

	memset(a, 0, sizeof *a);
	a->shell.Argv = a->list;
	add_argument(a, NULL, 0); /* the program's own name */
	for (size_t at = 0; at + 1 < text.len && a->shell.Argc < ARGUMENTS_MAX; at += 2) {
		bool last = at + 3 >= text.len;

		if (!last && (text.data[at] != ' ' || text.data[at + 1] != 0))
			continue;
		add_argument(a, text.data + from, (at - from) / 2 + last);
		from = at + 2;
	}
}

static bool is_wiped(const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((const uint8_t *)data)[i] != 0)
			return false;
	return true;
}

/* An argument ends, for who reads it, where a unit is zero. */
static size_t len_of(const CHAR16 *text)
{
	size_t n = 0;

	while (text[n] != 0)
		n++;
	return n * sizeof *text;
}

static void check(const struct es_outside *outside, bool drop)
{
	static uint8_t utf16[2 * ES_OPTIONS_MAX + 2];
	struct es_writer w = { .data = utf16, .cap = sizeof utf16 };

	if (outside->len > ES_OPTIONS_MAX || memchr(outside->text, '\0', outside->len) ||
	    (outside->kind == ES_OUTSIDE_USED) != (outside->len > 0) || (drop && outside->len > 0))
		abort();
	es_utf16_from_utf8((struct es_span){ (const uint8_t *)outside->text, outside->len }, &w);
	if (w.bad)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const EFI_GUID guid = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;
	static struct es_outside outside;
	size_t said[ARGUMENTS_MAX] = { 0 };
	struct arguments arguments;
	struct mock mock;
	uint8_t how;

	if (size == 0 || size > UINT32_MAX)
		return 0;
	how = *data++;
	size--;
	mock_start(&mock);
	mock.loaded.LoadOptions = malloc(size > 0 ? size : 1);
	if (!mock.loaded.LoadOptions)
		return 0;
	memcpy(mock.loaded.LoadOptions, data, size);
	mock.loaded.LoadOptionsSize = (UINT32)size;
	part((struct es_span){ data, size }, &arguments);
	for (size_t i = 0; i < arguments.shell.Argc; i++)
		said[i] = len_of(arguments.list[i]);
	if (how & SHELL)
		mock_add(&mock, mock.fw.image, guid, &arguments.shell);
	es_outside_read(&mock.fw, (struct es_span){ (const uint8_t *)"quiet", 5 }, how & DROP, &outside);
	check(&outside, how & DROP);
	if (outside.recovery && !is_wiped(mock.loaded.LoadOptions, size))
		abort();
	for (size_t i = 1; outside.recovery && (how & SHELL) && i < arguments.shell.Argc; i++)
		if (!is_wiped(arguments.list[i], said[i]))
			abort();
	es_outside_wipe(&outside);
	if (!is_wiped(&outside, sizeof outside))
		abort();
	for (size_t i = 0; i < arguments.shell.Argc; i++)
		free(arguments.list[i]);
	free(mock.loaded.LoadOptions);
	return 0;
}
