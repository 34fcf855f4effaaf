/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal image inspect`: what a boot image contains, and what it lacks. */
#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/core/options_recovery.h"
#include "keys/image/options.h"
#include "tools/common.h"
#include "tools/image.h"
#include "tools/image_files.h"
#include "tools/image_sign.h"

#include <string.h>

enum { OPTIONS_SHOWN = ES_OPTIONS_MAX + 1 };

struct seen {
	const char *path;
	const struct es_image *image;
	char hex[ES_UKI_COUNT][2 * ES_SHA256_LEN + 1];
	char release[ES_KERNEL_RELEASE];
	char options[OPTIONS_SHOWN];
	bool key_in_options;
	char missing[ES_IMAGE_MISSING_TEXT];
	struct es_fault fault[ES_UKI_COUNT + 1]; /* of each part, then of the stub */
};

static const char *part_name(int i)
{
	return i < ES_UKI_COUNT ? es_uki_section_names[i] : "the stub";
}

static void copy_text(struct es_span from, char *to, size_t cap)
{
	size_t len = from.len < cap ? from.len : cap - 1;

	if (len > 0)
		memcpy(to, from.data, len);
	to[len] = '\0';
	es_replace_controls(to);
}

static enum es_reason look(struct seen *s)
{
	const struct es_uki *uki = &s->image->uki;

	for (int i = 0; i < ES_UKI_COUNT; i++) {
		struct es_digest digest;
		enum es_reason r;

		if (!uki->present[i])
			continue;
		r = es_image_digest(uki->section[i], &digest);
		if (r != ES_OK)
			return r;
		es_hex_encode(digest.bytes, sizeof digest.bytes, s->hex[i]);
	}
	if (uki->present[ES_UKI_UNAME])
		copy_text(uki->section[ES_UKI_UNAME], s->release, sizeof s->release);
	else if (uki->present[ES_UKI_LINUX])
		(void)es_image_kernel_release(uki->section[ES_UKI_LINUX], s->release);
	if (uki->present[ES_UKI_CMDLINE]) {
		s->key_in_options = es_options_contain_recovery(uki->section[ES_UKI_CMDLINE]);
		if (!s->key_in_options)
			copy_text(uki->section[ES_UKI_CMDLINE], s->options, sizeof s->options);
	}
	es_image_missing_words(uki, s->missing);
	for (int i = 0; i < ES_UKI_COUNT; i++)
		s->fault[i] = es_image_fault(&s->image->pe, uki, (enum es_uki_section)i);
	s->fault[ES_UKI_COUNT] = es_image_stub_fault(&s->image->pe);
	return ES_OK;
}

static void emit_fault(struct es_emit *j, const char *part, const struct es_fault *fault)
{
	es_emit_object(j, NULL);
	es_emit_text(j, "part", part);
	es_emit_text(j, "id", es_reason_words(fault->reason)->id);
	es_emit_text(j, "detail", fault->why);
	es_emit_text(j, "next", es_reason_words(fault->reason)->next);
	es_emit_end(j);
}

static void fill_seen(struct es_writer *w, const void *what)
{
	const struct seen *s = what;
	const struct es_uki *uki = &s->image->uki;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_text(&j, "file", s->path);
	es_emit_number(&j, "bytes", s->image->bytes.len);
	es_emit_text(&j, "machine", es_image_machine(&s->image->pe));
	es_emit_bool(&j, "signed", s->image->pe.cert_size > 0);
	es_emit_number(&j, "signatures", es_image_signatures(&s->image->pe));
	es_emit_text(&j, "release", s->release[0] != '\0' ? s->release : NULL);
	es_emit_text(&j, "options", uki->present[ES_UKI_CMDLINE] && !s->key_in_options ? s->options : NULL);
	es_emit_bool(&j, "recovery_key_in_options", s->key_in_options);
	es_emit_array(&j, "sections");
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		if (!uki->present[i])
			continue;
		es_emit_object(&j, NULL);
		es_emit_text(&j, "name", es_uki_section_names[i]);
		es_emit_number(&j, "bytes", uki->section[i].len);
		es_emit_text(&j, "sha256", s->hex[i]);
		es_emit_end(&j);
	}
	es_emit_end(&j);
	es_emit_array(&j, "missing");
	for (int i = 0; i < ES_UKI_COUNT; i++)
		if ((i == ES_UKI_LINUX || i == ES_UKI_INITRD || i == ES_UKI_CMDLINE) && !uki->present[i])
			es_emit_text(&j, NULL, es_uki_section_names[i]);
	es_emit_end(&j);
	es_emit_array(&j, "faults");
	for (int i = 0; i <= ES_UKI_COUNT; i++)
		if (s->fault[i].reason != ES_OK)
			emit_fault(&j, part_name(i), &s->fault[i]);
	es_emit_end(&j);
	es_emit_array(&j, "missing_options");
	for (int i = 0; i < ES_NEEDED_OPTIONS && uki->present[ES_UKI_CMDLINE]; i++)
		if (!es_needed_option_given(uki->section[ES_UKI_CMDLINE], (enum es_needed_option)i))
			es_emit_text(&j, NULL, es_needed_options[i].option);
	es_emit_end(&j);
	es_emit_end(&j);
}

static void warn_of_options(const struct es_uki *uki)
{
	struct es_span options = uki->section[ES_UKI_CMDLINE], word;
	enum es_needed_option n;

	if (!uki->present[ES_UKI_CMDLINE])
		return;
	if (es_option_contradicting(options, &word, &n))
		es_warn("its options have %.*s: %s", word.len < 100 ? (int)word.len : 100, (const char *)word.data,
			es_needed_options[n].without);
	for (int i = 0; i < ES_NEEDED_OPTIONS; i++)
		if (!es_needed_option_given(options, (enum es_needed_option)i))
			es_warn("its options lack %s: %s", es_needed_options[i].option, es_needed_options[i].without);
}

static void show(const struct es_args *args, const struct seen *s)
{
	const struct es_uki *uki = &s->image->uki;
	unsigned signatures = es_image_signatures(&s->image->pe);

	es_line(args, "File:      %s, %zu bytes", s->path, s->image->bytes.len);
	es_line(args, "Machine:   %s", es_image_machine(&s->image->pe));
	if (signatures > 0)
		es_line(args, "Signed:    yes, %u signature%s (not verified here)", signatures,
			signatures == 1 ? "" : "s");
	else
		es_line(args, "Signed:    no; it won't start with Secure Boot on");
	if (s->release[0] != '\0')
		es_line(args, "Kernel:    %s", s->release);
	if (s->options[0] != '\0')
		es_line(args, "Options:   %s", s->options);
	es_line(args, "Missing:  %s", s->missing[0] != '\0' ? s->missing : " nothing that a boot needs");
	for (int i = 0; i < ES_UKI_COUNT; i++)
		if (uki->present[i])
			es_line(args, "%-9s %12zu  %s", es_uki_section_names[i], uki->section[i].len, s->hex[i]);
	for (int i = 0; i <= ES_UKI_COUNT; i++)
		if (s->fault[i].reason != ES_OK)
			es_line(args, "Wrong:     %s %s", part_name(i), s->fault[i].why);
	warn_of_options(uki);
}

enum es_exit es_verb_image_inspect(const struct es_args *args)
{
	ES_IMAGE image = { 0 };
	struct seen seen = { .path = args->operands[0], .image = &image };
	enum es_exit failed = es_files_check_options(args);
	enum es_reason r;

	if (failed == ES_EXIT_DONE && es_arg_given(args, "files"))
		return es_files_inspect(args, seen.path);
	if (failed == ES_EXIT_DONE)
		failed = es_image_open(args, seen.path, &image);
	if (failed != ES_EXIT_DONE)
		return failed;
	r = look(&seen);
	if (r != ES_OK)
		return es_fail(args, r, seen.path);
	if (seen.key_in_options)
		es_warn("its options contain a recovery key, which anyone who has the image can read; run `etcseal "
			"recovery "
			"rotate`");
	if (args->json)
		return es_print(fill_seen, &seen);
	show(args, &seen);
	return ES_EXIT_DONE;
}
