/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/path_attacks.h"

#include "keys/store/file.h"
#include "keys/tests/lib/pe_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVE = 65533 };

/* Folders: roots is root's own; theirs; sticky is like /tmp; everybody can write to shared. */
struct scene {
	struct machine m;
	struct command command;
	struct captured said;
};

static bool shell_is(const struct scene *s, const char *line)
{
	char full[1024];

	assert_true(snprintf(full, sizeof full, "cd %s && { %s; }", s->m.folder, line) < (int)sizeof full);
	return system(full) == 0;
}

static void shell(const struct scene *s, const char *line)
{
	if (!shell_is(s, line))
		fail_msg("%s", line);
}

/* Runs a line as the other user. */
static bool they_can(const struct scene *s, const char *line)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(setgroups(0, NULL) == 0 && setgid(EVE) == 0 && setuid(EVE) == 0 && shell_is(s, line) ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* In words, %/x is a path in the machine's folder. Returns whether it succeeded. */
static bool run(struct scene *s, const char *words)
{
	char full[1024] = "";

	for (const char *w = words; *w != '\0'; w++) {
		size_t n = strlen(full);

		assert_true(n + sizeof s->m.folder + 2 < sizeof full);
		if (*w == '%')
			strcpy(full + n, s->m.folder);
		else
			memcpy(full + n, (char[]){ *w, '\0' }, 2);
	}
	command_prepare(&s->command, &s->m, full);
	capture(command_body, &s->command, NULL, &s->said);
	return s->said.status == 0;
}

static struct scene *scene_start(dispatch_fn *dispatch)
{
	struct scene *s = calloc(1, sizeof *s);
	struct es_boot_record record;

	assert_non_null(s);
	s->command.dispatch = dispatch;
	machine_start(&s->m, false);
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/hostname", "thor\n");
	assert_true(run(s, "init"));
	shell(s, "umask 022; chmod 755 .; mkdir -m 700 roots; mkdir theirs sticky shared; chown 65533 theirs; "
		 "chmod 1777 sticky; chmod 777 shared");
	return s;
}

/* A refusal must be about the path, and must name it. */
static bool scene_end(struct scene *s, bool succeeded)
{
	if (!succeeded && strstr(s->said.err, es_reason_words(ES_UNSAFE_PATH)->what) == NULL)
		fail_msg("refused otherwise: %s", s->said.err);
	machine_stop(&s->m);
	free(s);
	return succeeded;
}

bool attack_extract_by_link(dispatch_fn *dispatch)
{
	struct scene *s = scene_start(dispatch);

	assert_true(they_can(s, "ln -s ../roots sticky/out"));
	run(s, "extract --to %/sticky/out");
	return scene_end(s, shell_is(s, "test -e roots/etc/hostname"));
}

bool attack_extract_by_link_on_the_way(dispatch_fn *dispatch)
{
	struct scene *s = scene_start(dispatch);

	assert_true(they_can(s, "ln -s ../roots sticky/way"));
	run(s, "extract --to %/sticky/way/out");
	return scene_end(s, shell_is(s, "test -e roots/out/etc/hostname"));
}

bool attack_extract_in_their_folder(dispatch_fn *dispatch)
{
	struct scene *s = scene_start(dispatch);

	run(s, "extract --to %/theirs/out");
	return scene_end(s,
			 they_can(s, "mv theirs/out theirs/mine") && shell_is(s, "test -e theirs/mine/etc/hostname"));
}

bool attack_extract_in_shared_folder(dispatch_fn *dispatch)
{
	struct scene *s = scene_start(dispatch);

	run(s, "extract --to %/shared/out");
	return scene_end(s,
			 they_can(s, "mv shared/out shared/mine") && shell_is(s, "test -e shared/mine/etc/hostname"));
}

bool attack_extract_into_their_folder(dispatch_fn *dispatch)
{
	struct scene *s = scene_start(dispatch);

	assert_true(they_can(s, "mkdir -m 700 sticky/out"));
	run(s, "extract --to %/sticky/out");
	return scene_end(s, they_can(s, "mv sticky/out/etc sticky/out/mine") &&
				shell_is(s, "test -e sticky/out/mine/hostname"));
}

static void make_parts(struct scene *s)
{
	static uint8_t image[ES_TEST_PE_MAX];
	struct es_span pe;
	char path[128];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", s->m.folder, i == 0 ? "stub" : "kernel");
		pe = (struct es_span){ image, i == 0 ? es_test_pe_stub(image) : es_test_pe_kernel(image) };
		assert_int_equal(es_file_write(AT_FDCWD, path, pe), ES_OK);
	}
	shell(s, "echo first >init; echo init | cpio --quiet -o -H newc >initrd; echo ID=debian >osrel");
}

