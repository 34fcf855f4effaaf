/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/file.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"
#include "tools/compare.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

static const struct es_boot_record etc_and_file = { .path_count = 2, .paths = { "/etc", "/opt/app/id" } };

static int open_in(void **state, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* A real overlay over image/etc, so that the kernel itself makes what is compared. */
static void overlay(void **state)
{
	assert_int_equal(
	    oracle_shell(state, "mkdir -p image/etc/dir/deep image/etc/gone image/opt/app tree/etc tree/opt/app work "
				"merged && cd image/etc && echo same >same && echo old >content && echo m >mode && "
				"echo o >owner && echo t >type && ln -s a link && echo x >removed && "
				"echo x >gone/a && echo x >gone/b && echo x >dir/deep/f && cd ../.. && "
				"echo id >image/opt/app/id && mount -t overlay -o lowerdir=image/etc,"
				"upperdir=tree/etc,workdir=work,redirect_dir=off,metacopy=off,index=off x merged"),
	    0);
}

static void look(void **state, const char *expected)
{
	static const char letters[] = { 'A', 'M', 'D' };
	ES_SCOPED(es_differences_free) struct es_differences d = { 0 };
	ES_FD tree = open_in(state, "tree");
	ES_FD root = open_in(state, "image");
	char text[4096] = "";
	int n = 0;

	assert_int_equal(es_compare(tree, root, &etc_and_file, &d), ES_OK);
	for (size_t i = 0; i < d.count; i++) {
		const struct es_difference *x = &d.list[i];

		n += snprintf(text + n, sizeof text - (size_t)n, "%c %s%s%s%s%s%s\n", letters[x->change], x->path,
			      x->type ? " type" : "", x->content ? " content" : "", x->mode ? " mode" : "",
			      x->owner ? " owner" : "", x->attributes ? " attributes" : "");
	}
	assert_string_equal(text, expected);
}

static void what_is_only_copied_up_is_no_difference(void **state)
{
	overlay(state);
	look(state, "");
	/* Opened for writing, and a folder that only had to be there for its file. */
	assert_int_equal(
	    oracle_shell(state, "touch merged/same && : >>merged/dir/deep/f && test -e tree/etc/dir/deep/f"), 0);
	look(state, "");
}

static void each_kind_of_difference_is_told(void **state)
{
	char path[256];

	overlay(state);
	assert_int_equal(
	    oracle_shell(state, "cd merged && echo new >content && chmod 0600 mode && chown 5:6 owner && rm type && "
				"mkdir type && echo x >type/in && ln -sfn b link && rm removed && mkdir -p new/er && "
				"echo x >new/er/file && rm -r gone && chmod 0700 dir && echo x >dir/deep/f && "
				"echo xx >dir/deep/f && cd .. && echo other >tree/opt/app/id"),
	    0);
	snprintf(path, sizeof path, "%s/merged/same", (const char *)*state);
	assert_int_equal(setxattr(path, "trusted.note", "x", 1, 0), 0);
	look(state, "M /etc/content content\n"
		    "M /etc/dir mode\n"
		    "M /etc/dir/deep/f content\n"
		    "D /etc/gone\n"
		    "M /etc/link content\n"
		    "M /etc/mode mode\n"
		    "A /etc/new\n"
		    "A /etc/new/er\n"
		    "A /etc/new/er/file\n"
		    "M /etc/owner owner\n"
		    "D /etc/removed\n"
		    "M /etc/same attributes\n"
		    "M /etc/type type mode\n"
		    "A /etc/type/in\n"
		    "M /opt/app/id content\n");
}

static void a_folder_made_anew_hides_what_the_image_had_there(void **state)
{
	overlay(state);
	assert_int_equal(
	    oracle_shell(state, "cd merged && rm -r gone && mkdir gone && echo new >gone/b && echo y >gone/c"), 0);
	look(state, "M /etc/gone/b content\n"
		    "A /etc/gone/c\n"
		    "D /etc/gone/a\n");
}

static void what_the_image_lacks_altogether_is_added(void **state)
{
	assert_int_equal(
	    oracle_shell(state, "mkdir -p image tree/etc/d && echo >tree/etc/d/f && mknod tree/etc/w c 0 0"), 0);
	look(state, "A /etc\n"
		    "A /etc/d\n"
		    "A /etc/d/f\n");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, mounts_folder_make, mounts_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(what_is_only_copied_up_is_no_difference),
		IN_FOLDER(each_kind_of_difference_is_told),
		IN_FOLDER(a_folder_made_anew_hides_what_the_image_had_there),
		IN_FOLDER(what_the_image_lacks_altogether_is_added),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
