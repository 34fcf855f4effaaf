/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/file.h"
#include "keys/store/path.h"
#include "keys/tests/lib/oracle.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVE = 65533 };
#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static int make(void **state)
{
	if (oracle_folder_make(state) != 0 || chdir(*state) < 0)
		return -1;
	return oracle_shell(
	    state,
	    "umask 022 && mkdir -p a/b shared sticky eve group root-group && echo x >a/file && chown %d eve && "
	    "chmod 0777 shared && chmod 1777 sticky && chgrp %d group && chmod 0775 group root-group && "
	    "mkdir eve/in shared/in sticky/in group/in root-group/in sticky/eve && chown %d sticky/eve && "
	    "ln -s a link && ln -s $PWD/a/b absolute && ln -s link/file twice && ln -s nowhere/x dangling && "
	    "ln -s new dangling-here && ln -s loop loop && ln -s ../a sticky/mine && "
	    "ln -s ../a sticky/hers && chown -h %d sticky/hers",
	    EVE, EVE, EVE, EVE);
}

static int unmake(void **state)
{
	return chdir("/") < 0 ? -1 : oracle_folder_remove(state);
}

struct row {
	const char *path;
	enum es_reason secret, own; /* for each rule */
	enum es_path_fault_kind kind;
	const char *where; /* of a fault, or how far the walk came */
	const char *base;  /* of the result */
};

static void check_row(const struct row *row, enum es_path_rule rule)
{
	enum es_reason expected = rule == ES_PATH_SECRET ? row->secret : row->own, r;
	ES_PLACE_AT at = ES_PLACE_AT_NONE;
	struct es_path_fault fault;

	r = es_path_walk(row->path, rule, &at, &fault);
	if (r != expected)
		fail_msg("%s, rule %d: %s at %s, not %s", row->path, rule, es_reason_words(r)->id, fault.where,
			 es_reason_words(expected)->id);
	if (r == ES_OK) {
		assert_string_equal(at.base, row->base);
		assert_false(at.descriptor);
		return;
	}
	assert_int_equal(at.dirfd, -1);
	if (row->where != NULL && (rule == ES_PATH_SECRET || row->secret == row->own))
		assert_string_equal(fault.where, row->where);
	if (r == ES_UNSAFE_PATH && row->secret == row->own)
		assert_int_equal(fault.kind, row->kind);
}

