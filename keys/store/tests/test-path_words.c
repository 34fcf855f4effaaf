/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/path.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, NAMELESS = 65533 };

static void says(const struct es_path_fault *f, const char *what, const char *next)
{
	char is_what[ES_PATH_WORDS], is_next[ES_PATH_WORDS];

	es_path_words(f, is_what, is_next);
	assert_string_equal(is_what, what);
	assert_string_equal(is_next, next);
}

static void each_fault_names_the_part_its_owner_and_what_to_do(void **state)
{
	(void)state;
	says(&(struct es_path_fault){ ES_PATH_LINK, "/var/out", "/srv/out/new", 0, 0777 },
	     "/var/out is a symlink that belongs to root (uid 0)", "Use the real path, /srv/out/new.");
	says(&(struct es_path_fault){ ES_PATH_LINK, "/tmp/out", "/etc", NOBODY, 0777 },
	     "/tmp/out is a symlink that belongs to nobody (uid 65534)",
	     "Use another path: the owner of this symlink decides where it leads (now: /etc).");
	says(&(struct es_path_fault){ ES_PATH_LINK, "/tmp/out", "", NAMELESS, 0777 },
	     "/tmp/out is a symlink that belongs to uid 65533",
	     "Use another path: the owner of this symlink decides where it leads (now: nowhere).");
	says(&(struct es_path_fault){ ES_PATH_LINK, "/var/out", "", 0, 0777 },
	     "/var/out is a symlink that belongs to root (uid 0)", "Use a path whose folders all belong to root.");
	says(&(struct es_path_fault){ ES_PATH_FOREIGN, "/home/eve", "", NOBODY, 0755 },
	     "/home/eve belongs to nobody (uid 65534), who can change its contents",
	     "Use a path whose folders all belong to root.");
	says(&(struct es_path_fault){ ES_PATH_WRITABLE, "/srv/all", "", 0, 0777 },
	     "/srv/all can be changed by others (mode 0777)",
	     "Remove that right (chmod go-w /srv/all), or use another path.");
	says(&(struct es_path_fault){ .kind = ES_PATH_OK, .where = "/x" }, "/x",
	     "Use a path whose folders all belong to root.");
}

static void a_user_other_than_root_is_pointed_to_their_own_folders(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		char what[ES_PATH_WORDS], next[ES_PATH_WORDS];
		const struct es_path_fault f = { ES_PATH_FOREIGN, "/home/eve", "", NOBODY, 0755 };

		if (setuid(NAMELESS) < 0)
			_exit(1);
		es_path_words(&f, what, next);
		_exit(strcmp(next, "Use a path whose folders all belong to root or you.") == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void the_longest_paths_fit(void **state)
{
	struct es_path_fault f = { .kind = ES_PATH_LINK, .owner = NOBODY };
	char what[ES_PATH_WORDS], next[ES_PATH_WORDS];

	(void)state;
	memset(f.where, 'w', sizeof f.where - 1);
	memset(f.real, 'r', sizeof f.real - 1);
	es_path_words(&f, what, next);
	assert_non_null(strstr(what, "w is a symlink that belongs to nobody (uid 65534)"));
	assert_string_equal(next + strlen(next) - 4, "rr).");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_names_the_part_its_owner_and_what_to_do),
		cmocka_unit_test(a_user_other_than_root_is_pointed_to_their_own_folders),
		cmocka_unit_test(the_longest_paths_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
