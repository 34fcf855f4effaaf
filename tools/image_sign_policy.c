/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal image sign-policy`: adds a vendor's signature over an image's expected measurement to the image. */
#include "keys/core/hex.h"
#include "tools/common.h"
#include "tools/image_files.h"
#include "tools/image_policy.h"

#include <stdio.h>
#include <sys/stat.h>

struct signed_words {
	const char *output; /* NULL: none was written */
	uint64_t generation;
	char pcr11[2 * ES_SHA256_LEN + 1], policy[2 * ES_SHA256_LEN + 1];
};

static void fill_json(struct es_writer *w, const void *what)
{
	const struct signed_words *s = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_text(&j, "output", s->output);
	es_emit_text(&j, "pcr11", s->pcr11);
	es_emit_text(&j, "policy", s->policy);
	if (s->generation != 0)
		es_emit_number(&j, "generation", s->generation);
	es_emit_end(&j);
}

static void fill_signature(struct es_writer *w, const void *what)
{
	const struct es_buf *json = what;

	es_write_bytes(w, json->data, json->len);
}

static enum es_exit report(const struct es_args *args, const struct es_image_policy *policy, const char *output,
			   uint64_t generation)
{
	struct signed_words s = { .output = output, .generation = generation };

	if (es_arg_given(args, "print"))
		return es_print(fill_signature, &policy->json);
	es_hex_encode(policy->pcr11.bytes, ES_SHA256_LEN, s.pcr11);
	es_hex_encode(policy->policy.bytes, ES_SHA256_LEN, s.policy);
	if (args->json)
		return es_print(fill_json, &s);
	es_line(args, "wrote %s; its policy is signed for", output);
	es_line(args, "11:sha256=%s", s.pcr11);
	if (generation != 0)
		es_line(args, "and hosts that haven't accepted a generation above %llu",
			(unsigned long long)generation);
	return ES_EXIT_DONE;
}

/* The image is another tool's, and goes to all of the vendor's hosts. */
static enum es_exit look_into(const struct es_args *args, struct es_span image, const char *output)
{
	struct es_uki uki;
	struct es_pe pe;
	enum es_reason r = es_pe_open(image, ES_PE_FILE, &pe);

	if (r == ES_OK)
		r = es_uki_find(&pe, ES_PE_FILE, &uki);
	if (r != ES_OK)
		return es_fail(args, r, output);
	return es_files_warn(args, uki.section[ES_UKI_INITRD], uki.section[ES_UKI_CMDLINE], output);
}

enum es_exit es_verb_image_sign_policy(const struct es_args *args)
{
	const char *output = es_arg(args, "output");
	struct es_policy_request request = { .path = args->operands[0], .key_path = es_arg(args, "key") };
	bool print = es_arg_given(args, "print");
	struct stat st[2];
	ES_IMAGE_POLICY policy = { .key_bits = 0 };
	ES_SECRET key = NULL;
	ES_BUF image = { NULL, 0 };
	ES_BUF signed_image = { NULL, 0 };
	enum es_exit failed;

	if (request.key_path == NULL)
		return es_usage_error(args, "`image sign-policy` needs --key");
	if (output == NULL && es_arg_given(args, "strict"))
		return es_usage_error(args, "--strict needs --output");
	if (output == NULL && !print)
		return es_usage_error(args, "`image sign-policy` needs --output or --print");
	if (print && args->json)
		return es_usage_error(args, "--print already prints JSON: leave out --json");
	if (output != NULL && stat(output, &st[0]) == 0 && stat(request.key_path, &st[1]) == 0 &&
	    st[0].st_dev == st[1].st_dev && st[0].st_ino == st[1].st_ino)
		return es_usage_error(args, "the image would overwrite the key, %s", request.key_path);
	failed = es_policy_generation(args, &request.generation);
	if (failed == ES_EXIT_DONE)
		failed = es_image_read(args, request.path, &image);
	if (failed == ES_EXIT_DONE)
		failed = es_policy_key_read(args, request.key_path, &key);
	if (failed != ES_EXIT_DONE)
		return failed;
	request.image = es_buf_span(&image);
	request.key = key;
	failed = es_policy_sign(args, &request, &policy, output != NULL ? &signed_image : NULL);
	if (failed == ES_EXIT_DONE && output != NULL)
		failed = look_into(args, es_buf_span(&signed_image), output);
	if (failed == ES_EXIT_DONE && output != NULL)
		failed = es_image_write(args, output, es_buf_span(&signed_image));
	return failed == ES_EXIT_DONE ? report(args, &policy, output, request.generation) : failed;
}
