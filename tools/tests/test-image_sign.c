/* SPDX-License-Identifier: Apache-2.0 */
/* `image build --sign-key`: sbverify is the judge. That firmware takes it: tests-ovmf/scenarios/next-image.sh. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"
#include "tools/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct command command = { .dispatch = es_dispatch };
static struct captured c;

static int make_files(void **state)
{
	static uint8_t image[ES_TEST_PE_MAX];
	size_t len;

	if (oracle_folder_make(state) < 0)
		return -1;
	len = es_test_pe_stub(image);
	oracle_write(state, "stub", (struct es_span){ image, len });
	len = es_test_pe_kernel(image);
	oracle_write(state, "kernel", (struct es_span){ image, len });
	oracle_write(state, "initrd", es_test_initrd("first"));
	oracle_write(state, "osrel", es_text_span("ID=debian\n"));
	return oracle_shell(state, "for n in one two; do openssl req -x509 -newkey rsa:2048 -nodes -keyout $n.key "
				   "-subj /CN=$n -out $n.pem || exit; done");
}

/* Each @ stands for the folder. */
static void run(void **state, const char *words, int status)
{
	char line[1024];
	size_t n = 0;

	for (; *words != '\0'; words++) {
		if (*words == '@')
			n += (size_t)snprintf(line + n, sizeof line - n, "%s/", (const char *)*state);
		else
			line[n++] = *words;
		assert_true(n < sizeof line - 1);
	}
	line[n] = '\0';
	command_run(&command, NULL, line, status, NULL, &c);
}

#define BUILD "image build --stub @stub --osrel @osrel --uname none --linux @kernel --initrd @initrd --cmdline quiet "

static void sbverify_accepts_it(void **state)
{
	char plain[80] = "", *at;

	run(state, BUILD "--output @plain", 0);
	at = strstr(c.out, "11:sha256=");
	assert_non_null(at);
	memcpy(plain, at, 10 + 64);
	run(state, BUILD "--output @uki --sign-key @one.key --sign-cert @one.pem", 0);
	assert_says(c.out, plain); /* PCR 11 is the same */
	assert_int_equal(oracle_shell(state, "sbverify --cert one.pem uki"), 0);
	assert_int_not_equal(oracle_shell(state, "sbverify --cert two.pem uki"), 0);
	assert_int_not_equal(oracle_shell(state, "sbverify --cert one.pem plain"), 0);
	run(state, "image inspect @uki", 0);
	assert_says(c.out, "yes, 1 signature (");
	run(state, "image inspect @plain", 0);
	assert_says(c.out, "Signed:    no");
	run(state, "image predict @uki", 0);
	assert_says(c.out, plain);
}

static void a_key_that_is_not_the_certificates_is_refused(void **state)
{
	run(state, BUILD "--output @bad --sign-key @one.key --sign-cert @two.pem", 1);
	assert_says(c.err, "sbsign: ");
	run(state, BUILD "--output @bad --sign-key @initrd --sign-cert @two.pem", 1);
	run(state, BUILD "--output @bad --sign-key @none --sign-cert @two.pem", 1);
	assert_says(c.err, "none");
	run(state, BUILD "--output @bad --sign-key @one.key", 2);
	assert_says(c.err, "go together");
	run(state, BUILD "--output @one.key --sign-key @one.key --sign-cert @one.pem", 2);
	assert_says(c.err, "would overwrite");
	assert_int_not_equal(oracle_shell(state, "test -e bad || test -e bad.new"), 0);
}

static void without_sbsign_it_names_the_package(void **state)
{
	char *path = strdup(getenv("PATH"));

	assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
	run(state, BUILD "--output @bad --sign-key @one.key --sign-cert @one.pem", 1);
	assert_int_equal(setenv("PATH", path, 1), 0);
	free(path);
	assert_says(c.err, "sbsigntool");
	assert_int_not_equal(oracle_shell(state, "test -e bad"), 0);
}

/* A program of that name that does something else doesn't get its work out. */
static void what_sbsign_gives_back_is_checked(void **state)
{
	static const char *const fakes[] = {
		"cat $1 >$2",                                                                  /* not signed */
		"head -c 4096 $1 >$2",                                                         /* half */
		"printf abc | dd of=$2 2>/dev/null",                                           /* nothing of it */
		"sed s/first/other/ $1 >t; sbsign --key one.key --cert one.pem --output $2 t", /* another initrd */
	};
	char path[512], *old = strdup(getenv("PATH"));

	snprintf(path, sizeof path, "%s/fake:%s", (const char *)*state, old);
	for (size_t i = 0; i < sizeof fakes / sizeof *fakes; i++) {
		assert_int_equal(
		    oracle_shell(state,
				 "mkdir -p fake && printf '#!/bin/sh\\ncd %%s\\nPATH=%%s\\nset -- $8 $6\\n%s\\n' "
				 "\"$PWD\" \"$PATH\" >fake/sbsign && chmod +x fake/sbsign",
				 fakes[i]),
		    0);
		assert_int_equal(setenv("PATH", path, 1), 0);
		run(state, BUILD "--output @bad --sign-key @one.key --sign-cert @one.pem", 1);
		assert_int_equal(setenv("PATH", old, 1), 0);
		assert_says(c.err, "something other than the image");
		assert_int_not_equal(oracle_shell(state, "test -e bad"), 0);
	}
	free(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sbverify_accepts_it),
		cmocka_unit_test(a_key_that_is_not_the_certificates_is_refused),
		cmocka_unit_test(without_sbsign_it_names_the_package),
		cmocka_unit_test(what_sbsign_gives_back_is_checked),
	};

	return cmocka_run_group_tests(tests, make_files, oracle_folder_remove);
}
