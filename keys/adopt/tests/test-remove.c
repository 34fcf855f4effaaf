/* SPDX-License-Identifier: Apache-2.0 */
/* What goes, what stays, and what a cut in the middle leaves for the next start. */
#include "keys/adopt/tests/attacks.h"

#include "keys/adopt/journal.h"
#include "keys/adopt/look.h"
#include "keys/adopt/remove.h"

static const char etc[1][ES_PATH_TEXT] = { "/etc" };

static enum es_reason remove_all(const struct root *root, struct es_adopted *list, struct es_remove_report *ret)
{
	const struct es_remove_request request = { root->fd, list, 1, etc };

	settle(list);
	return es_remove(&request, ret);
}

static bool needed(const struct root *root, const struct es_adopted *list)
{
	const struct es_remove_request request = { root->fd, list, 1, etc };

	return es_remove_needed(&request);
}

static void exactly_what_was_adopted_goes(void **state)
{
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "cd etc && mkdir own own/deep && printf secret >shadow && printf key >own/deep/key && "
		     "ln -s nowhere link && printf package >conf && printf planted >planted");
	adopt(&list, ES_ADOPTED_FILE, "/etc/shadow", "secret");
	adopt(&list, ES_ADOPTED_FILE, "/etc/own/deep/key", "key");
	adopt(&list, ES_ADOPTED_LINK, "/etc/link", "nowhere");
	adopt(&list, ES_ADOPTED_FOLDER, "/etc/own", "");
	adopt(&list, ES_ADOPTED_FOLDER, "/etc/own/deep", "");
	adopt(&list, ES_ADOPTED_FILE, "/etc/gone", "was never there");
	settle(&list);
	assert_true(needed(&root, &list));
	assert_int_equal(remove_all(&root, &list, &done), ES_OK);
	assert_int_equal(done.removed, 3);
	assert_int_equal(done.folders, 2);
	assert_int_equal(done.bytes, 9);
	assert_int_equal(done.changed + done.linked + done.failed, 0);
	assert_true(missing(&root, "/etc/shadow") && missing(&root, "/etc/own") && missing(&root, "/etc/link"));
	assert_true(missing(&root, "/etc/" ES_BELOW_JOURNAL));
	assert_true(is(&root, "/etc/conf", "package") && is(&root, "/etc/planted", "planted"));
	assert_false(needed(&root, &list));
	assert_int_equal(remove_all(&root, &list, &done), ES_OK);
	assert_int_equal(done.removed, 0);
	root_remove(&root);
}

static void what_changed_since_stays_and_is_named(void **state)
{
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "cd etc && printf newer >passwd && ln -s /etc/shadow gshadow && mkdir hosts && mkfifo pipe");
	adopt(&list, ES_ADOPTED_FILE, "/etc/passwd", "older");
	adopt(&list, ES_ADOPTED_FILE, "/etc/gshadow", "x");
	adopt(&list, ES_ADOPTED_FILE, "/etc/hosts", "x");
	adopt(&list, ES_ADOPTED_FILE, "/etc/pipe", "x");
	settle(&list);
	assert_false(needed(&root, &list));
	assert_int_equal(remove_all(&root, &list, &done), ES_OK);
	assert_int_equal(done.removed, 0);
	assert_int_equal(done.changed, 4);
	assert_string_equal(done.named[0], "/etc/gshadow");
	assert_true(is(&root, "/etc/passwd", "newer"));
	root_remove(&root);
}

static void no_symlink_leads_elsewhere(void **state)
{
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "mkdir home && printf secret >home/key && ln -s ../home etc/ssh");
	adopt(&list, ES_ADOPTED_FILE, "/etc/ssh/key", "secret");
	assert_int_equal(remove_all(&root, &list, &done), ES_OK);
	assert_int_equal(done.changed, 1);
	assert_true(is(&root, "/home/key", "secret"));
	root_remove(&root);
}

static void a_covered_path_that_became_a_symlink_is_not_entered(void **state)
{
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "rmdir etc && mkdir home && printf secret >home/key && ln -s home etc");
	adopt(&list, ES_ADOPTED_FILE, "/etc/key", "secret");
	assert_int_equal(remove_all(&root, &list, &done), ES_UNSAFE);
	assert_true(is(&root, "/home/key", "secret"));
	root_remove(&root);
}

static void a_name_elsewhere_keeps_the_file_and_names_of_the_list_do_not(void **state)
{
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "mkdir home && printf one >etc/one && ln etc/one home/one && "
		     "printf two >etc/two && ln etc/two etc/deux && ln etc/two etc/zwei");
	adopt(&list, ES_ADOPTED_FILE, "/etc/one", "one");
	adopt(&list, ES_ADOPTED_FILE, "/etc/two", "two");
	adopt(&list, ES_ADOPTED_FILE, "/etc/deux", "two");
	adopt(&list, ES_ADOPTED_FILE, "/etc/zwei", "two");
	assert_int_equal(remove_all(&root, &list, &done), ES_OK);
	assert_int_equal(done.linked, 1);
	assert_string_equal(done.named[0], "/etc/one");
	assert_int_equal(done.removed, 3);
	assert_int_equal(done.bytes, 3); /* overwritten once */
	assert_true(is(&root, "/etc/one", "one") && is(&root, "/home/one", "one"));
	root_remove(&root);
}