static void a_path_is_walked_only_if_nobody_but_root_can_change_it(void **state)
{
	static const struct row rows[] = {
		{ "a/b/new", ES_OK, ES_OK, 0, NULL, "new" },
		{ "a/b", ES_OK, ES_OK, 0, NULL, "b" },
		{ "a/b/", ES_OK, ES_OK, 0, NULL, "b" },
		{ "a//./b/../b/.", ES_OK, ES_OK, 0, NULL, "." },
		{ "a/..", ES_OK, ES_OK, 0, NULL, "." },
		{ "a/file", ES_OK, ES_OK, 0, NULL, "file" },
		{ "new", ES_OK, ES_OK, 0, NULL, "new" },
		{ ".", ES_OK, ES_OK, 0, NULL, "." },
		{ "/", ES_OK, ES_OK, 0, NULL, "." },
		{ "/tmp", ES_OK, ES_OK, 0, NULL, "tmp" },
		{ "/tmp/etcseal-new", ES_OK, ES_OK, 0, NULL, "etcseal-new" },
		{ "sticky/in/new", ES_OK, ES_OK, 0, NULL, "new" },
		{ "sticky/new", ES_OK, ES_OK, 0, NULL, "new" },
		{ "root-group/in/new", ES_OK, ES_OK, 0, NULL, "new" },
		{ "link/new", ES_UNSAFE_PATH, ES_OK, ES_PATH_LINK, "link", "new" },
		{ "link", ES_UNSAFE_PATH, ES_OK, ES_PATH_LINK, "link", "a" },
		{ "absolute/new", ES_UNSAFE_PATH, ES_OK, ES_PATH_LINK, "absolute", "new" },
		{ "twice", ES_UNSAFE_PATH, ES_OK, ES_PATH_LINK, "twice", "file" },
		{ "dangling-here", ES_UNSAFE_PATH, ES_OK, ES_PATH_LINK, "dangling-here", "new" },
		{ "dangling", ES_UNSAFE_PATH, ES_MISSING, ES_PATH_LINK, "dangling", NULL },
		{ "loop", ES_UNSAFE_PATH, ES_ARGUMENT, ES_PATH_LINK, "loop", NULL },
		{ "sticky/mine/new", ES_UNSAFE_PATH, ES_OK, ES_PATH_LINK, "sticky/mine", "new" },
		{ "sticky/hers/new", ES_UNSAFE_PATH, ES_UNSAFE_PATH, ES_PATH_LINK, "sticky/hers", NULL },
		{ "sticky/hers", ES_UNSAFE_PATH, ES_UNSAFE_PATH, ES_PATH_LINK, "sticky/hers", NULL },
		{ "sticky/eve/new", ES_UNSAFE_PATH, ES_UNSAFE_PATH, ES_PATH_FOREIGN, "sticky/eve", NULL },
		{ "eve/new", ES_UNSAFE_PATH, ES_UNSAFE_PATH, ES_PATH_FOREIGN, "eve", NULL },
		{ "eve/in/new", ES_UNSAFE_PATH, ES_UNSAFE_PATH, ES_PATH_FOREIGN, "eve", NULL },
		{ "eve/../a/new", ES_UNSAFE_PATH, ES_UNSAFE_PATH, ES_PATH_FOREIGN, "eve", NULL },
		{ "shared/in/new", ES_UNSAFE_PATH, ES_UNSAFE_PATH, ES_PATH_WRITABLE, "shared", NULL },
		{ "shared/new", ES_UNSAFE_PATH, ES_UNSAFE_PATH, ES_PATH_WRITABLE, "shared", NULL },
		{ "group/new", ES_UNSAFE_PATH, ES_UNSAFE_PATH, ES_PATH_WRITABLE, "group", NULL },
		{ "a/file/new", ES_ARGUMENT, ES_ARGUMENT, 0, "a/file", NULL },
		{ "a/none/new", ES_MISSING, ES_MISSING, 0, "a/none", NULL },
		{ "", ES_ARGUMENT, ES_ARGUMENT, 0, NULL, NULL },
		{ "/proc/self/root/tmp/x", ES_UNSAFE_PATH, ES_ARGUMENT, ES_PATH_LINK, "/proc/self", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int rule = ES_PATH_SECRET; rule <= ES_PATH_OWN; rule++)
			check_row(&rows[i], (enum es_path_rule)rule);
}

static void a_public_path_may_end_with_others_but_they_cannot_redirect_it(void **state)
{
	static const struct {
		const char *path, *base;
		enum es_path_fault_kind kind; /* also if a file was found */
		const char *where;
	} rows[] = {
		{ "a/new", "new", ES_PATH_OK, NULL },
		{ "link/new", "new", ES_PATH_OK, NULL },
		{ "sticky/mine/new", "new", ES_PATH_OK, NULL },
		{ "eve/new", "new", ES_PATH_FOREIGN, "eve" },
		{ "shared/in/new", "new", ES_PATH_WRITABLE, "shared" },
		{ "eve/../shared/new", "new", ES_PATH_FOREIGN, "eve" },
		{ "sticky/hers/new", NULL, ES_PATH_LINK, "sticky/hers" },
		{ "eve/hers", NULL, ES_PATH_LINK, "eve/hers" },
		/* It may have been moved there. */
		{ "eve/roots/new", NULL, ES_PATH_LINK, "eve/roots" },
		{ "eve/../link/new", NULL, ES_PATH_LINK, "eve/../link" },
	};

	shell_ok("ln -s ../a eve/roots && ln -s ../a/file eve/hers && chown -h %d eve/hers", EVE);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ES_PLACE_AT at = ES_PLACE_AT_NONE;
		struct es_path_fault f;

		assert_int_equal(es_path_walk(rows[i].path, ES_PATH_PUBLIC, &at, &f),
				 rows[i].base != NULL ? ES_OK : ES_UNSAFE_PATH);
		assert_int_equal(f.kind, rows[i].kind);
		if (rows[i].where != NULL)
			assert_string_equal(f.where, rows[i].where);
		if (rows[i].base != NULL)
			assert_string_equal(at.base, rows[i].base);
	}
}

