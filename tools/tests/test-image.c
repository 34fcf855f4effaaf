/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/pe.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_MAX = 8192, LEFT = 93 /* there is an image on the small disk, or a part of one */ };

static char said[SAID_MAX]; /* output and errors of the last run */

static void to_file(const char *name, int fd)
{
	int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (file < 0 || dup2(file, fd) < 0)
		_exit(90);
	close(file);
}

/* As main() would, in the test's folder; with small, the folder "small" is a disk of 16 KiB. */
static int run_in(void **state, bool small, const char *line)
{
	char program[] = "etcseal", words[1024], *argv[48] = { program }, *rest;
	struct es_buf out;
	int argc = 1, status;
	pid_t child;

	assert_true(strlen(line) < sizeof words);
	strcpy(words, line);
	for (char *w = strtok_r(words, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
		argv[argc++] = w;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (chdir(*state) < 0)
			_exit(91);
		if (small && (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
			      mount("tmpfs", "small", "tmpfs", 0, "size=16k") < 0))
			_exit(92);
		to_file("said", STDOUT_FILENO);
		dup2(STDOUT_FILENO, STDERR_FILENO);
		status = (int)es_dispatch(argc, argv);
		fflush(NULL);
		if (small && (access("small/uki", F_OK) == 0 || access("small/uki.new", F_OK) == 0))
			_exit(LEFT);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	out = oracle_read(state, "said");
	assert_true(out.len < sizeof said);
	memcpy(said, out.data, out.len);
	said[out.len] = '\0';
	es_buf_free(&out);
	return WEXITSTATUS(status);
}

static int run(void **state, const char *line)
{
	return run_in(state, false, line);
}

static void says(const char *text)
{
	if (strstr(said, text) == NULL)
		fail_msg("\"%s\" isn't in what was said: %s", text, said);
}

/* Fails with that exit code, says why, and writes nothing. */
static void fails(void **state, const char *line, int expected, const char *text)
{
	assert_int_equal(run(state, line), expected);
	says(text);
	assert_int_not_equal(oracle_shell(state, "test -e bad || test -e bad.new"), 0);
}

#define USUAL  "--stub stub --osrel osrel --uname none"
#define NEEDED "systemd.import_credentials=no noresume nohibernate" /* what `image build` adds */

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
	oracle_write(state, "truncated", (struct es_span){ image, len - 1 });
	len = es_test_pe_uki(image);
	oracle_write(state, "other-uki", (struct es_span){ image, len });
	oracle_write(state, "initrd", es_test_initrd("first"));
	oracle_write(state, "initrd2", es_test_initrd("other"));
	oracle_write(state, "osrel", es_text_span("ID=debian\n"));
	oracle_write(state, "text", es_text_span("some text\n"));
	oracle_write(state, "empty", es_text_span(""));
	oracle_write(state, "cmdline", es_text_span("console=ttyS0 \n"));
	oracle_write(state, "two-lines", es_text_span("console=ttyS0\nquiet\n"));
	oracle_write(state, "nul", (struct es_span){ (const uint8_t *)"a\0b\n", 4 });
	return oracle_shell(state, "mkdir folder small");
}

static void builds_an_image_that_systemd_measure_agrees_with(void **state)
{
	struct es_buf theirs;

	assert_int_equal(
	    run(state, "image build " USUAL " --linux kernel --initrd initrd --cmdline quiet --output uki"), 0);
	says("wrote uki, ");
	assert_int_equal(oracle_shell(state, "printf 'quiet " NEEDED
					     "' >c; /usr/lib/systemd/systemd-measure calculate --bank=sha256 --phase= "
					     "--linux=kernel --osrel=osrel --cmdline=c --initrd=initrd >theirs; "
					     "grep -q '^11:' theirs"),
			 0);
	theirs = oracle_read(state, "theirs");
	theirs.data[theirs.len - 1] = '\0';
	says((const char *)theirs.data);
	assert_int_equal(run(state, "image predict uki"), 0);
	says((const char *)theirs.data);
	says("12:sha256=0000000000000000000000000000000000000000000000000000000000000000\n");
	es_buf_free(&theirs);
}

static void takes_options_from_a_file_without_its_line_end(void **state)
{
	assert_int_equal(
	    run(state, "image build " USUAL " --linux kernel --initrd initrd --cmdline @cmdline --output uki"), 0);
	assert_int_equal(oracle_shell(state,
				      "objcopy --dump-section .cmdline=got uki x && printf 'console=ttyS0 " NEEDED
				      "' | cmp - got"),
			 0);
	assert_int_equal(run(state,
			     "image build " USUAL " --linux kernel --initrd initrd --cmdline @cmdline --output uki "
			     "--options-as-given"),
			 0);
	assert_int_equal(
	    oracle_shell(state, "objcopy --dump-section .cmdline=got uki x && printf 'console=ttyS0' | cmp - got"), 0);
}

static void joins_initrds_at_multiples_of_four(void **state)
{
	struct es_span odd = es_test_initrd("five");

	oracle_write(state, "odd", (struct es_span){ odd.data, odd.len - 1 }); /* nobody needs the last zero */
	assert_int_equal(
	    run(state, "image build " USUAL " --linux kernel --initrd odd --initrd initrd2 --cmdline a --output uki"),
	    0);
	assert_int_equal(oracle_shell(state, "objcopy --dump-section .initrd=got uki x && "
					     "(cat odd; head -c 1 /dev/zero; cat initrd2) | cmp - got"),
			 0);
}

static void replaces_an_old_image_whole(void **state)
{
	assert_int_equal(oracle_shell(state, "echo old >uki && ln -sf uki link"), 0);
	assert_int_equal(run(state, "image build " USUAL " --linux kernel --initrd initrd --cmdline a --output link"),
			 0);
	assert_int_equal(oracle_shell(state, "test -L link && objdump -h uki | grep -q .initrd && ! test -e uki.new"),
			 0);
}

static void warns_of_a_folder_that_others_can_change(void **state)
{
	assert_int_equal(oracle_shell(state, "mkdir -m 777 shared && mkdir -m 1777 sticky"), 0);
	assert_int_equal(
	    run(state, "image build " USUAL " --linux kernel --initrd initrd --cmdline a --output shared/uki"), 0);
	says("warning: shared can be changed by others (mode 0777): an image there may be replaced by another");
	assert_int_equal(
	    run(state, "image build " USUAL " --linux kernel --initrd initrd --cmdline a --output sticky/uki"), 0);
	assert_null(strstr(said, "warning"));
}

static void shows_what_is_inside(void **state)
{
	assert_int_equal(
	    run(state, "image build " USUAL " --linux kernel --initrd initrd --cmdline quiet --output uki"), 0);
	assert_int_equal(oracle_shell(state, "sha256sum initrd | cut -d' ' -f1 >sum"), 0);
	assert_int_equal(run(state, "image inspect uki"), 0);
	says("Machine:   x86-64\nSigned:    no");
	says("Options:   quiet " NEEDED "\n");
	says("Missing:   nothing");
	assert_int_equal(oracle_shell(state, "grep '^.initrd' said | grep -q \" $(stat -c %%s initrd)  $(cat sum)$\""),
			 0);
	assert_int_equal(run(state, "image inspect --json uki"), 0);
	says("\"signed\": false");
	says("\"missing\": []");
	assert_int_equal(run(state, "image inspect kernel"), 0);
	says("Missing:   .linux .initrd .cmdline\n");
}

/* The image is public: what must not be in it isn't shown again. */
static void warns_of_a_recovery_key_in_an_image(void **state)
{
	static const struct es_test_pe_section sections[] = { { ".text", 16, 1 }, { ".cmdline", 29, 'x' } };
	static uint8_t image[ES_TEST_PE_MAX];
	size_t len = es_test_pe_make(sections, 2, image);

	memcpy(image + es_test_get32(image, es_test_pe_at(1, ES_TEST_PE_ROFF)), "a etcseal.recovery=canary0000", 29);
	oracle_write(state, "leaky", (struct es_span){ image, len });
	assert_int_equal(run(state, "image inspect leaky"), 0);
	says("options contain a recovery key");
	assert_null(strstr(said, "canary"));
	assert_int_equal(run(state, "image inspect --json leaky"), 0);
	assert_null(strstr(said, "canary"));
}

static void predicts_recovery_and_outside_options(void **state)
{
	assert_int_equal(
	    run(state, "image build " USUAL " --linux kernel --initrd initrd --cmdline quiet --output uki"), 0);
	assert_int_equal(run(state, "image predict uki --options debug --recovery --json"), 0);
	says("\"pcr\": 12");
	assert_int_equal(run(state, "image predict uki --options etcseal.recovery=1"), 2);
	says("give --recovery instead");
	assert_int_equal(run(state, "image predict uki --options k\xc3\xa4se"), 2);
	says("ASCII");
}

static void names_what_is_wrong_with_an_input(void **state)
{
	static const char build[] = "image build --osrel osrel --uname none --output bad --cmdline quiet ";
	static const struct {
		const char *options;
		int exit;
		const char *text;
	} cases[] = {
		{ "--stub stub --initrd initrd --linux none", 1, "doesn't exist: none" },
		{ "--stub stub --initrd initrd --linux folder", 1, "folder is a folder" },
		{ "--stub stub --initrd initrd --linux /dev/zero", 1, "/dev/zero is a device" },
		{ "--stub stub --initrd initrd --linux empty", 1, "the file is empty: empty" },
		{ "--stub stub --initrd initrd --linux text", 1, "text: .linux isn't an EFI program" },
		{ "--stub stub --initrd initrd --linux truncated", 1,
		  "truncated: .linux is truncated, or was built without" },
		{ "--stub stub --initrd initrd --linux other-uki", 1, "other-uki: .linux is a whole boot image" },
		{ "--stub other-uki --initrd initrd --linux kernel", 1, "other-uki: the stub is a whole boot image" },
		{ "--stub text --initrd initrd --linux kernel", 1, "text: the stub isn't an EFI program" },
		{ "--stub stub --initrd text --linux kernel", 1, "text: .initrd is neither a cpio archive" },
		{ "--stub stub --initrd initrd --linux kernel --splash text", 1, "text: .splash isn't a BMP picture" },
		{ "--stub stub --initrd initrd", 2, "needs --linux" },
		{ "--stub stub --linux kernel", 2, "needs --initrd" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char line[512];

		snprintf(line, sizeof line, "%s%s", build, cases[i].options);
		fails(state, line, cases[i].exit, cases[i].text);
	}
}

static void names_what_is_wrong_with_the_options(void **state)
{
	static const char build[] = "image build " USUAL " --linux kernel --initrd initrd --output bad";
	static const struct {
		const char *options;
		int exit;
		const char *text;
	} cases[] = {
		{ "--cmdline @two-lines", 2, "two-lines: .cmdline contains a newline" },
		{ "--cmdline @nul", 2, "nul: .cmdline contains a newline or another control character" },
		{ "--cmdline @empty", 1, "the file is empty: empty" },
		{ "--cmdline @none", 1, "doesn't exist: none" },
		{ "--cmdline etcseal.recovery=1", 2, ".cmdline contains a recovery key" },
		{ "", 2, "needs --cmdline" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char line[512];

		snprintf(line, sizeof line, "%s %s", build, cases[i].options);
		fails(state, line, cases[i].exit, cases[i].text);
	}
}

static void refuses_outputs_that_it_cannot_replace_whole(void **state)
{
	static const char build[] = "image build " USUAL " --linux kernel --initrd initrd --cmdline a --output";
	static const struct {
		const char *output;
		int exit;
		const char *text;
	} cases[] = {
		{ "folder", 2, "folder is a folder" },     { "/dev/full", 2, "/dev/full isn't a regular file" },
		{ "none/uki", 1, "doesn't exist: none" },  { "text/uki", 2, "text isn't a folder" },
		{ "kernel", 2, "would overwrite kernel" }, { "folder/../stub", 2, "would overwrite stub" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char line[512];

		snprintf(line, sizeof line, "%s %s", build, cases[i].output);
		fails(state, line, cases[i].exit, cases[i].text);
	}
	assert_int_equal(oracle_shell(state, "test -s stub && test -s kernel && test -c /dev/full"), 0);
}

static void leaves_nothing_on_a_full_disk(void **state)
{
	assert_int_equal(
	    run_in(state, true, "image build " USUAL " --linux kernel --initrd initrd --cmdline a --output small/uki"),
	    LEFT); /* it fits */
	assert_int_equal(oracle_shell(state, "head -c 20000 /dev/zero | tr '\\0' x >tail && cat initrd tail >big"), 0);
	assert_int_equal(
	    run_in(state, true, "image build " USUAL " --linux kernel --initrd big --cmdline a --output small/uki"), 1);
	says("the disk is full: small/uki");
}

static void predict_and_inspect_refuse_what_is_no_image(void **state)
{
	assert_int_equal(run(state, "image predict kernel"), 1);
	says("kernel lacks .linux .initrd .cmdline");
	assert_int_equal(run(state, "image predict text"), 1);
	says("text isn't an EFI program");
	assert_int_equal(run(state, "image inspect truncated"), 1);
	says("truncated isn't an EFI program, or it is truncated");
	assert_int_equal(run(state, "image inspect none --json"), 1);
	says("\"id\": \"missing\"");
	assert_int_equal(run(state, "image inspect"), 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_an_image_that_systemd_measure_agrees_with),
		cmocka_unit_test(takes_options_from_a_file_without_its_line_end),
		cmocka_unit_test(joins_initrds_at_multiples_of_four),
		cmocka_unit_test(replaces_an_old_image_whole),
		cmocka_unit_test(warns_of_a_folder_that_others_can_change),
		cmocka_unit_test(shows_what_is_inside),
		cmocka_unit_test(warns_of_a_recovery_key_in_an_image),
		cmocka_unit_test(predicts_recovery_and_outside_options),
		cmocka_unit_test(names_what_is_wrong_with_an_input),
		cmocka_unit_test(names_what_is_wrong_with_the_options),
		cmocka_unit_test(refuses_outputs_that_it_cannot_replace_whole),
		cmocka_unit_test(leaves_nothing_on_a_full_disk),
		cmocka_unit_test(predict_and_inspect_refuse_what_is_no_image),
	};

	return cmocka_run_group_tests(tests, make_files, oracle_folder_remove);
}
