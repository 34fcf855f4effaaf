/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs for boot images are stopped where they ask for a key: is all of their memory locked by then? */
#include "keys/tests/lib/memory_attacks.h"

#include "keys/tests/lib/pe_image.h"
#include "keys/tests/lib/process_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BUILD                                                                                                          \
	"image build --stub stub --osrel osrel --uname none --linux kernel --initrd initrd --cmdline a --output uki"

struct scene {
	struct machine m;
	struct command command;
	const char *key; /* the file that is about to be read; NULL: any call will do */
	unsigned looked;
	bool succeeded;
};

static void put_parts(struct scene *s)
{
	static uint8_t image[ES_TEST_PE_MAX];

	machine_put(&s->m, "stub", (struct es_span){ image, es_test_pe_stub(image) });
	machine_put(&s->m, "kernel", (struct es_span){ image, es_test_pe_kernel(image) });
	machine_put(&s->m, "initrd", es_test_initrd("first"));
	machine_put(&s->m, "osrel", es_text_span("ID=debian\n"));
	assert_int_equal(machine_shell(&s->m, "openssl genrsa -out key 2048 2>openssl"), 0);
}

static int quiet_body(void *arg)
{
	struct scene *s = arg;

	if (chdir(s->m.folder) < 0 || freopen("said", "w", stdout) == NULL || freopen("warned", "w", stderr) == NULL)
		return 125;
	return command_body(&s->command);
}

static bool has_open(pid_t pid, const char *name)
{
	char path[64], target[256];

	for (int fd = 3; fd < 64; fd++) {
		ssize_t n;

		snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
		n = readlink(path, target, sizeof target - 1);
		target[n > 0 ? n : 0] = '\0';
		if (n > 0 && strcmp(strrchr(target, '/') != NULL ? strrchr(target, '/') : target, name) == 0)
			return true;
	}
	return false;
}

static bool look_at_all_pages(pid_t pid, void *context)
{
	struct scene *s = context;
	struct process_memory is;

	if (s->key != NULL && !has_open(pid, s->key))
		return false;
	process_memory_look(pid, NULL, &is);
	s->looked++;
	s->succeeded |= is.unlocked > 0;
	return true;
}

static void stop_at(struct scene *s, const char *words, long call)
{
	const struct process_stop stop = { quiet_body, s, call, look_at_all_pages, s };

	s->looked = 0;
	command_prepare(&s->command, &s->m, words);
	if (process_run(&stop) != 0)
		assert_int_equal(machine_shell(&s->m, "cat warned >&2; false"), 0);
	assert_int_equal(s->looked, 1);
}

static void scene_start(struct scene *s, dispatch_fn *dispatch)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct es_boot_record record;

	memset(s, 0, sizeof *s);
	s->command.dispatch = dispatch;
	machine_start(&s->m, false);
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(&s->m, true, recovery), ES_OK);
	put_parts(s);
}

static bool scene_end(struct scene *s)
{
	machine_stop(&s->m);
	return s->succeeded && memory_attacks_can_see();
}

bool attack_swap_of_pinning(dispatch_fn *dispatch)
{
	struct scene s;

	scene_start(&s, dispatch);
	stop_at(&s, BUILD " --for-this-host", SYS_keyctl);
	return scene_end(&s);
}

bool attack_swap_of_policy_key(dispatch_fn *dispatch)
{
	struct scene s;

	scene_start(&s, dispatch);
	s.key = "/key";
	stop_at(&s, BUILD " --policy-key key", SYS_read);
	return scene_end(&s);
}

bool attack_swap_of_sign_policy(dispatch_fn *dispatch)
{
	static struct captured said;
	struct scene s;

	scene_start(&s, dispatch);
	command_run_there(&s.command, &s.m, BUILD, 0, &said);
	s.key = "/key";
	stop_at(&s, "image sign-policy uki --key key --output signed", SYS_read);
	return scene_end(&s);
}
