/* SPDX-License-Identifier: Apache-2.0 */
/* A tree with one of everything, and a covered file, through a save and a boot. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"

#include "keys/change/save.h"
#include "keys/change/init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

__attribute__((format(printf, 2, 3))) static void shell(const struct machine *m, const char *format, ...)
{
	char words[1024], line[1200];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	snprintf(line, sizeof line, "cd %s && { %s; }", m->folder, words);
	assert_int_equal(system(line), 0);
}

static void save(struct machine *m)
{
	ES_HOST host = machine_host(m);
	struct es_saved saved;

	assert_int_equal(es_host_save(host, &(struct es_save_request){ .count = ES_COUNT_LATER }, &saved), ES_OK);
	assert_false(saved.unchanged);
}

/* Everything that find and the kernel can show about a tree. */
#define LOOK                                                                                                           \
	"find . -mindepth 1 -printf '%%P|%%y|%%m|%%U:%%G|%%l|%%T@|' \\( -type f -exec md5sum {} \\; -o -printf '\\n' " \
	"\\) | "                                                                                                       \
	"sed 's/  .*//' | LC_ALL=C sort"

static void everything_survives_a_save_and_a_boot(void **state)
{
	static const char acl[] = "\2\0\0\0\1\0\6\0\377\377\377\377\2\0\6\0\1\0\0\0\4\0\0\0\377\377\377\377"
				  "\20\0\6\0\377\377\377\377\40\0\0\0\377\377\377\377";
	const char *const paths[] = { "/etc", "/srv/app/id" };
	struct es_boot_record record;
	struct machine m;
	char path[160], value[64];

	(void)state;
	machine_start(&m, true);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	{
		ES_HOST host = machine_host(&m);
		ES_SECRET recovery = NULL;

		assert_int_equal(
		    es_host_init(host, &(struct es_init_request){ .path_count = 2, .paths = paths }, &recovery), ES_OK);
	}
	shell(&m, "mkdir -p run/ram/tree/etc/d run/ram/tree/srv/app && cd run/ram/tree && echo id >srv/app/id && "
		  "chown 12:34 srv/app/id && cd etc && echo x >d/file && chown 5:6 d/file && chmod 0604 d/file && "
		  "ln -s ../x link && chown -h 7:8 link && mknod gone c 0 0 && : >empty && chmod 3770 d && "
		  "touch -hd @1000.123456789 d/file link d ../srv/app/id");
	snprintf(path, sizeof path, "%s/ram/tree/etc/d/file", m.run_dir);
	assert_int_equal(setxattr(path, "system.posix_acl_access", acl, 44, 0), 0);
	assert_int_equal(setxattr(path, "trusted.note", "\0x", 2, 0), 0);
	shell(&m, "cd run/ram/tree && " LOOK " >../../../before");
	save(&m);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_OK);
	/* The folders that lead to a covered file aren't covered. */
	shell(&m, "cd run/ram/tree && " LOOK " >../../../after; cd ../../..; grep -q 'd/file.f.660.5:6' after && "
		  "sed -i '/^srv|/d; /^srv.app|/d' before after && diff before after");
	assert_int_equal(getxattr(path, "system.posix_acl_access", value, sizeof value), 44);
	assert_memory_equal(value, acl, 44);
	assert_int_equal(getxattr(path, "trusted.note", value, sizeof value), 2);
	assert_int_equal(record.path_count, 2);
	assert_string_equal(record.paths[1], "/srv/app/id");
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_survives_a_save_and_a_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
