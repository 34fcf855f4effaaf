/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the removal, as test-remove.c runs them and as the controls do, each without one defence. True: it
 * succeeded. */
#ifndef ES_ADOPT_TESTS_ATTACKS_H
#define ES_ADOPT_TESTS_ATTACKS_H

#include "keys/adopt/tests/lib.h"

#include "keys/adopt/remove.h"

static inline struct es_remove_report attack(const struct root *root, const char *path, const char *content)
{
	static const char etc[1][ES_PATH_TEXT] = { "/etc" };
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };

	adopt(&list, ES_ADOPTED_FILE, path, content);
	settle(&list);
	assert_int_equal(es_remove(&(struct es_remove_request){ root->fd, &list, 1, etc }, &done), ES_OK);
	return done;
}

/* A file that no bank holds goes, since one of its name was adopted. */
static inline bool attack_file_put_there_later(void)
{
	struct root root;
	bool lost;

	root_make(&root);
	shell(&root, "printf 'never saved' >etc/passwd");
	(void)attack(&root, "/etc/passwd", "adopted");
	lost = missing(&root, "/etc/passwd");
	root_remove(&root);
	return lost;
}

/* A file outside the covered path goes. */
static inline bool attack_symlink_below(void)
{
	struct root root;
	bool lost;

	root_make(&root);
	shell(&root, "mkdir home && printf secret >home/key && ln -s ../home etc/ssh");
	(void)attack(&root, "/etc/ssh/key", "secret");
	lost = missing(&root, "/home/key");
	root_remove(&root);
	return lost;
}

/* The file counts as removed, and its content is readable under a name that nobody looks at. */
static inline bool attack_hard_link_elsewhere(void)
{
	struct es_remove_report done;
	struct root root;
	bool hidden;

	root_make(&root);
	shell(&root, "mkdir home && printf secret >etc/key && ln etc/key home/key");
	done = attack(&root, "/etc/key", "secret");
	hidden = done.removed == 1 && done.linked == 0 && is(&root, "/home/key", "secret");
	root_remove(&root);
	return hidden;
}

#endif
