/* SPDX-License-Identifier: Apache-2.0 */
/*
 * This process must hold nothing that is searched for: it forks the processes that are searched. So shells make the
 * plaintext, children do all the work on it, and the needles are read into memory that no child inherits.
 */
#include "keys/tests/lib/memory_attacks.h"

#include "keys/protector/keyring_named.h"
#include "keys/store/file.h"
#include "keys/store/watch_record.h"
#include "keys/tests/lib/command.h"
#include "keys/tests/lib/process_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum { BOUND_S = 60 };

/* Each needle is 64 digits that occur nowhere else. etc/passwd has the same length as the image's, so diff reads it. */
static const char make_tree[] =
    "set -e; cd %s; mkdir -p needles run/ram/tree/etc; "
    "random() { od -An -v -N32 -tx1 /dev/urandom | tr -d ' \\n' >needles/$1; }; "
    "for n in small large link name attribute same; do random $n; done; cd run/ram/tree/etc; n=../../../../needles; "
    "cat $n/small >small; "
    "{ head -c 200000 /dev/urandom | base64; cat $n/large; head -c 200000 /dev/urandom | base64; } >large; "
    "ln -s \"$(cat $n/link)\" link; echo x >\"$(cat $n/name)\"; "
    "{ cat $n/same; head -c \"$(wc -c </etc/passwd)\" /dev/zero; } | head -c \"$(wc -c </etc/passwd)\" >passwd";

enum { LINK = 2, NAME, ATTRIBUTE, KEY = 6, NEEDLES, NEEDLE_LEN = 64 };
static const char *const needle_names[NEEDLES] = { "small", "large", "link", "name", "attribute", "same", "key" };

struct scene {
	struct machine m;
	struct command command;
	const char *words;
	int skip; /* a needle that is printed on purpose; 0: none */
	bool succeeded;
	unsigned found;
	struct es_secret *needle[NEEDLES];
	char out[96]; /* the folder that extract may write to */
	char ram[128];
};

static void shell(const char *format, ...)
{
	char line[2048];
	va_list list;

	va_start(list, format);
	assert_true(vsnprintf(line, sizeof line, format, list) < (int)sizeof line);
	va_end(list);
	assert_int_equal(system(line), 0);
}

