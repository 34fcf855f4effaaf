/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/survey/packages.h"

#include "keys/store/file.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* A root with a few packages, as dpkg leaves them. */
static int make_root(void **state)
{
	if (oracle_folder_make(state) != 0)
		return -1;
	return oracle_shell(
	    state, "mkdir -p var/lib/dpkg/info && cd var/lib/dpkg && : >diversions && "
		   "md5() { printf '%%s' \"$1\" | md5sum | cut -d' ' -f1; } && "
		   "printf '/.\\n/etc\\n/etc/app.conf\\n/etc/app-data\\n/usr/share/app/link\\n' >info/app.list && "
		   "echo \"$(md5 data)  etc/app-data\" >info/app.md5sums && "
		   "printf '/.\\n/etc\\n/lib\\n/lib/x.conf\\n/usr/lib/y.conf\\n' >info/libx:amd64.list && "
		   "{ echo \"$(md5 x)  lib/x.conf\"; echo \"$(md5 y)  usr/lib/y.conf\"; } >info/libx:amd64.md5sums && "
		   "printf '/usr/share/base-passwd/passwd.master\\n' >info/base-passwd.list && "
		   "echo \"$(md5 root)  usr/share/base-passwd/passwd.master\" >info/base-passwd.md5sums && "
		   "{ echo Package: app; echo Status: install ok installed; echo Conffiles:; "
		   "echo \" /etc/app.conf $(md5 shipped)\"; echo \" /etc/old.conf $(md5 old) obsolete\"; "
		   "echo \" /etc/gone.conf $(md5 gone) remove-on-upgrade\"; "
		   "echo \" /etc/with a blank $(md5 blank)\"; echo ' /etc/new.conf newconffile'; "
		   "echo 'Description: app'; echo ' /etc/no.conf d41d8cd98f00b204e9800998ecf8427e'; echo; "
		   "echo Package: removed; echo Status: deinstall ok config-files; echo Conffiles:; "
		   "echo \" /etc/removed.conf $(md5 removed)\"; } >status");
}

static struct es_packages *read_root(void **state)
{
	struct es_packages *p = NULL;
	ES_FD fd = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(es_packages_read(fd, &p), ES_OK);
	return p;
}

static void assert_judged(const struct es_packages *p, const char *path, const char *content, enum es_packaged want)
{
	enum es_packaged got = es_packages_judge(p, path, true, es_text_span(content));

	if (got != want)
		fail_msg("%s with \"%s\": %d", path, content, (int)got);
}

static void what_a_package_ships_is_the_same(void **state)
{
	ES_PACKAGES p = read_root(state);

	assert_judged(p, "/etc/app.conf", "shipped", ES_PACKAGED_SAME);
	assert_judged(p, "/etc/app-data", "data", ES_PACKAGED_SAME);
	assert_judged(p, "/etc/old.conf", "old", ES_PACKAGED_SAME);
	assert_judged(p, "/etc/gone.conf", "gone", ES_PACKAGED_SAME);
	assert_judged(p, "/etc/with a blank", "blank", ES_PACKAGED_SAME);
	assert_judged(p, "/etc/removed.conf", "removed", ES_PACKAGED_SAME);
	assert_string_equal(es_packages_owner(p, "/etc/app.conf"), "app");
	assert_string_equal(es_packages_owner(p, "/lib/x.conf"), "libx");
	assert_string_equal(es_packages_owner(p, "/etc"), "app");
}

static void another_content_is_changed(void **state)
{
	ES_PACKAGES p = read_root(state);

	assert_judged(p, "/etc/app.conf", "shipped ", ES_PACKAGED_CHANGED);
	assert_judged(p, "/etc/app.conf", "", ES_PACKAGED_CHANGED);
	assert_judged(p, "/etc/app-data", "date", ES_PACKAGED_CHANGED);
}

static void what_nobody_has_is_nobodys(void **state)
{
	ES_PACKAGES p = read_root(state);

	assert_judged(p, "/etc/mine.conf", "shipped", ES_PACKAGED_NOT);
	assert_judged(p, "/etc/no.conf", "", ES_PACKAGED_NOT); /* of a description */
	assert_judged(p, "etc/app.conf", "shipped", ES_PACKAGED_NOT);
	assert_judged(NULL, "/etc/app.conf", "shipped", ES_PACKAGED_NOT);
	assert_null(es_packages_owner(p, "/etc/mine.conf"));
	assert_null(es_packages_owner(NULL, "/etc"));
}

static void a_path_without_a_checksum_is_a_path(void **state)
{
	ES_PACKAGES p = read_root(state);

	assert_judged(p, "/etc/new.conf", "anything", ES_PACKAGED_PATH);
	assert_judged(p, "/usr/share/app/link", "anything", ES_PACKAGED_PATH);
	assert_int_equal(es_packages_judge(p, "/etc", false, (struct es_span){ NULL, 0 }), ES_PACKAGED_PATH);
	assert_int_equal(es_packages_judge(p, "/etc/app.conf", false, (struct es_span){ NULL, 0 }), ES_PACKAGED_PATH);
}

static void a_copy_of_a_master_is_the_same(void **state)
{
	ES_PACKAGES p = read_root(state);

	assert_string_equal(es_packages_master("/etc/passwd"), "/usr/share/base-passwd/passwd.master");
	assert_null(es_packages_master("/etc/shadow"));
	assert_judged(p, "/etc/passwd", "root", ES_PACKAGED_SAME);
	assert_judged(p, "/etc/passwd", "root and me", ES_PACKAGED_CHANGED);
	assert_string_equal(es_packages_owner(p, "/etc/passwd"), "base-passwd");
	assert_judged(p, "/etc/motd", "a master of a package that isn't there", ES_PACKAGED_NOT);
}

