/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/file.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/unpacking.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

int fresh_tree(void **state)
{
	char path[256];
	int fd;

	assert_int_equal(oracle_shell(state, "rm -rf tree && mkdir tree"), 0);
	snprintf(path, sizeof path, "%s/tree", (const char *)*state);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

void unpacked(void **state, const struct tar_image *t)
{
	ES_FD fd = fresh_tree(state);
	ES_BUF packed = tar_packed(t);
	struct es_manifest m;
	struct es_unpack_report report;
	enum es_reason r = es_archive_unpack(es_buf_span(&packed), fd, &m, &report);

	if (r != ES_OK)
		fail_msg("%d at %s", r, report.refused);
	assert_string_equal(report.refused, "");
}

void refused(void **state, const struct tar_image *t, enum es_reason reason, const char *member)
{
	ES_FD fd = fresh_tree(state);
	ES_BUF packed = tar_packed(t);
	struct es_manifest m;
	struct es_unpack_report report;
	enum es_reason r = es_archive_unpack(es_buf_span(&packed), fd, &m, &report);

	if (r != reason || strcmp(report.refused, member) != 0)
		fail_msg("%d \"%s\" and not %d \"%s\"", r, report.refused, reason, member);
}

void begin(struct tar_image *t)
{
	tar_manifest(t, "[\"/etc\"]");
	tar_folder(t, "tree/etc/");
}

void member_refused(void **state, const struct tar_member *m, enum es_reason reason)
{
	TAR_IMAGE t = { 0 };
	char name[128];

	begin(&t);
	tar_add(&t, m);
	tar_file(&t, "tree/etc/behind", "");
	tar_end(&t);
	snprintf(name, sizeof name, "%s", m->name);
	refused(state, &t, reason, name);
	assert_int_equal(oracle_shell(state, "test ! -e tree/etc/behind"), 0);
}
