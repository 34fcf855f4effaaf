/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/image_after.h"

#include "keys/change/reseal.h"
#include "keys/host/pins.h"
#include "tools/common.h"
#include "tools/image_sign.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void es_image_after_free(struct es_image_after *after)
{
	es_build_free(&after->build);
}

static enum es_exit find_source(const struct es_args *args, struct es_host *host, struct es_image_after *after)
{
	ES_BUF bytes = { NULL, 0 };
	enum es_reason r;

	if (es_arg_given(args, "from")) {
		snprintf(after->from, sizeof after->from, "%s", es_arg(args, "from"));
		return es_build_from(args, es_arg(args, "from"), &after->build);
	}
	r = es_host_booted_image(host, after->from, &bytes);
	if (r != ES_OK) {
		enum es_exit failed = es_fail_host(args, r, host);

		fprintf(stderr, "  Or name the image that this host boots: --from=FILE\n");
		return failed;
	}
	return es_build_from_bytes(args, after->from, &bytes, &after->build);
}

enum es_exit es_image_after_prepare(const struct es_args *args, struct es_host *host, struct es_image_after *after)
{
	static const char *const need[] = { "from", "sign-key", "strict", "allow" };
	ES_BUF tried = { NULL, 0 };
	const char *lost;
	enum es_exit failed;

	after->output = es_arg(args, "image-output");
	if (es_arg_given(args, "sign-key") != es_arg_given(args, "sign-cert"))
		return es_usage_error(args, "--sign-key and --sign-cert go together");
	for (size_t i = 0; i < sizeof need / sizeof need[0] && after->output == NULL; i++)
		if (es_arg_given(args, need[i]))
			return es_usage_error(args, "--%s needs --image-output", need[i]);
	if (after->output == NULL)
		return ES_EXIT_DONE;
	failed = find_source(args, host, after);
	if (failed == ES_EXIT_DONE)
		failed = es_build_stub(args, es_arg(args, "stub"), &after->build);
	if (failed != ES_EXIT_DONE)
		return failed;
	if (after->build.source.pe.cert_size > 0 && !es_arg_given(args, "sign-key"))
		return es_usage_error(args, "%s is signed for Secure Boot: give --sign-key and --sign-cert",
				      after->from);
	if (after->build.source.uki.present[ES_UKI_PCRPKEY])
		return es_usage_error(
		    args,
		    "%s contains its vendor's key: change the keys without --image-output, and then build the "
		    "image with `etcseal image build --from --for-this-host --policy-key`",
		    after->from);
	lost = es_build_overwritten(args, &after->build, after->output);
	if (lost != NULL)
		return es_usage_error(args, "the image would overwrite %s, one of its inputs", lost);
	failed = es_build_complete(args, &after->build);
	if (failed == ES_EXIT_DONE)
		failed = es_build_pin(args, host, &after->build);
	return failed == ES_EXIT_DONE ? es_build_make(args, &after->build, &tried) : failed;
}

/* Before the image is written, so that the next boot is sealed to whichever image it uses. */
static enum es_exit seal_to(const struct es_args *args, struct es_host *host, struct es_span image, uint64_t *ret)
{
	struct es_resealed done;
	struct es_uki uki;
	struct es_pe pe;
	const struct es_predict_request next = { .image = &pe, .uki = &uki };
	enum es_reason r = es_pe_open(image, ES_PE_FILE, &pe);

	if (r == ES_OK)
		r = es_uki_find(&pe, ES_PE_FILE, &uki);
	if (r != ES_OK)
		return es_fail(args, r, "the image that was built");
	r = es_host_reseal(host, &next, &done);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	*ret = done.generation;
	return ES_EXIT_DONE;
}

static enum es_exit make(const struct es_args *args, struct es_host *host, struct es_image_after *after)
{
	ES_BUF image = { NULL, 0 };
	char size[ES_SIZE_TEXT];
	uint64_t generation = 0;
	enum es_exit failed = es_build_pin(args, host, &after->build);

	if (failed == ES_EXIT_DONE)
		failed = es_build_make(args, &after->build, &image);
	if (failed == ES_EXIT_DONE && es_arg_given(args, "sign-key"))
		failed = es_image_sign(args, es_arg(args, "sign-key"), es_arg(args, "sign-cert"), &image);
	if (failed == ES_EXIT_DONE && es_host_bank(host)->info->mode == ES_MODE_TPM)
		failed = seal_to(args, host, es_buf_span(&image), &generation);
	if (failed == ES_EXIT_DONE)
		failed = es_image_write(args, after->output, es_buf_span(&image));
	if (failed != ES_EXIT_DONE)
		return failed;
	es_size_words(image.len, size);
	es_line(args, "wrote %s, %s, pinned to the new key", after->output, size);
	if (generation != 0)
		es_done(args, "sealed to the next boot with %s too, as generation %" PRIu64, after->output, generation);
	es_line(args, "boot it next; until then %s still opens the configuration too", after->from);
	return ES_EXIT_DONE;
}

enum es_exit es_image_after_make(const struct es_args *args, struct es_host *host, struct es_image_after *after)
{
	enum es_exit failed;

	if (after->output == NULL)
		return ES_EXIT_DONE;
	failed = make(args, host, after);
	if (failed != ES_EXIT_DONE)
		fprintf(stderr,
			"  The keys ARE changed, and this host still opens with %s. Build the image again:\n"
			"    etcseal image build --from=%s --for-this-host --output=%s\n"
			"    etcseal reseal --image=%s\n",
			after->from, after->from, after->output, after->output);
	return failed;
}

void es_image_after_advise(struct es_host *host)
{
	char from[ES_BOOTED_PATH];
	ES_BUF bytes = { NULL, 0 };
	struct es_pins pins;
	bool old = false;

	if (es_host_image_pins(host, &pins) != ES_OK || pins.key_count == 0 ||
	    es_host_fits_pins(host, &pins, &old) != ES_OK || !old)
		return;
	if (es_host_booted_image(host, from, &bytes) != ES_OK)
		strcpy(from, "IMAGE");
	es_warn("the boot image is pinned to the previous key. It opens this configuration, but would also open one "
		"planted by somebody with the old recovery key. Build its successor, and boot it:");
	fprintf(stderr,
		"    etcseal image build --from=%s --for-this-host --output=NEW\n"
		"    etcseal reseal --image=NEW\n",
		from);
}
