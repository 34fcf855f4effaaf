/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/adopt/tests/lib.h"

#include "keys/adopt/look.h"

struct seen {
	char text[4096]; /* "/etc/a clear" and so on, a line each */
};

static enum es_reason see(void *context, const struct es_below_file *file)
{
	struct seen *seen = context;
	size_t used = strlen(seen->text);

	snprintf(seen->text + used, sizeof seen->text - used, "%s %s\n", file->path, es_below_names[file->state]);
	return ES_OK;
}

static void look(const struct root *root, const char *path, struct es_adopted *adopted, const char *expect)
{
	struct seen seen = { "" };
	ES_PACKAGES packages = NULL;
	enum es_reason r = es_packages_read(root->fd, &packages);
	struct es_below_request request = { root->fd, path, adopted, NULL };

	assert_true(r == ES_OK || r == ES_MISSING);
	request.packages = packages;
	if (adopted != NULL)
		settle(adopted);
	assert_int_equal(es_below_look(&request, see, &seen), ES_OK);
	assert_string_equal(seen.text, expect);
}

/* A package that ships /etc/conf ("as shipped\n") and the folder /etc/pkg. */
static void install(const struct root *root)
{
	shell(root,
	      "mkdir -p var/lib/dpkg/info etc/pkg && printf '/.\\n/etc\\n/etc/conf\\n/etc/pkg\\n/etc/pkg/link\\n' "
	      ">var/lib/dpkg/info/thing.list && printf 'as shipped\\n' >etc/conf && ln -s x etc/pkg/link");
	shell(root, "printf 'Package: thing\\nStatus: install ok installed\\nConffiles:\\n /etc/conf %%s\\n' "
		    "$(md5sum etc/conf | cut -d' ' -f1) >var/lib/dpkg/status");
}

static void what_no_package_ships_is_in_the_clear(void **state)
{
	struct root root;

	(void)state;
	root_make(&root);
	install(&root);
	shell(&root, "mkdir etc/own && printf x >etc/own/key && ln -s key etc/own/link && mkfifo etc/pipe");
	look(&root, "/etc", NULL,
	     "/etc/conf shipped\n/etc/own clear\n/etc/own/key clear\n/etc/own/link clear\n/etc/pipe left\n"
	     "/etc/pkg shipped\n/etc/pkg/link shipped\n");
	shell(&root, "printf changed >>etc/conf");
	look(&root, "/etc/conf", NULL, "/etc/conf clear\n");
	root_remove(&root);
}

static void without_dpkg_everything_is(void **state)
{
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "printf x >etc/conf");
	look(&root, "/etc", NULL, "/etc/conf clear\n");
	root_remove(&root);
}

static void what_is_adopted_waits_unless_it_changed(void **state)
{
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	install(&root);
	shell(&root, "printf secret >etc/shadow && printf newer >etc/passwd && ln -s there etc/link && mkdir etc/own");
	adopt(&list, ES_ADOPTED_FILE, "/etc/shadow", "secret");
	adopt(&list, ES_ADOPTED_FILE, "/etc/passwd", "older");
	adopt(&list, ES_ADOPTED_LINK, "/etc/link", "there");
	adopt(&list, ES_ADOPTED_FOLDER, "/etc/own", "");
	adopt(&list, ES_ADOPTED_FILE, "/etc/conf", "what it was before the package came back");
	look(&root, "/etc", &list,
	     "/etc/conf shipped\n/etc/link pending\n/etc/own pending\n/etc/passwd changed\n/etc/pkg shipped\n"
	     "/etc/pkg/link shipped\n/etc/shadow pending\n");
	root_remove(&root);
}

static void what_stays_for_the_boot_is_kept(void **state)
{
	ES_ADOPTED list = { 0 };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "printf 'UUID=1 /usr ext4 ro\\n' >etc/fstab && : >etc/one");
	look(&root, "/etc/fstab", NULL, "/etc/fstab kept\n");
	look(&root, "/etc/one", NULL, "/etc/one kept\n");
	adopt(&list, ES_ADOPTED_FILE, "/etc/fstab", "longer");
	look(&root, "/etc", &list, "/etc/fstab kept\n/etc/one clear\n");
	shell(&root, "printf '//nas /srv cifs password=x\\n' >>etc/fstab");
	look(&root, "/etc/fstab", NULL, "/etc/fstab clear\n");
	root_remove(&root);
}

static void it_follows_no_symlink(void **state)
{
	struct es_below_request request = { .path = "/etc" };
	struct seen seen = { "" };
	struct root root;

	(void)state;
	root_make(&root);
	shell(&root, "mkdir home && printf x >home/key && ln -s ../home etc/ssh");
	look(&root, "/etc", NULL, "/etc/ssh clear\n");
	shell(&root, "rm -r etc && ln -s home etc");
	request.root = root.fd;
	assert_int_equal(es_below_look(&request, see, &seen), ES_UNSAFE);
	shell(&root, "rm etc");
	assert_int_equal(es_below_look(&request, see, &seen), ES_MISSING);
	root_remove(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_package_ships_is_in_the_clear),
		cmocka_unit_test(without_dpkg_everything_is),
		cmocka_unit_test(what_is_adopted_waits_unless_it_changed),
		cmocka_unit_test(what_stays_for_the_boot_is_kept),
		cmocka_unit_test(it_follows_no_symlink),
	};

	return cmocka_run_group_tests_name("look", tests, NULL, NULL);
}
