/* SPDX-License-Identifier: Apache-2.0 */
/* `image build --policy-key` and `image sign-policy`, as a vendor calls them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/memory_attacks.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"
#include "keys/tests/lib/process_memory.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char said[16384];

/* As main() would, in the test's folder; output and errors go to `said`. For a child. */
static int call(void **state, const char *line)
{
	char program[] = "etcseal", words[1024], *argv[48] = { program }, *rest;
	int argc = 1, status, file;

	if (strlen(line) >= sizeof words || chdir(*state) < 0)
		return 91;
	strcpy(words, line);
	for (char *w = strtok_r(words, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
		argv[argc++] = w;
	file = open("said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || dup2(file, STDOUT_FILENO) < 0 || dup2(file, STDERR_FILENO) < 0)
		return 90;
	status = (int)es_dispatch(argc, argv);
	fflush(NULL);
	return status;
}

static int run(void **state, const char *line)
{
	ES_BUF out = { NULL, 0 };
	int status;
	pid_t child;

	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(call(state, line));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	out = oracle_read(state, "said");
	assert_true(out.len < sizeof said);
	memcpy(said, out.data, out.len);
	said[out.len] = '\0';
	return WEXITSTATUS(status);
}

static void says(const char *text)
{
	if (strstr(said, text) == NULL)
		fail_msg("\"%s\" isn't in what was said: %s", text, said);
}

static void silent_of(const char *text)
{
	if (strstr(said, text) != NULL)
		fail_msg("\"%s\" is in what was said: %s", text, said);
}

#define BUILD "image build --stub stub --osrel osrel --uname none --linux kernel --initrd initrd --cmdline quiet "

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
	return oracle_shell(
	    state, "umask 077 && for k in vendor other; do openssl genpkey -algorithm RSA -pkeyopt "
		   "rsa_keygen_bits:2048 -out $k.key && openssl pkey -in $k.key -pubout -out $k.pem || exit 1; "
		   "done; mkdir folder");
}

static void both_ways_give_the_same_image(void **state)
{
	assert_int_equal(run(state, BUILD "--policy-key vendor.key --generation 4 --output once"), 0);
	says("it will measure");
	silent_of("warning");
	assert_int_equal(run(state, BUILD "--policy-public-key vendor.pem --output twice"), 0);
	assert_int_equal(run(state, "image sign-policy twice --key vendor.key --generation 4 --output twice"), 0);
	says("its policy is signed for\n11:sha256=");
	says("generation above 4");
	silent_of("warning");
	assert_int_equal(
	    oracle_shell(state, "cmp once twice && objcopy --dump-section .pcrpkey=p --dump-section .pcrsig=s once x "
				"&& cmp p vendor.pem && grep -q '\"etcseal_generation\":4}' s"),
	    0);
	assert_int_equal(run(state, "image inspect once"), 0);
	says(".pcrsig");
	assert_int_equal(run(state, "image sign-policy once --key vendor.key --print"), 0);
	says("{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"");
	silent_of("generation");
	assert_int_equal(run(state, "image sign-policy once --key vendor.key --output new --json"), 0);
	says("\"policy\": \"");
	assert_int_equal(run(state, "image predict once"), 0);
}

/* A vendor's image goes to all of their hosts, and another tool may have made it. */
static void what_the_image_discloses_is_said(void **state)
{
	assert_int_equal(
	    oracle_shell(state, "mkdir -p t/etc && echo password=hunter2 >t/etc/x && cd t && find . | cpio -o -H newc "
				">../initrd"),
	    0);
	assert_int_equal(run(state, BUILD "--policy-public-key vendor.pem --output open"), 0);
	assert_int_equal(run(state, "image sign-policy open --key vendor.key --output new"), 0);
	says("the initramfs has /etc/x in the clear: a password or token");
	silent_of("hunter2");
	assert_int_equal(run(state, "image sign-policy open --key vendor.key --output strict --strict"), 1);
	says("the initramfs contains secrets");
	assert_int_equal(oracle_shell(state, "! test -e strict"), 0);
	assert_int_equal(run(state, "image sign-policy open --key vendor.key --output strict --strict --allow /etc/x"),
			 0);
	assert_int_equal(run(state, "image sign-policy open --key vendor.key --print --strict"), 2);
}

static int build_with_key(void *state)
{
	return call(state, BUILD "--output locked --policy-key vendor.key");
}

static int build_without_key(void *state)
{
	return call(state, BUILD "--output locked");
}

static bool look(pid_t pid, void *context)
{
	process_memory_look(pid, NULL, context);
	return true;
}

/* Images are large, so they are worked on in memory that can be swapped; a key isn't. */
static void memory_is_locked_from_when_a_key_is_read(void **state)
{
	struct process_memory is;
	struct process_stop stop = { build_with_key, state, SYS_exit_group, look, &is };

	assert_int_equal(process_run(&stop), 0);
	assert_true(is.unlocked == 0 || !memory_attacks_can_see());
	stop.body = build_without_key;
	assert_int_equal(process_run(&stop), 0);
	assert_true(is.unlocked > 0);
}

static void a_key_that_others_can_read_is_warned_of(void **state)
{
	assert_int_equal(oracle_shell(state, "cp vendor.key open.key && chmod 640 open.key"), 0);
	assert_int_equal(run(state, BUILD "--policy-key open.key --output uki"), 0);
	says("open.key can be read by others (mode 0640)");
}

static void what_a_host_could_not_use_is_warned_of_or_refused(void **state)
{
	assert_int_equal(run(state, BUILD "--output uki"), 0);
	assert_int_equal(run(state, "image sign-policy uki --key vendor.key --output new"), 0);
	says("doesn't contain the key");
	assert_int_equal(oracle_shell(state,
				      "umask 077 && openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "
				      "big.key"),
			 0);
	assert_int_equal(run(state, BUILD "--policy-key big.key --output uki"), 0);
	says("over 2048 bits; this key has 3072");
	assert_int_equal(oracle_shell(state,
				      "umask 077 && openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out "
				      "huge.key && openssl pkey -in huge.key -pubout -out huge.pem"),
			 0);
	assert_int_equal(run(state, BUILD "--policy-key huge.key --output huge"), 2);
	says("huge.key is an RSA key of 4096 bits, which few TPMs can load");
	assert_int_equal(run(state, BUILD "--policy-public-key huge.pem --output huge"), 1);
	says("huge.pem: .pcrpkey is an RSA key of 4096 bits");
	assert_int_equal(run(state, BUILD "--output uki"), 0);
	assert_int_equal(run(state, "image sign-policy uki --key huge.key --output huge"), 2);
	says("huge.key is an RSA key of 4096 bits");
	assert_int_equal(oracle_shell(state, "test ! -e huge"), 0);
}

static void what_makes_no_sense_is_refused_and_nothing_is_written(void **state)
{
	static const struct {
		const char *line;
		int status;
		const char *text;
	} cases[] = {
		{ "image sign-policy uki --output bad", 2, "needs --key" },
		{ "image sign-policy uki --key vendor.key", 2, "needs --output or --print" },
		{ "image sign-policy uki --key vendor.key --print --json", 2, "leave out --json" },
		{ "image sign-policy uki --key vendor.key --generation 0 --output bad", 2, "1 to 2^62" },
		{ "image sign-policy uki --key vendor.key --generation -1 --output bad", 2, "1 to 2^62" },
		{ "image sign-policy uki --key vendor.key --generation 5x --output bad", 2, "1 to 2^62" },
		{ "image sign-policy uki --key vendor.key --generation 99999999999999999999 --output bad", 2,
		  "1 to 2^62" },
		{ "image sign-policy uki --key other.key --output bad", 2, "isn't the key that the image carries" },
		{ "image sign-policy uki --key missing --output bad", 1, "missing" },
		{ "image sign-policy uki --key folder --output bad", 1, "isn't a file" },
		{ "image sign-policy uki --key osrel --output bad", 1, "isn't a private key" },
		{ "image sign-policy uki --key vendor.pem --output bad", 1, "isn't a private key" },
		{ "image sign-policy uki --key locked.key --output bad", 1, "the key is protected by a passphrase" },
		{ "image sign-policy kernel --key vendor.key --output bad", 1, "isn't a boot image" },
		{ "image sign-policy osrel --key vendor.key --output bad", 1, "isn't a boot image" },
		{ "image sign-policy signed --key vendor.key --output bad", 2, "sign its policy first" },
		{ "image sign-policy uki --key vendor.key --output vendor.key", 2,
		  "would overwrite the key, vendor.key" },
		{ BUILD "--policy-key vendor.key --output vendor.key", 2,
		  "would overwrite vendor.key, one of its inputs" },
		{ BUILD "--generation 3 --output bad", 2, "--policy-key" },
		{ BUILD "--policy-public-key vendor.key --output bad", 1, "isn't a public key" },
		{ BUILD "--policy-public-key vendor.pem --policy-key other.key --output bad", 2,
		  "isn't the key that the image carries" },
	};

	assert_int_equal(run(state, BUILD "--policy-public-key vendor.pem --output uki"), 0);
	assert_int_equal(
	    oracle_shell(state, "openssl pkey -in vendor.key -aes256 -passout pass:x -out locked.key && "
				"openssl req -x509 -newkey rsa:2048 -nodes -keyout sb.key -out sb.pem -subj /CN=x && "
				"sbsign --key sb.key --cert sb.pem --output signed uki >out 2>&1"),
	    0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int status = run(state, cases[i].line);

		if (status != cases[i].status)
			fail_msg("%s: exit %d: %s", cases[i].line, status, said);
		says(cases[i].text);
		assert_int_not_equal(oracle_shell(state, "test -e bad || test -e bad.new"), 0);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_files, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_ways_give_the_same_image),
		TEST(what_the_image_discloses_is_said),
		TEST(memory_is_locked_from_when_a_key_is_read),
		TEST(a_key_that_others_can_read_is_warned_of),
		TEST(what_a_host_could_not_use_is_warned_of_or_refused),
		TEST(what_makes_no_sense_is_refused_and_nothing_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