static void the_next_start_finishes_what_was_cut(void **state)
{
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "mkdir -m 700 etc/" ES_BELOW_JOURNAL " && printf secret >etc/" ES_BELOW_JOURNAL
		     "/0 && printf kept >kept && ln kept etc/" ES_BELOW_JOURNAL "/1 && printf late >etc/late");
	adopt(&list, ES_ADOPTED_FILE, "/etc/late", "late");
	settle(&list);
	assert_true(needed(&root, &list));
	assert_int_equal(remove_all(&root, &list, &done), ES_OK);
	assert_true(missing(&root, "/etc/" ES_BELOW_JOURNAL) && missing(&root, "/etc/late"));
	assert_true(is(&root, "/kept", "kept"));
	root_remove(&root);
}

static void a_journal_of_others_is_left_alone(void **state)
{
	static const char *const make[] = {
		"mkdir -m 777 etc/" ES_BELOW_JOURNAL " && cp etc/a etc/" ES_BELOW_JOURNAL "/mine",
		"mkdir -m 700 etc/" ES_BELOW_JOURNAL " && chown 1000 etc/" ES_BELOW_JOURNAL,
		"mkdir -m 700 there && ln -s ../there etc/" ES_BELOW_JOURNAL,
		"printf file >etc/" ES_BELOW_JOURNAL,
	};

	(void)state;
	for (size_t i = 0; i < sizeof make / sizeof *make; i++) {
		struct es_remove_report done;
		ES_ADOPTED list = { 0 };
		struct root root;

		root_make(&root);
		shell(&root, "printf a >etc/a");
		shell(&root, "%s", make[i]);
		adopt(&list, ES_ADOPTED_FILE, "/etc/a", "a");
		assert_int_equal(remove_all(&root, &list, &done), ES_UNSAFE);
		assert_true(is(&root, "/etc/a", "a"));
		root_remove(&root);
	}
}

static void what_the_boot_needs_is_put_in_its_place(void **state)
{
	static const char fstab[] = "/dev/vda2 / ext4 errors=remount-ro 0 1\n/dev/vda3 /usr ext4 ro 0 2\n"
				    "//nas/share /srv cifs password=hunter2 0 0\n";
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	struct root root;
	struct stat st;

	(void)state;
	root_make(&root);
	shell(&root, "mkdir -p usr/share/base-passwd && printf master >usr/share/base-passwd/passwd.master && "
		     "printf 'admin:x:0:0' >etc/passwd && chmod 640 etc/passwd && chown 0:42 etc/passwd");
	assert_int_equal(es_file_write(root.fd, "etc/fstab", es_text_span(fstab)), ES_OK);
	adopt(&list, ES_ADOPTED_FILE, "/etc/passwd", "admin:x:0:0");
	adopt(&list, ES_ADOPTED_FILE, "/etc/fstab", fstab);
	assert_int_equal(remove_all(&root, &list, &done), ES_OK);
	assert_int_equal(done.removed, 2);
	assert_true(is(&root, "/etc/passwd", "master"));
	assert_true(is(&root, "/etc/fstab", "/dev/vda3 /usr ext4 ro 0 2\n"));
	assert_int_equal(fstatat(root.fd, "etc/passwd", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_gid, 42);
	assert_int_equal(remove_all(&root, &list, &done), ES_OK);
	assert_int_equal(done.removed + done.changed, 0);
	root_remove(&root);
}

static void a_file_covered_on_its_own_leaves_an_empty_one(void **state)
{
	const char path[1][ES_PATH_TEXT] = { "/etc/one" };
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "printf secret >etc/one");
	adopt(&list, ES_ADOPTED_FILE, "/etc/one", "secret");
	settle(&list);
	assert_int_equal(es_remove(&(struct es_remove_request){ root.fd, &list, 1, path }, &done), ES_OK);
	assert_true(is(&root, "/etc/one", ""));
	root_remove(&root);
}

static void an_immutable_file_goes_too(void **state)
{
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "printf secret >etc/resolv.conf && chattr +i etc/resolv.conf");
	adopt(&list, ES_ADOPTED_FILE, "/etc/resolv.conf", "secret");
	assert_int_equal(remove_all(&root, &list, &done), ES_OK);
	assert_true(missing(&root, "/etc/resolv.conf"));
	root_remove(&root);
}

static void attack_with_a_file_put_there_later_fails(void **state)
{
	(void)state;
	assert_false(attack_file_put_there_later());
}

static void attack_with_a_symlink_below_fails(void **state)
{
	(void)state;
	assert_false(attack_symlink_below());
}

static void attack_with_a_hard_link_elsewhere_fails(void **state)
{
	(void)state;
	assert_false(attack_hard_link_elsewhere());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_what_was_adopted_goes),
		cmocka_unit_test(what_changed_since_stays_and_is_named),
		cmocka_unit_test(no_symlink_leads_elsewhere),
		cmocka_unit_test(a_covered_path_that_became_a_symlink_is_not_entered),
		cmocka_unit_test(a_name_elsewhere_keeps_the_file_and_names_of_the_list_do_not),
		cmocka_unit_test(the_next_start_finishes_what_was_cut),
		cmocka_unit_test(a_journal_of_others_is_left_alone),
		cmocka_unit_test(what_the_boot_needs_is_put_in_its_place),
		cmocka_unit_test(a_file_covered_on_its_own_leaves_an_empty_one),
		cmocka_unit_test(an_immutable_file_goes_too),
		cmocka_unit_test(attack_with_a_file_put_there_later_fails),
		cmocka_unit_test(attack_with_a_symlink_below_fails),
		cmocka_unit_test(attack_with_a_hard_link_elsewhere_fails),
	};

	return cmocka_run_group_tests_name("remove", tests, NULL, NULL);
}
