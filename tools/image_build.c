/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal image build`: one boot image out of stub, kernel, initramfs and options. */
#include "keys/core/hex.h"
#include "keys/core/subject.h"
#include "tools/common.h"
#include "tools/image_parts.h"
#include "tools/image_policy.h"
#include "tools/image_sign.h"
#include "tools/lock.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The vendor's key: its public part goes into the image, the private one signs the image's policy. */
struct vendor {
	struct es_buf public_key;
	struct es_secret *key; /* NULL: its policy isn't signed */
	uint64_t generation;
};

static void free_vendor(struct vendor *v)
{
	es_buf_free(&v->public_key);
	es_secret_freep(&v->key);
}

/* The image contains the public part, which is measured; the signature is added after all other sections. */
static enum es_exit read_policy_key(const struct es_args *args, struct es_build *b, struct vendor *v)
{
	const char *path = es_arg(args, "policy-key"), *why = "";
	char what[PATH_MAX + ES_IMAGE_DETAIL];
	enum es_exit failed = es_policy_generation(args, &v->generation);
	enum es_reason r;

	if (failed == ES_EXIT_DONE && path == NULL && v->generation != 0)
		return es_usage_error(args, "--generation needs --policy-key");
	if (failed != ES_EXIT_DONE || path == NULL)
		return failed;
	failed = es_policy_key_read(args, path, &v->key);
	if (failed != ES_EXIT_DONE || b->parts.present[ES_UKI_PCRPKEY])
		return failed;
	r = es_image_policy_public(v->key, &v->public_key, &why);
	if (r != ES_OK) {
		snprintf(what, sizeof what, "%s %s", path, why);
		return es_fail(args, es_reason_of(ES_OF_KEY_FILE, r), what);
	}
	es_build_put(b, ES_UKI_PCRPKEY, es_buf_span(&v->public_key));
	return ES_EXIT_DONE;
}

static enum es_exit sign_policy(const struct es_args *args, const struct vendor *v, struct es_buf *image)
{
	const struct es_policy_request request = {
		.image = es_buf_span(image),
		.path = es_arg(args, "output"),
		.key_path = es_arg(args, "policy-key"),
		.key = v->key,
		.generation = v->generation,
	};
	ES_IMAGE_POLICY policy = { .key_bits = 0 };
	ES_BUF signed_image = { NULL, 0 };
	enum es_exit failed;

	if (v->key == NULL)
		return ES_EXIT_DONE;
	failed = es_policy_sign(args, &request, &policy, &signed_image);
	if (failed != ES_EXIT_DONE)
		return failed;
	es_buf_free(image);
	*image = es_buf_take(&signed_image);
	return ES_EXIT_DONE;
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
	enum es_reason r = es_pe_open(image, ES_PE_FILE, &pe); /* reports the finished image, not its parts */

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

/* What the image of --from has and the new one lacks. */
static void warn_of_lost(const struct es_args *args, const struct es_build *b)
{
	const char *from = es_arg(args, "from");

	if (b->source.uki.present[ES_UKI_PCRPKEY] && !b->parts.present[ES_UKI_PCRPKEY])
		es_warn("%s contains a vendor's key, but the new image doesn't: a seal to it isn't bound to their "
			"signature",
			from);
	if (b->source.pe.cert_size > 0 && !es_arg_given(args, "sign-key"))
		es_warn("%s is signed for Secure Boot, but the new image isn't: sign it, or give --sign-key", from);
}

static enum es_exit pin(const struct es_args *args, struct es_build *b)
{
	ES_HOST host = NULL;
	enum es_exit failed;

	if (!es_arg_given(args, "for-this-host"))
		return ES_EXIT_DONE;
	failed = es_open_host(args, &host);
	return failed == ES_EXIT_DONE ? es_build_pin(args, host, b) : failed;
}

static enum es_exit read_build(const struct es_args *args, struct es_build *b, struct vendor *v)
{
	enum es_exit failed = ES_EXIT_DONE;

	if (es_arg_given(args, "from"))
		failed = es_build_from(args, es_arg(args, "from"), b);
	if (failed == ES_EXIT_DONE)
		failed = es_build_parts(args, b);
	if (failed == ES_EXIT_DONE)
		failed = es_build_complete(args, b);
	if (failed == ES_EXIT_DONE)
		failed = pin(args, b);
	if (failed == ES_EXIT_DONE)
		failed = read_policy_key(args, b, v);
	return failed;
}

static enum es_exit check_options(const struct es_args *args)
{
	static const char *const parts[] = { "linux", "initrd", "cmdline" };

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!es_arg_given(args, parts[i]) && !es_arg_given(args, "from"))
			return es_usage_error(args, "`image build` needs --%s, or --from to take it from another image",
					      parts[i]);
	if (!es_arg_given(args, "output"))
		return es_usage_error(args, "`image build` needs --output");
	if (es_arg_given(args, "sign-key") != es_arg_given(args, "sign-cert"))
		return es_usage_error(args, "--sign-key and --sign-cert go together");
	return ES_EXIT_DONE;
}

/* The configuration's key, or a vendor's. sbsign reads the one for Secure Boot, in a process of its own. */
static bool has_secrets(const struct es_args *args)
{
	return es_arg_given(args, "for-this-host") || es_arg_given(args, "policy-key");
}

enum es_exit es_verb_image_build(const struct es_args *args)
{
	ES_SCOPED(free_vendor) struct vendor v = { .key = NULL };
	ES_BUILD b = { .stub_from = NULL };
	const char *output = es_arg(args, "output"), *lost;
	ES_BUF image = { NULL, 0 };
	enum es_exit failed = check_options(args);

	if (failed == ES_EXIT_DONE && has_secrets(args))
		es_lock_memory();
	if (failed == ES_EXIT_DONE)
		failed = read_build(args, &b, &v);
	if (failed != ES_EXIT_DONE)
		return failed;
	lost = es_build_overwritten(args, &b, output);
	if (lost != NULL)
		return es_usage_error(args, "the image would overwrite %s, one of its inputs", lost);
	failed = es_build_make(args, &b, &image);
	if (failed == ES_EXIT_DONE)
		failed = sign_policy(args, &v, &image);
	if (failed == ES_EXIT_DONE && es_arg_given(args, "sign-key"))
		failed = es_image_sign(args, es_arg(args, "sign-key"), es_arg(args, "sign-cert"), &image);
	if (failed == ES_EXIT_DONE)
		failed = es_image_write(args, output, es_buf_span(&image));
	if (failed == ES_EXIT_DONE)
		failed = report(args, output, es_buf_span(&image));
	if (failed == ES_EXIT_DONE && es_arg_given(args, "from"))
		warn_of_lost(args, &b);
	return failed;
}