static void a_fault_names_the_owner_and_where_a_link_leads(void **state)
{
	ES_PLACE_AT at = ES_PLACE_AT_NONE;
	char expected[PATH_MAX];
	struct es_path_fault f;

	assert_int_equal(es_path_walk("link/b/new", ES_PATH_SECRET, &at, &f), ES_UNSAFE_PATH);
	snprintf(expected, sizeof expected, "%s/a/b/new", (char *)*state);
	assert_string_equal(f.real, expected);
	assert_int_equal(f.owner, 0);
	assert_int_equal(es_path_walk("dangling", ES_PATH_SECRET, &at, &f), ES_UNSAFE_PATH);
	assert_string_equal(f.real, "");
	assert_int_equal(es_path_walk("sticky/hers", ES_PATH_OWN, &at, &f), ES_UNSAFE_PATH);
	assert_int_equal(f.owner, EVE);
	assert_int_equal(es_path_walk("shared/x", ES_PATH_OWN, &at, &f), ES_UNSAFE_PATH);
	assert_int_equal(f.mode, 0777);
}

static void lengths_are_bounded(void **state)
{
	ES_PLACE_AT at = ES_PLACE_AT_NONE;
	char path[2 * PATH_MAX];
	struct es_path_fault f;

	(void)state;
	memset(path, 'x', sizeof path);
	path[NAME_MAX] = '\0';
	assert_int_equal(es_path_walk(path, ES_PATH_OWN, &at, &f), ES_OK);
	assert_int_equal(strlen(at.base), NAME_MAX);
	es_place_at_close(&at);
	path[NAME_MAX] = 'x';
	path[NAME_MAX + 1] = '\0';
	assert_int_equal(es_path_walk(path, ES_PATH_OWN, &at, &f), ES_TOO_LARGE);
	path[NAME_MAX + 1] = 'x';
	path[PATH_MAX] = '\0';
	assert_int_equal(es_path_walk(path, ES_PATH_OWN, &at, &f), ES_ARGUMENT);
	for (size_t i = 0; i < PATH_MAX - 1; i++)
		path[i] = "./"[i % 2];
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(es_path_walk(path, ES_PATH_OWN, &at, &f), ES_OK);
	assert_string_equal(at.base, ".");
}

static void a_link_that_grows_the_path_over_its_bound_is_refused(void **state)
{
	ES_PLACE_AT at = ES_PLACE_AT_NONE;
	char target[PATH_MAX], path[PATH_MAX];
	struct es_path_fault f;

	(void)state;
	for (size_t i = 0; i < sizeof target - 2; i++)
		target[i] = "./"[i % 2];
	target[sizeof target - 2] = '\0';
	assert_int_equal(symlink(target, "long"), 0);
	assert_int_equal(es_path_walk("long", ES_PATH_OWN, &at, &f), ES_OK);
	es_place_at_close(&at);
	snprintf(path, sizeof path, "long/%.*s", (int)sizeof path - 8, target);
	assert_int_equal(es_path_walk(path, ES_PATH_OWN, &at, &f), ES_TOO_LARGE);
}

static void an_opened_file_is_judged_too(void **state)
{
	static const struct {
		const char *make;
		enum es_reason reason;
		enum es_path_fault_kind kind;
	} rows[] = {
		{ "echo x >key; chmod 0600 key", ES_OK, 0 },
		{ "echo x >key; chmod 0644 key", ES_OK, 0 }, /* whether others may read it is up to the caller */
		{ "echo x >key; chmod 0620 key; chgrp 65533 key", ES_UNSAFE_PATH, ES_PATH_WRITABLE },
		{ "echo x >key; chmod 0602 key", ES_UNSAFE_PATH, ES_PATH_WRITABLE },
		{ "echo x >key; chown 65533 key", ES_UNSAFE_PATH, ES_PATH_FOREIGN },
		{ "echo x >real; ln -s real key", ES_OK, 0 },
		{ "echo x >eve/real; ln -s eve/real key", ES_UNSAFE_PATH, ES_PATH_FOREIGN },
		{ ":", ES_MISSING, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct es_path_fault f;
		ES_FD fd = -1;

		shell_ok("rm -f key real; %s", rows[i].make);
		assert_int_equal(es_path_open("key", O_RDONLY, &fd, &f), rows[i].reason);
		if (rows[i].reason == ES_UNSAFE_PATH)
			assert_int_equal(f.kind, rows[i].kind);
		assert_int_equal(fd >= 0, rows[i].reason == ES_OK);
	}
}

/* As the shell's <(…) passes one. */
static void an_open_file_is_used_as_it_is(void **state)
{
	static const char *const folders[] = { "/dev/fd", "/proc/self/fd", "/proc/thread-self/fd" };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "xxx", 3), 3);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		struct es_path_fault f;
		char path[64], got;
		ES_FD fd = -1;

		snprintf(path, sizeof path, "%s/%d", folders[i], ends[0]);
		assert_int_equal(es_path_open(path, O_RDONLY, &fd, &f), ES_OK);
		assert_int_equal(read(fd, &got, 1), 1);
	}
	close(ends[0]);
	close(ends[1]);
}