static void read_needles(struct scene *s)
{
	char path[128];

	for (int i = 0; i < KEY; i++) {
		ES_FD fd = -1;
		size_t len = 0;

		snprintf(path, sizeof path, "%s/needles/%s", s->m.folder, needle_names[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_int_equal(es_secret_new(NEEDLE_LEN, &s->needle[i]), ES_OK);
		assert_int_equal(es_fd_fill(fd, es_secret_data(s->needle[i]), NEEDLE_LEN, &len), ES_OK);
		assert_int_equal(len, NEEDLE_LEN);
	}
}

static void set_attribute(struct scene *s)
{
	const struct es_secret *needle = s->needle[ATTRIBUTE];
	char path[128];

	snprintf(path, sizeof path, "%s/ram/tree/etc/small", s->m.run_dir);
	assert_int_equal(setxattr(path, "trusted.etcseal", es_secret_bytes(needle), NEEDLE_LEN, 0), 0);
}

static int boot_body(void *arg)
{
	struct scene *s = arg;
	struct es_boot_record record;

	return (int)machine_boot(&s->m, &machine_usual_boot, NULL, &record);
}

static bool leave_alone(pid_t pid, void *context)
{
	(void)pid;
	(void)context;
	return true;
}

static int quiet_body(void *arg)
{
	struct scene *s = arg;
	static const char *const names[] = { "said", "warned" };
	char path[128];

	for (int i = 0; i < 2; i++) {
		int fd;

		snprintf(path, sizeof path, "%s/%s", s->m.folder, names[i]);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || dup2(fd, 1 + i) < 0)
			return 125;
	}
	return command_body(&s->command);
}

static int run_until(struct scene *s, const char *words, long call, bool (*look)(pid_t, void *))
{
	const struct process_stop stop = { quiet_body, s, call, look, s };

	s->words = words;
	command_prepare(&s->command, &s->m, words);
	return process_run(&stop);
}

static void run(struct scene *s, const char *words)
{
	int status = run_until(s, words, SYS_exit_group, leave_alone);

	if (status != 0)
		shell("cat %s/warned >&2; false", s->m.folder);
}

static void scene_start(struct scene *s, dispatch_fn *dispatch)
{
	struct es_boot_record record;

	memset(s, 0, sizeof *s);
	s->command.dispatch = dispatch;
	machine_start(&s->m, true);
	snprintf(s->out, sizeof s->out, "%s/out", s->m.folder);
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	snprintf(s->ram, sizeof s->ram, "%s/ram", s->m.run_dir);
	assert_int_equal(mount("ram", s->ram, "tmpfs", 0, NULL), 0);
	shell(make_tree, s->m.folder);
	read_needles(s);
	set_attribute(s);
}

static void scene_sealed(struct scene *s, dispatch_fn *dispatch)
{
	scene_start(s, dispatch);
	run(s, "init");
}

bool memory_attacks_can_see(void)
{
#ifdef __SANITIZE_ADDRESS__ /* makes mlockall() do nothing, and keeps freed memory on purpose */
	return false;
#else
	return true;
#endif
}

static bool scene_end(struct scene *s)
{
	for (int i = 0; i < NEEDLES; i++)
		es_secret_freep(&s->needle[i]);
	assert_int_equal(umount2(s->ram, MNT_DETACH), 0);
	machine_stop(&s->m);
	return s->succeeded && memory_attacks_can_see();
}

/* Swap: stopped each time, until the process holds one of the needles other than a name. */
static bool look_at_pages(pid_t pid, void *context)
{
	struct scene *s = context;
	struct process_memory is;

	for (int i = 0; i < KEY; i++) {
		if (i == LINK || i == NAME)
			continue;
		process_memory_look(pid, s->needle[i], &is);
		s->found += is.found;
		s->succeeded |= is.found_unlocked > 0;
		if (is.found_unlocked > 0)
			print_message("%s in %s\n", needle_names[i], is.where);
	}
	s->succeeded |= s->found > 0 && is.unlocked > 0;
	return s->found > 0;
}

static bool attack_swap(dispatch_fn *dispatch, const char *verb, long call)
{
	struct scene s;
	char words[128];

	scene_sealed(&s, dispatch);
	snprintf(words, sizeof words, "%s%s%s", verb, strcmp(verb, "extract") == 0 ? " --to " : "",
		 strcmp(verb, "extract") == 0 ? s.out : "");
	assert_int_equal(run_until(&s, words, call, look_at_pages), 0);
	assert_true(s.found > 0);
	return scene_end(&s);
}

bool attack_swap_of_backup(dispatch_fn *dispatch)
{
	return attack_swap(dispatch, "backup --force", SYS_listxattr);
}

bool attack_swap_of_diff(dispatch_fn *dispatch)
{
	return attack_swap(dispatch, "diff", SYS_read);
}

bool attack_swap_of_extract(dispatch_fn *dispatch)
{
	return attack_swap(dispatch, "extract", SYS_fchown);
}

/* The memory of a process whose work is done. */
static bool look_for_needles(pid_t pid, void *context)
{
	struct scene *s = context;
	struct process_memory is;

	for (int i = 0; i < NEEDLES; i++) {
		if (s->needle[i] == NULL || (s->skip != 0 && s->skip == i))
			continue;
		process_memory_look(pid, s->needle[i], &is);
		if (is.found > 0)
			print_message("%s: %u times, %s, %s\n", needle_names[i], is.found, is.where, s->words);
		s->succeeded |= is.found > 0;
	}
	return false;
}

static void read_key(struct scene *s)
{
	es_secret_freep(&s->needle[KEY]);
	assert_int_equal(es_keyring_get_named(s->m.key_name, &s->needle[KEY]), ES_OK);
}

static void look_after(struct scene *s, const char *words)
{
	read_key(s);
	if (run_until(s, words, SYS_exit_group, look_for_needles) != 0)
		shell("cat %s/warned >&2; false", s->m.folder);
}

bool attack_find_plaintext_after_extract(dispatch_fn *dispatch)
{
	struct scene s;
	char words[256];

	scene_sealed(&s, dispatch);
	snprintf(words, sizeof words, "extract --to %s", s.out);
	look_after(&s, words);
	run(&s, "recovery list");
	shell("cd %s && tail -n1 said | cut -d' ' -f3 >recovery && chmod 600 recovery && test -s recovery && : >said",
	      s.m.folder);
	snprintf(words, sizeof words, "extract --to %s/again --recovery-key-file %s/recovery", s.m.folder, s.m.folder);
	look_after(&s, words);
	return scene_end(&s);
}

bool attack_find_plaintext_after_verbs(dispatch_fn *dispatch)
{
	static const char *const verbs[] = {
		"backup --force", "backup",        "status",          "status --json",        "check",
		"reseal",         "recovery list", "recovery rotate", "set --mode=kdf --yes", "get",
		"set --mode=tpm"
	};
	struct scene s;

	scene_start(&s, dispatch);
	assert_int_equal(run_until(&s, "init", SYS_exit_group, look_for_needles), 0);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		look_after(&s, verbs[i]);
	s.skip = NAME; /* it prints this, and keeps it in the output buffers */
	look_after(&s, "diff");
	look_after(&s, "diff --json");
	return scene_end(&s);
}

bool attack_find_plaintext_after_boot(dispatch_fn *dispatch)
{
	struct scene s;
	const struct process_stop boot = { boot_body, &s, SYS_exit_group, look_for_needles, &s };

	scene_sealed(&s, dispatch);
	read_key(&s);
	assert_int_equal(umount2(s.ram, MNT_DETACH), 0);
	s.words = "boot";
	assert_int_equal(process_run(&boot), ES_OK);
	assert_int_equal(mount("ram", s.ram, "tmpfs", 0, NULL), 0);
	return scene_end(&s);
}

/* Waits until watch.json shows that everything is saved, with another revision than before. */
static void wait_for_save(struct scene *s, struct es_watch_record *record)
{
	const struct timespec step = { .tv_nsec = 50000000 };
	const struct es_watch_record before = *record;
	char path[128];

	snprintf(path, sizeof path, "%s/" ES_WATCH_RECORD_NAME, s->m.run_dir);
	for (int i = 0; i < BOUND_S * 20; i++) {
		ES_BUF json = { NULL, 0 };

		if (es_file_read(AT_FDCWD, path, 65536, &json) == ES_OK &&
		    es_watch_record_parse(es_buf_span(&json), record) == ES_OK && record->state == ES_WATCH_SAVED &&
		    (record->generation != before.generation || record->revision != before.revision))
			return;
		nanosleep(&step, NULL);
	}
	fail_msg("watch saves nothing: %s %s", record->reason, record->detail);
}

/* Saves twice, then waits for more changes; look is called during the wait. */
static bool attack_watch(dispatch_fn *dispatch, bool (*look)(pid_t, void *))
{
	struct es_watch_record record = { .generation = 0 };
	struct scene s;
	int status;
	pid_t pid;

	scene_sealed(&s, dispatch);
	read_key(&s);
	s.words = "watch";
	command_prepare(&s.command, &s.m, s.words);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(command_body(&s.command));
	for (int i = 0; i < 2; i++) {
		wait_for_save(&s, &record);
		shell("cd %s/ram/tree/etc && cat large >>large.new && mv large.new large%d", s.m.run_dir, i);
	}
	wait_for_save(&s, &record);
	(void)look(pid, &s);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return scene_end(&s);
}

static bool look_at_all_pages(pid_t pid, void *context)
{
	struct scene *s = context;
	struct process_memory is;

	process_memory_look(pid, NULL, &is);
	s->succeeded = is.unlocked > 0;
	return true;
}

bool attack_swap_of_watch(dispatch_fn *dispatch)
{
	return attack_watch(dispatch, look_at_all_pages);
}

bool attack_find_plaintext_in_watch(dispatch_fn *dispatch)
{
	return attack_watch(dispatch, look_for_needles);
}
