/* SPDX-License-Identifier: Apache-2.0 */
/* `recovery rotate` on a host whose boot image is pinned to its key: the image that follows, and the host at every
 * step. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/pe.h"
#include "keys/store/file.h"
#include "keys/tests/lib/command.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct command command = { .dispatch = es_dispatch };
static struct captured c;

struct scene {
	struct machine m;
	struct es_boot_record record;
	char options[512]; /* of the image that runs */
};

/* The file as firmware and stub measure it, and its own options. */
static void run(struct scene *s, const char *words, int status)
{
	command_run_there(&command, &s->m, words, status, &c);
}

static enum es_reason boot(struct scene *s, const char *image, const char *recovery)
{
	struct machine_boot b = machine_usual_boot;
	ES_BUF bytes = { NULL, 0 };
	struct es_uki uki;
	struct es_pe pe;
	char path[160];

	snprintf(path, sizeof path, "%s/%s", s->m.folder, image);
	assert_int_equal(es_file_read(AT_FDCWD, path, 1 << 20, &bytes), ES_OK);
	assert_int_equal(es_pe_open(es_buf_span(&bytes), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	snprintf(s->options, sizeof s->options, "%.*s", (int)uki.section[ES_UKI_CMDLINE].len,
		 (const char *)uki.section[ES_UKI_CMDLINE].data);
	b.image = NULL;
	b.file = es_buf_span(&bytes);
	b.pins = s->m.options = s->options;
	b.recovery = b.consent = recovery != NULL;
	return machine_boot(&s->m, &b, recovery, &s->record);
}

/* Runs "one", which is pinned to its key. */
static void start(struct scene *s, bool tpm)
{
	static uint8_t image[ES_TEST_PE_MAX];
	char key[ES_RECOVERY_TEXT_LEN + 1];
	size_t len = es_test_pe_stub(image);

	machine_start(&s->m, tpm);
	machine_put(&s->m, "stub", (struct es_span){ image, len });
	len = es_test_pe_kernel(image);
	machine_put(&s->m, "kernel", (struct es_span){ image, len });
	machine_put(&s->m, "initrd", es_test_initrd("first"));
	machine_put(&s->m, "osrel", es_text_span("ID=debian\n"));
	run(s, "image build --stub stub --linux kernel --initrd initrd --cmdline quiet --osrel osrel --output bare", 0);
	assert_int_equal(boot(s, "bare", NULL), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(&s->m, !tpm, key), ES_OK);
	if (tpm)
		run(s, "set --require-secure-boot=false", 0);
	assert_int_equal(boot(s, "bare", NULL), ES_OK);
	run(s, "image build --stub stub --from bare --for-this-host --output one", 0);
	if (tpm)
		run(s, "reseal --image one", 0);
	assert_int_equal(boot(s, "one", NULL), ES_OK);
	run(s, "backup --force", 0);
	assert_int_equal(boot(s, "one", NULL), ES_OK);
}

static void the_host_opens_at_every_step(void **state)
{
	const bool *tpm = *state;
	struct scene s;

	start(&s, *tpm);
	run(&s, "recovery rotate --image-output two --from one --stub stub", 0);
	assert_says(c.out, "WRITE IT DOWN NOW");
	assert_says(c.out, "wrote two, ");
	assert_says(c.out, "pinned to the new key");
	assert_says(c.out, "boot it next; until then one still opens the configuration too");
	if (*tpm)
		assert_says(c.out, "sealed to the next boot with two too, as generation ");
	assert_null(strstr(c.err, "the boot image is pinned to the previous key"));
	assert_int_equal(machine_shell(&s.m, "! cmp -s one two && objcopy --dump-section .cmdline=got two x && "
					     "test $(grep -o key-id got | wc -l) = 1"),
			 0);
	assert_int_equal(boot(&s, "one", NULL), ES_OK);
	assert_int_equal(boot(&s, "two", NULL), ES_OK);
	assert_int_equal(boot(&s, "one", NULL), ES_OK);
	/* Once the new one runs and something was saved, the old one is done with. */
	assert_int_equal(boot(&s, "two", NULL), ES_OK);
	run(&s, "backup --force", 0);
	assert_int_equal(boot(&s, "two", NULL), ES_OK);
	assert_int_equal(boot(&s, "one", NULL), *tpm ? ES_LOCKED_PCR : ES_OTHER_KEY);
	machine_stop(&s.m);
}

static void without_it_is_said_what_has_to_follow(void **state)
{
	const bool *tpm = *state;
	struct scene s;

	start(&s, *tpm);
	run(&s, "recovery rotate", 0);
	assert_says(c.err, "the boot image is pinned to the previous key. It opens this configuration");
	assert_says(c.err, " --for-this-host --output=NEW\n");
	run(&s, "image build --stub stub --from one --for-this-host --output two", 0);
	if (*tpm)
		run(&s, "reseal --image two", 0);
	assert_int_equal(boot(&s, "one", NULL), ES_OK);
	assert_int_equal(boot(&s, "two", NULL), ES_OK);
	run(&s, "backup --force", 0);
	run(&s, *tpm ? "set --mode=kdf --yes" : "recovery rotate", 0);
	assert_says(c.err, "the boot image is pinned to the previous key");
	assert_int_equal(boot(&s, "two", NULL), ES_OK);
	machine_stop(&s.m);
}

/* Nothing has changed where the image can't be made. */
static void what_can_fail_fails_before_there_is_a_new_key(void **state)
{
	static const struct {
		const char *words, *text;
		int status;
	} cases[] = {
		{ "--image-output two --stub stub", "Or name the image that this host boots: --from=FILE", 1 },
		{ "--image-output two --from none --stub stub", "doesn't exist: none", 1 },
		{ "--image-output two --from kernel --stub stub", "kernel lacks .linux", 1 },
		{ "--image-output two --from one --stub initrd", "the stub isn't an EFI program", 1 },
		{ "--image-output one --from one --stub stub", "would overwrite one", 2 },
		{ "--image-output two --from vendors --stub stub", "vendors is signed for Secure Boot: give --sign-key",
		  2 },
		{ "--image-output two --from vendors2 --stub stub", "vendors2 contains its vendor's key", 2 },
		{ "--image-output two --from one --stub stub --sign-key key", "--sign-key and --sign-cert go together",
		  2 },
		{ "--from one", "--from needs --image-output", 2 },
		{ "--strict", "--strict needs --image-output", 2 },
		{ "--image-output two --from leaky --stub stub --strict", "the initramfs contains secrets", 1 },
		{ "--image-output two --from leaky --stub stub --strict --allow /etc/other", "two: 1 file", 1 },
	};
	char words[200];
	struct scene s;

	(void)state;
	start(&s, true);
	assert_int_equal(
	    machine_shell(&s.m, "openssl genrsa -out key 2048 2>/dev/null && openssl rsa -in key -pubout -out pub "
				"2>/dev/null && openssl req -new -x509 -key key -subj /CN=a -out cert"),
	    0);
	run(&s, "image build --stub stub --from one --sign-key key --sign-cert cert --output vendors", 0);
	run(&s, "image build --stub stub --from one --policy-public-key pub --output vendors2", 0);
	assert_int_equal(
	    machine_shell(&s.m, "mkdir -p t/etc && echo password=hunter2 >t/etc/x && cd t && find . | cpio -o -H "
				"newc >../leaky-initrd 2>/dev/null"),
	    0);
	run(&s, "image build --stub stub --from one --initrd leaky-initrd --output leaky", 0);
	run(&s, "recovery rotate --image-output two --stub stub", 2);
	assert_says(
	    c.err,
	    "image.efi is signed for Secure Boot: give --sign-key"); /* the one that this boot was started from */
	assert_int_equal(
	    machine_shell(&s.m, "rm boot/EFI/image.efi && cat boot/etcseal/bank?/encryption.info | sha256sum >before"),
	    0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(words, sizeof words, "recovery rotate %s", cases[i].words);
		run(&s, words, cases[i].status);
		assert_says(c.err, cases[i].text);
		assert_string_equal(c.out, "");
	}
	assert_int_equal(
	    machine_shell(&s.m, "cat boot/etcseal/bank?/encryption.info | sha256sum | cmp - before && ! test -e two"),
	    0);
	machine_stop(&s.m);
}

/* The next image has the initramfs of this one. */
static void what_the_image_discloses_is_said(void **state)
{
	struct scene s;

	(void)state;
	start(&s, true);
	assert_int_equal(
	    machine_shell(&s.m, "mkdir -p t/etc && echo password=hunter2 >t/etc/x && cd t && find . | cpio -o -H "
				"newc >../leaky-initrd 2>/dev/null"),
	    0);
	run(&s, "image build --stub stub --from one --initrd leaky-initrd --output leaky", 0);
	run(&s, "recovery rotate --image-output two --from leaky --stub stub --strict --allow /etc/x", 0);
	assert_null(strstr(c.err, "in the clear"));
	run(&s, "recovery rotate --image-output three --from leaky --stub stub", 0);
	assert_says(c.err, "the initramfs has /etc/x in the clear: a password or token");
	assert_null(strstr(c.err, "hunter2"));
	machine_stop(&s.m);
}

/* The keys are changed, and it is said how to go on. */
static void an_image_that_cannot_be_written_can_be_made_later(void **state)
{
	struct scene s;

	(void)state;
	start(&s, true);
	run(&s, "recovery rotate --image-output none/two --from one --stub stub", 1);
	assert_says(c.out, "WRITE IT DOWN NOW");
	assert_says(c.err, "The keys ARE changed, and this host still opens with one.");
	assert_says(c.err, "etcseal image build --from=one --for-this-host --output=none/two");
	assert_int_equal(boot(&s, "one", NULL), ES_OK);
	assert_int_equal(machine_shell(&s.m, "mkdir none"), 0);
	run(&s, "image build --from=one --for-this-host --output=none/two --stub stub", 0);
	run(&s, "reseal --image=none/two", 0);
	assert_int_equal(boot(&s, "none/two", NULL), ES_OK);
	machine_stop(&s.m);
}

int main(void)
{
	static bool tpm = true, kdf = false;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(the_host_opens_at_every_step, &tpm),
		cmocka_unit_test_prestate(the_host_opens_at_every_step, &kdf),
		cmocka_unit_test_prestate(without_it_is_said_what_has_to_follow, &tpm),
		cmocka_unit_test_prestate(without_it_is_said_what_has_to_follow, &kdf),
		cmocka_unit_test(what_can_fail_fails_before_there_is_a_new_key),
		cmocka_unit_test(what_the_image_discloses_is_said),
		cmocka_unit_test(an_image_that_cannot_be_written_can_be_made_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