#define BUILD "image build --stub %/stub --osrel %/osrel --uname none --linux %/kernel --initrd %/initrd --cmdline a "

bool attack_image_by_link(dispatch_fn *dispatch)
{
	struct scene *s = scene_start(dispatch);

	make_parts(s);
	shell(s, "echo good >roots/file");
	assert_true(they_can(s, "ln -s ../roots/file sticky/uki"));
	run(s, BUILD "--output %/sticky/uki");
	return scene_end(s, shell_is(s, "! grep -q good roots/file"));
}

bool attack_policy_key(dispatch_fn *dispatch)
{
	struct scene *s = scene_start(dispatch);

	make_parts(s);
	assert_true(
	    they_can(s, "umask 077; openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 "
			"-out sticky/key 2>sticky/openssl || openssl genrsa -out sticky/key 2048 2>sticky/openssl"));
	run(s, BUILD "--output %/uki --policy-key %/sticky/key");
	return scene_end(s, shell_is(s, "grep -q 'BEGIN PUBLIC KEY' uki"));
}

#define MAKE_PAIR                                                                                                      \
	"openssl genrsa -out key 2048 2>openssl && "                                                                   \
	"openssl req -new -x509 -key key -subj /CN=$(id -u) -out cert 2>>openssl"

/* Root has a pair, by symlinks of root's own, and so have they. */
static bool sign_with(dispatch_fn *dispatch, const char *key, const char *cert)
{
	struct scene *s = scene_start(dispatch);
	char words[512];

	make_parts(s);
	shell(s, "cd roots && " MAKE_PAIR " && ln -s key key-link && ln -s cert cert-link");
	assert_true(run(s, BUILD "--output %/good --sign-key %/roots/key-link --sign-cert %/roots/cert-link"));
	assert_true(they_can(s, "(cd theirs && umask 077 && " MAKE_PAIR ") && ln -s ../roots/key sticky/key"));
	shell(s, "cp theirs/key roots/their-key && cp theirs/cert roots/their-cert");
	snprintf(words, sizeof words, "%s--output %%/uki --sign-key %%/%s --sign-cert %%/%s", BUILD, key, cert);
	run(s, words);
	return scene_end(s, shell_is(s, "test -e uki"));
}

bool attack_sign_key(dispatch_fn *dispatch)
{
	return sign_with(dispatch, "theirs/key", "roots/their-cert");
}

bool attack_sign_cert(dispatch_fn *dispatch)
{
	return sign_with(dispatch, "roots/their-key", "theirs/cert");
}

bool attack_sign_key_by_link(dispatch_fn *dispatch)
{
	return sign_with(dispatch, "sticky/key", "roots/cert");
}

bool attack_recovery_key(dispatch_fn *dispatch)
{
	struct scene *s = scene_start(dispatch);

	assert_true(run(s, "recovery list"));
	shell(s, ": >key; chmod 600 key");
	{
		char *key = strrchr(s->said.out, ' ') + 1, path[128];

		snprintf(path, sizeof path, "%s/key", s->m.folder);
		assert_int_equal(es_file_write(AT_FDCWD, path, es_text_span(key)), ES_OK);
	}
	shell(s, "mv key sticky/key; chown 65533 sticky/key");
	run(s, "extract --to %/out --recovery-key-file %/sticky/key");
	return scene_end(s, shell_is(s, "test -e out/etc/hostname"));
}

bool attack_run_folder(dispatch_fn *dispatch)
{
	struct scene *s = scene_start(dispatch);

	shell(s, "chown 65533 run");
	assert_true(
	    they_can(s, "mv run/ram run/old && mkdir -p run/ram/tree/etc && echo loki >run/ram/tree/etc/hostname"));
	run(s, "backup --force");
	return scene_end(s, s->said.status == 0);
}
