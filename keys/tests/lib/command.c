/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void command_prepare(struct command *command, const struct machine *m, const char *words)
{
	size_t n;

	strcpy(command->text, "program ");
	if (m != NULL)
		snprintf(command->text, sizeof command->text,
			 "program --boot-dir=%s --run-dir=%s --event-log=%s --product-uuid=%s --firmware=%s "
			 "--kernel-options=%s --power=%s --key-name=%s --tcti=%s ",
			 m->boot_dir, m->run_dir, m->log_path, m->uuid_path, m->firmware_dir, m->options_path,
			 m->power_dir, m->key_name,
			 m->tpm != NULL ? es_swtpm_tcti(m->tpm) : "device:/dev/there-is-no-tpm");
	n = strlen(command->text);
	assert_true(strlen(words) < sizeof command->text - n);
	strcpy(command->text + n, words);
	command->count = 0;
	for (char *w = strtok(command->text, " "); w != NULL; w = strtok(NULL, " ")) {
		assert_true(command->count < COMMAND_WORDS_MAX);
		command->words[command->count++] = w;
	}
}

int command_body(void *command)
{
	struct command *c = command;

	return (int)c->dispatch(c->count, c->words);
}

int command_at_terminal(const char *path, void *command)
{
	int fd;

	setsid();
	fd = open(path, O_RDWR); /* becomes the controlling terminal */
	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		return 125;
	return command_body(command);
}

void command_run(struct command *command, const struct machine *m, const char *words, int status,
		 const struct capture_ends *ends, struct captured *ret)
{
	command_prepare(command, m, words);
	capture(command_body, command, ends, ret);
	if (ret->status != status)
		fail_msg("%s: exit %d, not %d\n%s%s", words, ret->status, status, ret->out, ret->err);
}

static void run_in(struct command *command, const struct machine *m, const char *folder, const char *words, int status,
		   struct captured *ret)
{
	char before[256];

	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(folder), 0);
	command_run(command, m, words, status, NULL, ret);
	assert_int_equal(chdir(before), 0);
}

void command_run_in(struct command *command, const char *folder, const char *words, int status, struct captured *ret)
{
	run_in(command, NULL, folder, words, status, ret);
}

void command_run_there(struct command *command, const struct machine *m, const char *words, int status,
		       struct captured *ret)
{
	run_in(command, m, m->folder, words, status, ret);
}

void assert_says(const char *where, const char *text)
{
	if (strstr(where, text) == NULL)
		fail_msg("\"%s\" isn't in:\n%s", text, where);
}
