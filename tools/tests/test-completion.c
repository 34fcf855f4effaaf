/* SPDX-License-Identifier: Apache-2.0 */
/* The completions, as the shells themselves run them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/pty.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct command command = { .dispatch = es_dispatch };

static char script[] = "/tmp/etcseal-completion-XXXXXX";

/* *state: the shell's name. */
static int make_script(void **state)
{
	struct captured c;
	char words[40];
	int fd;

	strcpy(script + sizeof script - 7, "XXXXXX");
	fd = mkstemp(script);
	snprintf(words, sizeof words, "completion %s", (const char *)*state);
	command_run(&command, NULL, words, 0, NULL, &c);
	if (fd < 0 || write(fd, c.out, strlen(c.out)) != (ssize_t)strlen(c.out))
		return -1;
	return close(fd);
}

static int remove_script(void **state)
{
	(void)state;
	return unlink(script);
}

/* What bash offers after words, of which the last one is being typed: separated by one space. */
static void assert_completes(const char *words, const char *expected)
{
	char line[1024], got[4096];
	size_t n;
	FILE *p;

	snprintf(line, sizeof line,
		 "bash -c 'source %s; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); "
		 "_etcseal; echo -n \"${COMPREPLY[*]}\"' 2>&1",
		 script, words);
	p = popen(line, "r");
	assert_non_null(p);
	n = fread(got, 1, sizeof got - 1, p);
	got[n] = '\0';
	assert_int_equal(pclose(p), 0);
	if (strcmp(got, expected) != 0)
		fail_msg("after <%s> bash offers <%s>, not <%s>", words, got, expected);
}

static void bash_completes(void **state)
{
	(void)state;
	assert_completes("etcseal st", "status");
	assert_completes("etcseal recovery \"\"", "list rotate --json --boot-dir= --run-dir= --tcti= --event-log= "
						  "--product-uuid= --firmware= --kernel-options= --power= "
						  "--key-name= --help "
						  "--version");
	assert_completes("etcseal recovery list --j", "--json");
	assert_completes("etcseal set --m", "--mode=");
	assert_completes("etcseal set --mode = t", "tpm");
	assert_completes("etcseal set --mode = \"=\"", "tpm kdf");
	assert_completes("etcseal set --mode \"\"", "tpm kdf");
	assert_completes("etcseal set --mode = tpm --require-secure-boot = f", "false");
	assert_completes("etcseal set --mode tpm --ye", "--yes");
	assert_completes("etcseal extract --to /us", "/usr");
	assert_completes("etcseal --boot-dir /etc se", "set");
	assert_completes("etcseal --boot-dir = /etc se", "set");
	assert_completes("etcseal --boot-dir etc se", "set");
	assert_completes("etcseal completion b", "bash");
	assert_completes("etcseal completion f", "fish");
	assert_completes("etcseal help back", "backup");
	assert_completes("etcseal image inspect tools/etcseal.", "tools/etcseal.8");
	assert_completes("etcseal image inspect --js", "--json");
	assert_completes("etcseal image build --linux tools/etcseal.", "tools/etcseal.8");
	assert_completes("etcseal --tcti \"\"", "");
}

/* What fish offers for a line, without the descriptions: separated by spaces. */
static void assert_fish(const char *line, const char *expected)
{
	char text[1024], got[4096];
	size_t n;
	FILE *p;

	snprintf(text, sizeof text,
		 "HOME=/nowhere fish --no-config -c 'source %s; complete -C \"%s\"' 2>&1 | cut -f1 | paste -sd' '",
		 script, line);
	p = popen(text, "r");
	assert_non_null(p);
	n = fread(got, 1, sizeof got - 1, p);
	got[n > 0 ? n - 1 : 0] = '\0';
	assert_int_equal(pclose(p), 0);
	if (strcmp(got, expected) != 0)
		fail_msg("after <%s> fish offers <%s>, not <%s>", line, got, expected);
}

static void fish_completes(void **state)
{
	(void)state;
	assert_fish("etcseal stat", "status");
	assert_fish("etcseal recovery ", "list rotate");
	assert_fish("etcseal recovery list --j", "--json");
	assert_fish("etcseal set --mod", "--mode");
	assert_fish("etcseal set --mode=t", "--mode=tpm");
	assert_fish("etcseal set --mode t", "tpm");
	assert_fish("etcseal --boot-dir /etc rec", "recovery");
	assert_fish("etcseal completion ", "bash fish zsh");
	assert_fish("etcseal help back", "backup");
	assert_fish("etcseal image inspect tools/etcseal.", "tools/etcseal.8");
	assert_fish("etcseal --tcti ", "");
	assert_fish("etcseal get --mod", "");
}

static int zsh(const char *path, void *arg)
{
	int fd;

	(void)arg;
	setsid();
	fd = open(path, O_RDWR); /* becomes the controlling terminal */
	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		return 125;
	execlp("zsh", "zsh", "-f", "-i", (char *)NULL);
	return 127;
}

/* Types a line and the Tab key: what zsh then has on its line. */
static void assert_zsh(struct pty *p, const char *typed, const char *expected)
{
	pty_type(p, typed);
	pty_type(p, "\t");
	pty_expect(p, expected);
	pty_type(p, "\025"); /* forgets the line */
}

static void zsh_completes(void **state)
{
	struct pty *p = calloc(1, sizeof *p);
	char line[200];

	(void)state;
	assert_non_null(p);
	setenv("HOME", "/nowhere", 1);
	setenv("TERM", "dumb", 1);
	pty_start(p, zsh, NULL);
	snprintf(line, sizeof line,
		 "unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source %s; print rea''dy\n",
		 script);
	pty_type(p, line);
	pty_expect(p, "ready");
	assert_zsh(p, "etcseal stat", "etcseal status ");
	assert_zsh(p, "etcseal recovery ro", "etcseal recovery rotate ");
	assert_zsh(p, "etcseal recovery list --js", "list --json ");
	assert_zsh(p, "etcseal set --mod", "set --mode=");
	assert_zsh(p, "etcseal set --mode=t", "--mode=tpm ");
	assert_zsh(p, "etcseal --boot-dir /etc rec", "/etc recovery ");
	assert_zsh(p, "etcseal completion f", "completion fish ");
	assert_zsh(p, "etcseal help back", "help backup ");
	assert_zsh(p, "etcseal image inspect tools/etcseal.", "tools/etcseal.8 ");
	pty_type(p, "exit\n");
	assert_int_equal(pty_end(p), 0);
	free(p);
}

#define WITH(test, shell)                                                                                              \
	cmocka_unit_test_prestate_setup_teardown(test, make_script, remove_script, (void *)(uintptr_t)shell)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(bash_completes, "bash"),
		WITH(fish_completes, "fish"),
		WITH(zsh_completes, "zsh"),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