static void a_merged_usr_has_both_names(void **state)
{
	ES_PACKAGES p = read_root(state);

	assert_judged(p, "/usr/lib/x.conf", "x", ES_PACKAGED_SAME);
	assert_judged(p, "/lib/y.conf", "y", ES_PACKAGED_SAME);
	assert_judged(p, "/lib/y.conf", "z", ES_PACKAGED_CHANGED);
}

static void a_diverted_file_is_where_it_was_moved_to(void **state)
{
	ES_PACKAGES p = NULL;

	assert_int_equal(oracle_shell(state,
				      "cd var/lib/dpkg && printf '/etc/app-data\\n/etc/app-data.orig\\nother\\n' "
				      ">diversions && printf '/etc/app-data\\n' >info/other.list && "
				      "echo \"$(printf o | md5sum | cut -d' ' -f1)  etc/app-data\" "
				      ">info/other.md5sums"),
			 0);
	p = read_root(state);
	assert_judged(p, "/etc/app-data", "o", ES_PACKAGED_SAME);
	assert_judged(p, "/etc/app-data", "data", ES_PACKAGED_CHANGED);
	assert_judged(p, "/etc/app-data.orig", "data", ES_PACKAGED_SAME);
	assert_string_equal(es_packages_owner(p, "/etc/app-data"), "other");
	assert_string_equal(es_packages_owner(p, "/etc/app-data.orig"), "app");
}

static void without_dpkg_it_is_missing(void **state)
{
	struct es_packages *p = NULL;
	ES_FD fd = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(oracle_shell(state, "rm -r var/lib/dpkg/status"), 0);
	assert_int_equal(es_packages_read(fd, &p), ES_MISSING);
	assert_int_equal(oracle_shell(state, "rm -r var/lib/dpkg && : >var/lib/dpkg"), 0);
	assert_int_equal(es_packages_read(fd, &p), ES_MISSING);
	assert_null(p);
}

/* Named by what is damaged; the good line beside it still counts. */
static void damaged_lines_are_passed_over(void **state)
{
	static const char *const damage[] = {
		"printf 'zz  etc/x\\n\\n  \\nd41d8cd98f00b204e9800998ecf8427e\\nd41d8cd98f00b204e9800998ecf8427e  ' "
		">>info/app.md5sums",
		"head -c 70000 /dev/zero | tr '\\0' a >>info/app.list",
		"head -c 70000 /dev/zero >>info/app.list",
		"{ echo; printf 'Conffiles:\\n /etc/x d41d8cd98f00b204e9800998ecf8427e\\nPackage: \\nConffiles:\\n \\n "
		" "
		"obsolete\\n /etc/y\\n obsolete\\nPackage: a/b\\n'; } >>status",
		"printf '/a\\n' >diversions",
		"printf '/a\\n/a\\nx\\n\\n\\n\\n/b\\nb\\n:\\n' >diversions",
		"rm -r info/libx:amd64.list && mkdir info/libx:amd64.list && mkfifo info/f.list && ln -s /etc/passwd "
		"info/l.list",
		"mkdir info/d.list info/.list",
	};

	for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
		ES_PACKAGES p = NULL;

		assert_int_equal(oracle_shell(state, "cd var/lib/dpkg && %s", damage[i]), 0);
		p = read_root(state);
		assert_judged(p, "/etc/app.conf", "shipped", ES_PACKAGED_SAME);
		assert_judged(p, "/etc/app-data", "data", ES_PACKAGED_SAME);
		assert_judged(p, "/etc/x", "", ES_PACKAGED_NOT);
	}
}

static void a_link_that_leads_out_of_the_root_is_not_followed(void **state)
{
	struct es_packages *p = NULL;
	ES_FD fd = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(oracle_shell(state, "rm -r var/lib/dpkg && ln -s /var/lib/dpkg var/lib/dpkg"), 0);
	assert_int_not_equal(es_packages_read(fd, &p), ES_OK);
	assert_null(p);
}

static void this_hosts_own_database_says_what_dpkg_says(void **state)
{
	ES_PACKAGES p = NULL;
	ES_FD fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ES_BUF conf = { NULL, 0 };

	(void)state;
	assert_int_equal(es_packages_read(fd, &p), ES_OK);
	assert_string_equal(es_packages_owner(p, "/usr/bin/dpkg"), "dpkg");
	assert_int_equal(es_file_read(fd, "usr/bin/dpkg", (size_t)64 << 20, &conf), ES_OK);
	assert_int_equal(es_packages_judge(p, "/usr/bin/dpkg", true, es_buf_span(&conf)), ES_PACKAGED_SAME);
	conf.data[0] ^= 1;
	assert_int_equal(es_packages_judge(p, "/usr/bin/dpkg", true, es_buf_span(&conf)), ES_PACKAGED_CHANGED);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOT(what_a_package_ships_is_the_same),
		IN_ROOT(another_content_is_changed),
		IN_ROOT(what_nobody_has_is_nobodys),
		IN_ROOT(a_path_without_a_checksum_is_a_path),
		IN_ROOT(a_copy_of_a_master_is_the_same),
		IN_ROOT(a_merged_usr_has_both_names),
		IN_ROOT(a_diverted_file_is_where_it_was_moved_to),
		IN_ROOT(without_dpkg_it_is_missing),
		IN_ROOT(damaged_lines_are_passed_over),
		IN_ROOT(a_link_that_leads_out_of_the_root_is_not_followed),
		cmocka_unit_test(this_hosts_own_database_says_what_dpkg_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
