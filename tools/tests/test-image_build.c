/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal image build`: its options, the parts of another image, and the pins to a host. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/file.h"
#include "keys/tests/lib/command.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NEEDED "systemd.import_credentials=no noresume nohibernate" /* what `image build` adds */

static struct command command = { .dispatch = es_dispatch };
static struct captured c;

struct scene {
	struct machine m;
	struct es_boot_record record;
};

static void run(struct scene *s, const char *words, int status)
{
	command_run_there(&command, &s->m, words, status, &c);
}

static void start(struct scene *s, bool tpm)
{
	static uint8_t image[ES_TEST_PE_MAX];
	char key[ES_RECOVERY_TEXT_LEN + 1];
	size_t len = es_test_pe_stub(image);

	machine_start(&s->m, tpm);
	machine_put(&s->m, "stub", (struct es_span){ image, len });
	len = es_test_pe_kernel(image);
	machine_put(&s->m, "kernel", (struct es_span){ image, len });
	image[len - 1] ^= 1;
	machine_put(&s->m, "kernel2", (struct es_span){ image, len });
	machine_put(&s->m, "initrd", es_test_initrd("first"));
	machine_put(&s->m, "initrd2", es_test_initrd("other"));
	machine_put(&s->m, "osrel", es_text_span("ID=debian\n"));
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &s->record), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(&s->m, !tpm, key), ES_OK);
	run(s,
	    "image build --stub stub --linux kernel --initrd initrd --cmdline quiet --osrel osrel --uname 6.1 "
	    "--output old",
	    0);
}

/* What it keeps it has byte for byte, and with nothing to exchange it is the same image. */
static void parts_that_are_not_given_come_from_the_other_image(void **state)
{
	struct scene s;

	(void)state;
	start(&s, false);
	run(&s, "image build --stub stub --from old --output new", 0);
	assert_int_equal(machine_shell(&s.m, "cmp old new"), 0);
	run(&s, "image build --stub stub --from old --initrd initrd2 --cmdline debug --output new", 0);
	assert_int_equal(
	    machine_shell(&s.m,
			  "for p in linux osrel uname initrd cmdline; do objcopy --dump-section .$p=$p new x; done; "
			  "cmp linux kernel && cmp osrel osrel && cmp initrd initrd2 && "
			  "test \"$(cat uname)\" = 6.1 && test \"$(cat cmdline)\" = 'debug " NEEDED "'"),
	    0);
	/* The release goes with the kernel. */
	run(&s, "image build --stub stub --from old --linux kernel2 --output new", 0);
	assert_int_equal(machine_shell(&s.m, "objcopy --dump-section .linux=linux new x && cmp linux kernel2 && "
					     "! objdump -h new | grep -q uname"),
			 0);
	machine_stop(&s.m);
}

static void what_the_other_image_lacks_or_loses_is_said(void **state)
{
	struct scene s;

	(void)state;
	start(&s, false);
	run(&s, "image build --stub stub --from kernel --output new", 1);
	assert_says(c.err, "kernel lacks .linux .initrd .cmdline");
	run(&s, "image build --stub stub --from none --output new", 1);
	assert_says(c.err, "doesn't exist: none");
	run(&s, "image build --stub stub --from old --output old", 2);
	assert_says(c.err, "would overwrite old");
	run(&s, "image build --stub stub --linux kernel --output new", 2);
	assert_says(c.err, "needs --initrd, or --from to take it from another image");
	assert_int_equal(
	    machine_shell(&s.m, "openssl genrsa -out key 2048 2>/dev/null && openssl rsa -in key -pubout -out pub "
				"2>/dev/null && openssl req -new -x509 -key key -subj /CN=a -out cert && "
				"sha256sum <old >sum"),
	    0);
	run(&s,
	    "image build --stub stub --from old --policy-public-key pub --sign-key key --sign-cert cert --output "
	    "vendors",
	    0);
	assert_string_equal(c.err, "");
	run(&s, "image build --stub stub --from vendors --output new", 0);
	assert_says(c.err, "vendors contains a vendor's key, but the new image doesn't");
	assert_says(c.err, "vendors is signed for Secure Boot, but the new image isn't");
	assert_int_equal(machine_shell(&s.m, "cmp old new && sha256sum <old | cmp - sum"), 0);
	machine_stop(&s.m);
}

static void pinned_it_has_this_hosts_key_id_and_tpm(void **state)
{
	struct scene s;

	(void)state;
	start(&s, true);
	run(&s, "image build --stub stub --from old --for-this-host --output new", 0);
	assert_int_equal(
	    machine_shell(&s.m, "objcopy --dump-section .cmdline=got new x && grep -Eqx 'quiet " NEEDED
				" etcseal\\.key-id=[0-9a-f]{16} etcseal\\.host=[0-9a-f-]{36} "
				"etcseal\\.srk=000b[0-9a-f]{64}' got && "
				"grep -q \"etcseal.key-id=$(sed -n 's/.*\"key_id\": *\"\\([0-9a-f]*\\)\".*/\\1/p' "
				"boot/etcseal/bank0/encryption.info)\" got && "
				"grep -q \"etcseal.host=$(sed -n 's/.*\"host\": *\"\\([0-9a-f-]*\\)\".*/\\1/p' "
				"boot/etcseal/bank0/encryption.info)\" got"),
	    0);
	/* Once more: the same, not twice. */
	run(&s, "image build --stub stub --from new --for-this-host --output newer", 0);
	assert_int_equal(machine_shell(&s.m, "cmp new newer"), 0);
	run(&s, "image inspect new", 0);
	assert_says(c.out, "etcseal.host=");
	machine_stop(&s.m);
}

static void without_a_seal_there_is_no_tpm_to_pin_to(void **state)
{
	struct scene s;

	(void)state;
	start(&s, false);
	run(&s, "image build --stub stub --from old --for-this-host --output new", 0);
	assert_int_equal(machine_shell(&s.m,
				       "objcopy --dump-section .cmdline=got new x && grep -q 'etcseal.key-id=' got && "
				       "! grep -q etcseal.srk got"),
			 0);
	machine_stop(&s.m);
}

static void a_pin_that_would_lock_every_boot_is_refused(void **state)
{
	static const char *const bad[] = { "etcseal.key-id=12", "etcseal.key-id", "etcseal.host=me",
					   "etcseal.srk=000b0102", "etcseal.srk=" };
	char words[200];
	struct scene s;

	(void)state;
	start(&s, false);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(words, sizeof words, "image build --stub stub --from old --cmdline %s --output new%s", bad[i],
			 i % 2 == 0 ? " --options-as-given" : "");
		run(&s, words, 2);
		assert_says(c.err, "is malformed; --for-this-host writes it");
	}
	assert_int_equal(machine_shell(&s.m, "! test -e new"), 0);
	machine_stop(&s.m);
}

static void a_host_that_is_not_open_has_nothing_to_pin_to(void **state)
{
	struct machine_boot other = machine_usual_boot;
	struct scene s;

	(void)state;
	start(&s, true);
	other.image = "another kernel";
	assert_int_equal(machine_boot(&s.m, &other, NULL, &s.record), ES_LOCKED_PCR);
	run(&s, "image build --stub stub --from old --for-this-host --output new", 4);
	assert_int_equal(machine_shell(&s.m, "! test -e new"), 0);
	machine_stop(&s.m);
}

static void adds_the_options_that_keep_others_out_once(void **state)
{
	struct scene s;

	(void)state;
	start(&s, false);
	machine_put(&s.m, "some", es_text_span("noresume quiet -- single"));
	run(&s, "image build --stub stub --from old --cmdline @some --output new", 0);
	assert_int_equal(machine_shell(&s.m, "objcopy --dump-section .cmdline=got new x && printf 'noresume quiet "
					     "systemd.import_credentials=no nohibernate -- single' | cmp - got"),
			 0);
	run(&s, "image inspect new", 0);
	assert_null(strstr(c.err, "options lack"));
	run(&s, "image inspect --json new", 0);
	assert_says(c.out, "\"missing_options\": []");
	machine_stop(&s.m);
}

/* Who knows better says so, and is told what that means. */
static void refuses_options_that_let_others_in(void **state)
{
	static const struct {
		const char *options, *words;
	} bad[] = {
		{ "resume=/dev/sda2", "--cmdline has resume=/dev/sda2, and with that a hibernated system" },
		{ "systemd.import_credentials=yes",
		  "--cmdline has systemd.import_credentials=yes, and with that systemd" },
		{ "root=\"LABEL=a", "unclosed quote in the options" },
	};
	char words[200];
	struct scene s;

	(void)state;
	start(&s, false);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(words, sizeof words, "image build --stub stub --from old --output new --cmdline %s",
			 bad[i].options);
		run(&s, words, 2);
		assert_says(c.err, bad[i].words);
		assert_int_equal(machine_shell(&s.m, "! test -e new"), 0);
		strcat(words, " --options-as-given");
		run(&s, words, 0);
		run(&s, "image inspect new", 0);
		assert_says(c.err, "its options lack systemd.import_credentials=no: systemd accepts credentials");
		assert_says(c.err, "its options lack noresume: ");
		assert_says(c.err, "its options lack nohibernate: ");
		if (i == 0)
			assert_says(c.err, "its options have resume=/dev/sda2: a hibernated system");
		run(&s, "image inspect new --json", 0);
		assert_says(c.out,
			    "\"missing_options\": [\n    \"systemd.import_credentials=no\",\n    \"noresume\",\n "
			    "   \"nohibernate\"\n  ]");
		assert_int_equal(machine_shell(&s.m, "rm new"), 0);
	}
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_the_options_that_keep_others_out_once),
		cmocka_unit_test(refuses_options_that_let_others_in),
		cmocka_unit_test(parts_that_are_not_given_come_from_the_other_image),
		cmocka_unit_test(what_the_other_image_lacks_or_loses_is_said),
		cmocka_unit_test(pinned_it_has_this_hosts_key_id_and_tpm),
		cmocka_unit_test(without_a_seal_there_is_no_tpm_to_pin_to),
		cmocka_unit_test(a_pin_that_would_lock_every_boot_is_refused),
		cmocka_unit_test(a_host_that_is_not_open_has_nothing_to_pin_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
