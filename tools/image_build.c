/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal image build`: one boot image out of stub, kernel, initramfs and options. */
#include "keys/core/hex.h"
#include "keys/image_options.h"
#include "tools/common.h"
#include "tools/image_policy.h"
#include "tools/image_sign.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char default_stub[] = ES_LIB_DIR "/etcseal-stub-x64.efi";
static const char *const default_osrel[] = { "/etc/os-release", "/usr/lib/os-release" };

/* Parts that are one file each, by their option. */
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

struct build {
	struct es_uki_parts parts;
	struct es_buf stub, options, held[ES_UKI_COUNT];
	const char *stub_from;
	const char *from[ES_UKI_COUNT]; /* the file that a part came from; NULL: a text */
	char release[ES_KERNEL_RELEASE];
	struct es_secret *policy_key; /* NULL: its policy isn't signed */
	uint64_t generation;
};

static void free_build(struct build *b)
{
	es_buf_free(&b->stub);
	es_buf_free(&b->options);
	for (int i = 0; i < ES_UKI_COUNT; i++)
		es_buf_free(&b->held[i]);
	es_secret_freep(&b->policy_key);
}

static void put_part(struct build *b, enum es_uki_section which, struct es_span content)
{
	b->parts.present[which] = true;
	b->parts.section[which] = content;
}

static enum es_exit read_part(const struct es_args *args, struct build *b, enum es_uki_section which, const char *path)
{
	enum es_exit failed = es_image_read(args, path, &b->held[which]);

	if (failed != ES_EXIT_DONE)
		return failed;
	b->from[which] = path;
	put_part(b, which, es_buf_span(&b->held[which]));
	return ES_EXIT_DONE;
}

/* One behind the other, each begun at a multiple of four: that is how the kernel finds the next archive. */
static enum es_exit read_initrds(const struct es_args *args, struct build *b)
{
	struct es_buf *all = &b->held[ES_UKI_INITRD];
	const char *path;

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
	b->from[ES_UKI_INITRD] = es_arg(args, "initrd");
	put_part(b, ES_UKI_INITRD, es_buf_span(all));
	return ES_EXIT_DONE;
}

/* Puts in what an image needs, unless its maker wants it otherwise. */
static enum es_exit complete_options(const struct es_args *args, struct build *b)
{
	struct es_span *options = &b->parts.section[ES_UKI_CMDLINE], word;
	enum es_needed_option n;
	char what[512];
	enum es_reason r;

	if (es_arg_given(args, "options-as-given"))
		return ES_EXIT_DONE;
	if (es_option_against(*options, &word, &n)) {
		snprintf(what, sizeof what,
			 "--cmdline has %.*s, and with that %s. Leave it out, or give --options-as-given",
			 word.len < 100 ? (int)word.len : 100, (const char *)word.data, es_needed_options[n].without);
		return es_fail(args, ES_ARGUMENT, what);
	}
	r = es_needed_options_add(*options, &b->options);
	if (r != ES_OK)
		return es_fail(args, r, "a quote in --cmdline isn't closed");
	*options = es_buf_span(&b->options);
	return ES_EXIT_DONE;
}

static enum es_exit read_cmdline(const struct es_args *args, struct build *b)
{
	const char *text = es_arg(args, "cmdline");
	struct es_span *s = &b->parts.section[ES_UKI_CMDLINE];

	if (text[0] != '@') {
		put_part(b, ES_UKI_CMDLINE, es_text_span(text));
	} else {
		enum es_exit failed = read_part(args, b, ES_UKI_CMDLINE, text + 1);

		if (failed != ES_EXIT_DONE)
			return failed;
	}
	/* A file ends with a line end, and that is no part of the options. */
	while (s->len > 0 && strchr(" \t\r\n", s->data[s->len - 1]) != NULL && s->data[s->len - 1] != '\0')
		s->len--;
	return complete_options(args, b);
}

static enum es_exit read_osrel(const struct es_args *args, struct build *b)
{
	struct stat st;

	if (b->parts.present[ES_UKI_OSREL])
		return ES_EXIT_DONE;
	for (size_t i = 0; i < sizeof default_osrel / sizeof default_osrel[0]; i++)
		if (stat(default_osrel[i], &st) == 0)
			return read_part(args, b, ES_UKI_OSREL, default_osrel[i]);
	es_warn("no os-release on this system: boot menus won't know what the image starts");
	return ES_EXIT_DONE;
}

static void find_release(const struct es_args *args, struct build *b)
{
	const char *given = es_arg(args, "uname");

	if (given != NULL && strcmp(given, "none") == 0)
		return;
	if (given != NULL)
		put_part(b, ES_UKI_UNAME, es_text_span(given));
	else if (es_image_kernel_release(b->parts.section[ES_UKI_LINUX], b->release))
		put_part(b, ES_UKI_UNAME, es_text_span(b->release));
}

/* The image carries the public part, which is measured; the signature comes when all the rest is laid out. */
static enum es_exit read_policy_key(const struct es_args *args, struct build *b)
{
	const char *path = es_arg(args, "policy-key"), *why = "";
	char what[PATH_MAX + ES_IMAGE_DETAIL];
	enum es_exit failed = es_policy_generation(args, &b->generation);
	enum es_reason r;

	if (failed == ES_EXIT_DONE && path == NULL && b->generation != 0)
		return es_misuse(args, "--generation is part of what --policy-key signs");
	if (failed != ES_EXIT_DONE || path == NULL)
		return failed;
	failed = es_policy_key_read(args, path, &b->policy_key);
	if (failed != ES_EXIT_DONE || b->parts.present[ES_UKI_PCRPKEY])
		return failed;
	r = es_image_policy_public(b->policy_key, &b->held[ES_UKI_PCRPKEY], &why);
	if (r != ES_OK) {
		snprintf(what, sizeof what, "%s %s", path, why);
		return es_fail(args, r, what);
	}
	put_part(b, ES_UKI_PCRPKEY, es_buf_span(&b->held[ES_UKI_PCRPKEY]));
	return ES_EXIT_DONE;
}

static enum es_exit sign_policy(const struct es_args *args, const struct build *b, struct es_buf *image)
{
	const struct es_policy_request request = {
		.image = es_buf_span(image),
		.path = es_arg(args, "output"),
		.key_path = es_arg(args, "policy-key"),
		.key = b->policy_key,
		.generation = b->generation,
	};
	ES_IMAGE_POLICY policy = { .key_bits = 0 };
	ES_BUF signed_image = { NULL, 0 };
	enum es_exit failed;

	if (b->policy_key == NULL)
		return ES_EXIT_DONE;
	failed = es_policy_sign(args, &request, &policy, &signed_image);
	if (failed != ES_EXIT_DONE)
		return failed;
	es_buf_free(image);
	*image = es_buf_take(&signed_image);
	return ES_EXIT_DONE;
}

static enum es_exit read_parts(const struct es_args *args, struct build *b)
{
	const char *stub = es_arg(args, "stub");
	enum es_exit failed;

	if (stub == NULL && access(default_stub, F_OK) < 0 && errno == ENOENT)
		return es_fail(args, ES_MISSING, "etcseal's stub isn't at its place; name one with --stub");
	b->stub_from = stub != NULL ? stub : default_stub;
	failed = es_image_read(args, b->stub_from, &b->stub);
	b->parts.stub = es_buf_span(&b->stub);
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
		failed = read_policy_key(args, b);
	if (failed == ES_EXIT_DONE)
		find_release(args, b);
	return failed;
}

/* A detail begins with the section's name, or with "the stub"; the user knows the part by its file. */
static enum es_exit fail_build(const struct es_args *args, enum es_reason r, const struct build *b, const char *detail)
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
	if (r == ES_TOO_LARGE)
		detail =
		    "the parts don't fit into one image: more than 4 GiB, or more sections than the stub has room for";
	return es_fail(args, r, detail);
}

static bool same_file(const char *a, const char *b)
{
	struct stat st_a, st_b;

	return a != NULL && stat(a, &st_a) == 0 && stat(b, &st_b) == 0 && st_a.st_dev == st_b.st_dev &&
	       st_a.st_ino == st_b.st_ino;
}

static const char *const sign_options[] = { "sign-key", "sign-cert", "policy-key" };

static const char *overwritten(const struct es_args *args, const struct build *b, const char *output)
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

struct built {
	const char *output;
	size_t bytes;
	const char *pcr11;
};

static void fill_built(struct es_writer *w, const void *what)
{
	const struct built *built = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_text(&j, "output", built->output);
	es_emit_number(&j, "bytes", built->bytes);
	es_emit_text(&j, "pcr11", built->pcr11);
	es_emit_end(&j);
}

static enum es_exit report(const struct es_args *args, const char *output, struct es_span image)
{
	struct built built = { .output = output, .bytes = image.len };
	char hex[2 * ES_SHA256_LEN + 1], size[ES_SIZE_TEXT];
	struct es_digest pcr;
	struct es_uki uki;
	struct es_pe pe;
	enum es_reason r = es_pe_open(image, ES_PE_FILE, &pe); /* what was written is read back, not what was meant */

	if (r == ES_OK)
		r = es_uki_find(&pe, ES_PE_FILE, &uki);
	if (r == ES_OK)
		r = es_image_predict_pcr11(&uki, &pcr);
	if (r != ES_OK)
		return es_fail(args, r, output);
	es_hex_encode(pcr.bytes, sizeof pcr.bytes, hex);
	built.pcr11 = hex;
	if (args->json)
		return es_print(fill_built, &built);
	es_size_words(image.len, size);
	es_line(args, "wrote %s, %s; it will measure", output, size);
	es_line(args, "11:sha256=%s", hex);
	return ES_EXIT_DONE;
}

enum es_exit es_verb_image_build(const struct es_args *args)
{
	static const char *const needed[] = { "linux", "initrd", "cmdline", "output" };
	ES_SCOPED(free_build) struct build b = { 0 };
	char detail[ES_IMAGE_DETAIL] = "";
	const char *output, *lost;
	ES_BUF image = { NULL, 0 };
	enum es_exit failed;
	enum es_reason r;

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!es_arg_given(args, needed[i]))
			return es_misuse(args, "`image build` needs --%s", needed[i]);
	if (es_arg_given(args, "sign-key") != es_arg_given(args, "sign-cert"))
		return es_misuse(args, "--sign-key and --sign-cert go together");
	output = es_arg(args, "output");
	failed = read_parts(args, &b);
	if (failed != ES_EXIT_DONE)
		return failed;
	lost = overwritten(args, &b, output);
	if (lost != NULL)
		return es_misuse(args, "the image would overwrite %s, which it is made of", lost);
	r = es_image_build(&b.parts, &image, detail);
	if (r != ES_OK)
		return fail_build(args, r, &b, detail);
	failed = sign_policy(args, &b, &image);
	if (failed == ES_EXIT_DONE && es_arg_given(args, "sign-key"))
		failed = es_image_sign(args, es_arg(args, "sign-key"), es_arg(args, "sign-cert"), &image);
	if (failed == ES_EXIT_DONE)
		failed = es_image_write(args, output, es_buf_span(&image));
	return failed == ES_EXIT_DONE ? report(args, output, es_buf_span(&image)) : failed;
}
