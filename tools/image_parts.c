/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/image_parts.h"

#include "keys/host/pins.h"
#include "keys/image/options.h"
#include "tools/common.h"
#include "tools/image_files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char default_stub[] = ES_LIB_DIR "/etcseal-stub-x64.efi";
static const char *const default_osrel[] = { "/etc/os-release", "/usr/lib/os-release" };

/* The parts that are one file each, with their options. */
static const struct {
	const char *option;
	enum es_uki_section which;
} file_parts[] = {
	{ "linux", ES_UKI_LINUX },
	{ "osrel", ES_UKI_OSREL },
	{ "ucode", ES_UKI_UCODE },
	{ "splash", ES_UKI_SPLASH },
	{ "dtb", ES_UKI_DTB },
	{ "sbat", ES_UKI_SBAT },
	{ "policy-public-key", ES_UKI_PCRPKEY },
};

/* The sections that --from takes from another image. */
static const enum es_uki_section taken[] = {
	ES_UKI_LINUX, ES_UKI_OSREL,  ES_UKI_CMDLINE, ES_UKI_INITRD,
	ES_UKI_UCODE, ES_UKI_SPLASH, ES_UKI_DTB,     ES_UKI_UNAME,
};

void es_build_free(struct es_build *b)
{
	es_buf_free(&b->stub);
	es_buf_free(&b->options);
	es_buf_free(&b->pinned);
	for (int i = 0; i < ES_UKI_COUNT; i++)
		es_buf_free(&b->held[i]);
	es_image_close(&b->source);
}

void es_build_put(struct es_build *b, enum es_uki_section which, struct es_span content)
{
	b->parts.present[which] = true;
	b->parts.section[which] = content;
	b->from[which] = NULL;
}

static enum es_exit read_part(const struct es_args *args, struct es_build *b, enum es_uki_section which,
			      const char *path)
{
	enum es_exit failed = es_image_read(args, path, &b->held[which]);

	if (failed != ES_EXIT_DONE)
		return failed;
	es_build_put(b, which, es_buf_span(&b->held[which]));
	b->from[which] = path;
	return ES_EXIT_DONE;
}

enum es_exit es_build_from(const struct es_args *args, const char *path, struct es_build *b)
{
	ES_BUF bytes = { NULL, 0 };
	enum es_exit failed = es_image_read(args, path, &bytes);

	return failed == ES_EXIT_DONE ? es_build_from_bytes(args, path, &bytes, b) : failed;
}

enum es_exit es_build_from_bytes(const struct es_args *args, const char *path, struct es_buf *bytes, struct es_build *b)
{
	enum es_exit failed = es_image_parse_next(args, path, bytes, &b->source);

	if (failed != ES_EXIT_DONE)
		return failed;
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		if (!b->source.uki.present[taken[i]])
			continue;
		es_build_put(b, taken[i], b->source.uki.section[taken[i]]);
		b->from[taken[i]] = path;
	}
	return ES_EXIT_DONE;
}

enum es_exit es_build_stub(const struct es_args *args, const char *path, struct es_build *b)
{
	enum es_exit failed;

	if (path == NULL && access(default_stub, F_OK) < 0 && errno == ENOENT)
		return es_fail(args, ES_NOT_INSTALLED,
			       "the stub isn't in its place; name one with --stub, or reinstall etcseal");
	b->stub_from = path != NULL ? path : default_stub;
	failed = es_image_read(args, b->stub_from, &b->stub);
	b->parts.stub = es_buf_span(&b->stub);
	return failed;
}

/* Concatenated, each starting at a multiple of four: there the kernel looks for the next archive. */
static enum es_exit read_initrds(const struct es_args *args, struct es_build *b)
{
	struct es_buf *all = &b->held[ES_UKI_INITRD];
	const char *path;