static int child_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Folders that root owns are accepted, and so is one's own group; but not in place of one's own folder. */
static int as_eve(void)
{
	ES_PLACE_AT at = ES_PLACE_AT_NONE;
	struct es_path_fault f;
	ES_FD fd = -1;

	if (setgroups(0, NULL) < 0 || setgid(EVE) < 0 || setuid(EVE) < 0)
		return 1;
	if (es_path_walk("eve/new", ES_PATH_SECRET, &at, &f) != ES_OK)
		return 2;
	es_place_at_close(&at);
	if (es_path_walk("group/new", ES_PATH_SECRET, &at, &f) != ES_OK)
		return 3;
	es_place_at_close(&at);
	if (es_path_walk("sticky/hers/new", ES_PATH_OWN, &at, &f) != ES_OK)
		return 4;
	es_place_at_close(&at);
	if (es_path_walk("shared/new", ES_PATH_OWN, &at, &f) != ES_UNSAFE_PATH)
		return 5;
	fd = open("a", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (es_path_judge(fd, "a", true, &f) != ES_UNSAFE_PATH || f.kind != ES_PATH_FOREIGN || f.owner != 0)
		return 6;
	if (es_path_judge(fd, "a", false, &f) != ES_OK)
		return 7;
	es_fd_closep(&fd);
	fd = open("eve", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return es_path_judge(fd, "eve", true, &f) == ES_OK ? 0 : 8;
}

static void a_user_other_than_root_may_use_their_own_folders(void **state)
{
	pid_t pid;

	shell_ok("chmod 0755 .");
	pid = fork();
	if (pid == 0)
		_exit(as_eve());
	assert_int_equal(child_end(pid), 0);
}

static void nobody_else_can_change_ones_own_folder(void **state)
{
	struct es_path_fault f;
	ES_FD fd = open("sticky", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(es_path_judge(fd, "sticky", false, &f), ES_OK);
	assert_int_equal(es_path_judge(fd, "sticky", true, &f), ES_UNSAFE_PATH);
	assert_int_equal(f.kind, ES_PATH_WRITABLE);
	assert_string_equal(f.where, "sticky");
}

/* In a sticky folder, as fast as possible: a folder of hers, a symlink to root's, nothing. */
static void swap_forever(const char *folder)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chdir(folder) < 0 || setgid(EVE) < 0 || setuid(EVE) < 0)
		_exit(1);
	for (;;) {
		mkdir("name", 0777);
		rmdir("name");
		if (symlink("../a", "name") == 0)
			unlink("name");
	}
}

static void nothing_is_created_below_a_folder_that_is_swapped_meanwhile(void **state)
{
	unsigned refused = 0, made = 0;
	pid_t pid;
	int status;

	shell_ok("chmod 0755 . && rm -rf sticky/*");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		swap_forever("sticky");
	for (int i = 0; (refused < 200 || i < 2000) && i < 200000; i++) {
		ES_PLACE_AT at = ES_PLACE_AT_NONE;
		struct es_path_fault f;
		enum es_reason r = es_path_walk("sticky/name/plain", ES_PATH_SECRET, &at, &f);

		assert_true(r == ES_OK || r == ES_UNSAFE_PATH || r == ES_MISSING);
		refused += r == ES_UNSAFE_PATH;
		made += r == ES_OK && mkdirat(at.dirfd, at.base, 0700) == 0;
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_true(refused >= 200);
	assert_int_equal(made, 0);
	shell_ok("! test -e a/plain");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, unmake)
		TEST(a_path_is_walked_only_if_nobody_but_root_can_change_it),
		TEST(a_public_path_may_end_with_others_but_they_cannot_redirect_it),
		TEST(a_fault_names_the_owner_and_where_a_link_leads),
		TEST(lengths_are_bounded),
		TEST(a_link_that_grows_the_path_over_its_bound_is_refused),
		TEST(an_opened_file_is_judged_too),
		TEST(an_open_file_is_used_as_it_is),
		TEST(a_user_other_than_root_may_use_their_own_folders),
		TEST(nobody_else_can_change_ones_own_folder),
		TEST(nothing_is_created_below_a_folder_that_is_swapped_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