	if (!es_arg_given(args, "initrd"))
		return ES_EXIT_DONE;
	for (unsigned n = 0; (path = es_arg_at(args, "initrd", n)) != NULL; n++) {
		ES_BUF one = { NULL, 0 };
		ES_BUF joined = { NULL, 0 };
		enum es_exit failed = es_image_read(args, path, &one);
		size_t begin = (all->len + 3) / 4 * 4;
		enum es_reason r;

		if (failed != ES_EXIT_DONE)
			return failed;
		r = es_buf_new(begin + one.len, &joined);
		if (r != ES_OK)
			return es_fail(args, r, path);
		if (all->len > 0)
			memcpy(joined.data, all->data, all->len);
		memcpy(joined.data + begin, one.data, one.len);
		es_buf_free(all);
		*all = es_buf_take(&joined);
	}
	es_build_put(b, ES_UKI_INITRD, es_buf_span(all));
	b->from[ES_UKI_INITRD] = es_arg(args, "initrd");
	return ES_EXIT_DONE;
}

static enum es_exit read_cmdline(const struct es_args *args, struct es_build *b)
{
	const char *text = es_arg(args, "cmdline");

	if (text == NULL)
		return ES_EXIT_DONE;
	if (text[0] == '@')
		return read_part(args, b, ES_UKI_CMDLINE, text + 1);
	es_build_put(b, ES_UKI_CMDLINE, es_text_span(text));
	return ES_EXIT_DONE;
}

static enum es_exit read_osrel(const struct es_args *args, struct es_build *b)
{
	struct stat st;

	if (b->parts.present[ES_UKI_OSREL])
		return ES_EXIT_DONE;
	for (size_t i = 0; i < sizeof default_osrel / sizeof default_osrel[0]; i++)
		if (stat(default_osrel[i], &st) == 0)
			return read_part(args, b, ES_UKI_OSREL, default_osrel[i]);
	es_warn("no os-release on this system: boot menus can't show what the image starts");
	return ES_EXIT_DONE;
}

/* The release of another image belongs to its kernel: it is kept only if the kernel is. */
static void find_release(const struct es_args *args, struct es_build *b)
{
	const char *given = es_arg(args, "uname");

	if (given == NULL && b->parts.present[ES_UKI_UNAME] && !es_arg_given(args, "linux"))
		return;
	b->parts.present[ES_UKI_UNAME] = false;
	if (given != NULL && strcmp(given, "none") == 0)
		return;
	if (given != NULL)
		es_build_put(b, ES_UKI_UNAME, es_text_span(given));
	else if (es_image_kernel_release(b->parts.section[ES_UKI_LINUX], b->release))
		es_build_put(b, ES_UKI_UNAME, es_text_span(b->release));
}

enum es_exit es_build_parts(const struct es_args *args, struct es_build *b)
{
	enum es_exit failed = es_build_stub(args, es_arg(args, "stub"), b);

	for (size_t i = 0; i < sizeof file_parts / sizeof file_parts[0] && failed == ES_EXIT_DONE; i++) {
		const char *path = es_arg(args, file_parts[i].option);

		if (path != NULL)
			failed = read_part(args, b, file_parts[i].which, path);
	}
	if (failed == ES_EXIT_DONE)
		failed = read_initrds(args, b);
	if (failed == ES_EXIT_DONE)
		failed = read_cmdline(args, b);
	if (failed == ES_EXIT_DONE)
		failed = read_osrel(args, b);
	if (failed == ES_EXIT_DONE)
		find_release(args, b);
	return failed;
}

/* With a mistyped pin every boot would be refused. */
static enum es_exit check_pins(const struct es_args *args, struct es_span options)
{
	char option[ES_PINS_DETAIL], what[ES_PINS_DETAIL + 64];
	struct es_pins pins;

	if (es_pins_parse(options, &pins, option) == ES_OK)
		return ES_EXIT_DONE;
	snprintf(what, sizeof what, "%s= is malformed; --for-this-host writes it", option);
	return es_fail(args, ES_ARGUMENT, what);
}

static enum es_exit check_parts(const struct es_args *args, const struct es_build *b)
{
	const char *path = es_arg(args, es_arg_given(args, "image-output") ? "image-output" : "output");
	enum es_exit failed = check_pins(args, b->parts.section[ES_UKI_CMDLINE]);

	return failed != ES_EXIT_DONE
		   ? failed
		   : es_files_warn(args, b->parts.section[ES_UKI_INITRD], b->parts.section[ES_UKI_CMDLINE], path);
}

enum es_exit es_build_complete(const struct es_args *args, struct es_build *b)
{
	struct es_span *options = &b->parts.section[ES_UKI_CMDLINE], word;
	enum es_needed_option n;
	char what[512];
	enum es_reason r;

	/* The line end of a file isn't part of the options. */
	while (options->len > 0 && strchr(" \t\r\n", options->data[options->len - 1]) != NULL &&
	       options->data[options->len - 1] != '\0')
		options->len--;
	if (es_arg_given(args, "options-as-given"))
		return check_parts(args, b);
	if (es_option_contradicting(*options, &word, &n)) {
		snprintf(what, sizeof what, "%s has %.*s, and with that %s. Remove it, or give --options-as-given",
			 es_arg_given(args, "cmdline") ? "--cmdline" : "the image's .cmdline",
			 word.len < 100 ? (int)word.len : 100, (const char *)word.data, es_needed_options[n].without);
		return es_fail(args, ES_ARGUMENT, what);
	}
	r = es_needed_options_add(*options, &b->options);
	if (r != ES_OK)
		return es_fail(args, r, "unclosed quote in the options");
	*options = es_buf_span(&b->options);
	return check_parts(args, b);
}

enum es_exit es_build_pin(const struct es_args *args, struct es_host *host, struct es_build *b)
{
	struct es_span *options = &b->parts.section[ES_UKI_CMDLINE];
	ES_BUF pinned = { NULL, 0 };
	struct es_pins pins;
	enum es_reason r = es_host_pins(host, &pins);

	if (r != ES_OK)
		return es_fail_host(args, r, host);
	r = es_options_pin(*options, &pins, &pinned);
	if (r != ES_OK)
		return es_fail(args, r, "unclosed quote in the options");
	es_buf_free(&b->pinned);
	b->pinned = es_buf_take(&pinned);
	*options = es_buf_span(&b->pinned);
	return ES_EXIT_DONE;
}

/* A detail starts with the section's name, or with "the stub"; the user knows the part by its file name. */
static enum es_exit fail_build(const struct es_args *args, enum es_reason r, const struct es_build *b,
			       const char *detail)
{
	char what[PATH_MAX + ES_IMAGE_DETAIL];

	if (strncmp(detail, "the stub ", 9) == 0) {
		snprintf(what, sizeof what, "%s: %s", b->stub_from, detail);
		return es_fail(args, r, what);
	}
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		size_t n = strlen(es_uki_section_names[i]);

		if (b->from[i] == NULL || strncmp(detail, es_uki_section_names[i], n) != 0 || detail[n] != ' ')
			continue;
		snprintf(what, sizeof what, "%s: %s", b->from[i], detail);
		return es_fail(args, r, what);
	}
	if (r == ES_IMAGE_TOO_LARGE)
		detail = "more than 4 GiB, or more sections than the stub has room for";
	return es_fail(args, r, detail);
}

enum es_exit es_build_make(const struct es_args *args, const struct es_build *b, struct es_buf *ret)
{
	char detail[ES_IMAGE_DETAIL] = "";
	enum es_reason r = es_image_build(&b->parts, ret, detail);

	return r == ES_OK ? ES_EXIT_DONE : fail_build(args, r, b, detail);
}

static bool same_file(const char *a, const char *b)
{
	struct stat st_a, st_b;

	return a != NULL && stat(a, &st_a) == 0 && stat(b, &st_b) == 0 && st_a.st_dev == st_b.st_dev &&
	       st_a.st_ino == st_b.st_ino;
}

static const char *const sign_options[] = { "sign-key", "sign-cert", "policy-key" };

const char *es_build_overwritten(const struct es_args *args, const struct es_build *b, const char *output)
{
	const char *path;

	if (same_file(b->stub_from, output))
		return b->stub_from;
	for (int i = 0; i < ES_UKI_COUNT; i++)
		if (same_file(b->from[i], output))
			return b->from[i];
	for (unsigned n = 0; (path = es_arg_at(args, "initrd", n)) != NULL; n++)
		if (same_file(path, output))
			return path;
	for (size_t i = 0; i < sizeof sign_options / sizeof sign_options[0]; i++)
		if (same_file(es_arg(args, sign_options[i]), output))
			return es_arg(args, sign_options[i]);
	return NULL;
}
