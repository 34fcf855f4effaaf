/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/oracle.h"
#include "tools/journal.h"
#include "tools/notify.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket such as the journal and the service manager listen at; *ret_path is its name. */
static int listen_in(void **state, char ret_path[static 108])
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(at.sun_path, sizeof at.sun_path, "%s/socket", (const char *)*state);
	strcpy(ret_path, at.sun_path);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void receive(int fd, char *ret, size_t cap)
{
	ssize_t n = recv(fd, ret, cap - 1, 0);

	assert_true(n > 0);
	ret[n] = '\0';
}

static void an_entry_goes_out_with_all_its_fields(void **state)
{
	const struct es_entry entry = { .message = ES_SAY_SAVED,
					.text = "saved",
					.generation = 7,
					.revision = 3,
					.bytes = 4810,
					.entries = 12,
					.usec = 1500,
					.reason = ES_TPM_TIMEOUT };
	char path[108], got[4096];
	int fd = listen_in(state, path);

	assert_true(es_journal_at(path, &entry));
	receive(fd, got, sizeof got);
	assert_string_equal(got, "MESSAGE=saved\n"
				 "MESSAGE_ID=93b42a9384bb452cbe755636eec9de16\n"
				 "PRIORITY=6\n"
				 "SYSLOG_IDENTIFIER=etcseal\n"
				 "ETCSEAL_EVENT=saved\n"
				 "ETCSEAL_REASON=tpm-timeout\n"
				 "ETCSEAL_GENERATION=7\n"
				 "ETCSEAL_REVISION=3\n"
				 "ETCSEAL_BYTES=4810\n"
				 "ETCSEAL_ENTRIES=12\n"
				 "ETCSEAL_USEC=1500\n");
	assert_true(es_journal_at(path, &(struct es_entry){ .message = ES_SAY_WATCH_STOPPED, .text = "stopped" }));
	receive(fd, got, sizeof got);
	assert_null(strstr(got, "GENERATION"));
	assert_null(strstr(got, "REASON"));
	close(fd);
}

static void a_line_break_in_a_text_begins_no_field(void **state)
{
	char path[108], got[4096];
	int fd = listen_in(state, path);

	assert_true(es_journal_at(path, &(struct es_entry){ .message = ES_SAY_LEFT_OUT, .text = "a\nPRIORITY=0\n" }));
	receive(fd, got, sizeof got);
	assert_int_equal(strncmp(got, "MESSAGE=a?PRIORITY=0?\nMESSAGE_ID=", 33), 0);
	close(fd);
}

static void without_a_journal_it_says_so(void **state)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/none", (const char *)*state);
	assert_false(es_journal_at(path, &(struct es_entry){ .message = ES_SAY_SAVED, .text = "x" }));
	memset(path, 'x', 200);
	path[200] = '\0';
	assert_false(es_journal_at(path, &(struct es_entry){ .message = ES_SAY_SAVED, .text = "x" }));
}

static void every_message_has_an_id_of_its_own_in_the_manual(void **state)
{
	(void)state;
	for (int i = 0; i < ES_MESSAGES; i++) {
		char command[128];

		assert_int_equal(strspn(es_messages[i].id, "0123456789abcdef"), 32);
		assert_int_equal(strlen(es_messages[i].id), 32);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(es_messages[i].id, es_messages[k].id);
		snprintf(command, sizeof command, "grep -q '^%s.%s' tools/etcseal.8", es_messages[i].id,
			 es_messages[i].name);
		if (system(command) != 0)
			fail_msg("the manual doesn't list %s", es_messages[i].name);
	}
}

static void the_service_manager_is_told(void **state)
{
	char path[108], got[64];
	int fd = listen_in(state, path);

	assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
	assert_true(es_notify("READY=1"));
	receive(fd, got, sizeof got);
	assert_string_equal(got, "READY=1");
	for (int i = 0; i < 3; i++) {
		static const char *const nobody[] = { "", "relative", "/nonexistent/socket" };

		assert_int_equal(setenv("NOTIFY_SOCKET", nobody[i], 1), 0);
		assert_false(es_notify("READY=1"));
	}
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
	assert_false(es_notify("READY=1"));
	close(fd);
}

static void an_abstract_socket_is_found(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char got[64], name[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)state;
	snprintf(name, sizeof name, "@etcseal-test-%d", (int)getpid());
	memcpy(at.sun_path, name, strlen(name));
	at.sun_path[0] = '\0';
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
	    0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	assert_true(es_notify("WATCHDOG=1"));
	receive(fd, got, sizeof got);
	assert_string_equal(got, "WATCHDOG=1");
	close(fd);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, oracle_folder_make, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(an_entry_goes_out_with_all_its_fields),
		IN_FOLDER(a_line_break_in_a_text_begins_no_field),
		IN_FOLDER(without_a_journal_it_says_so),
		cmocka_unit_test(every_message_has_an_id_of_its_own_in_the_manual),
		IN_FOLDER(the_service_manager_is_told),
		cmocka_unit_test(an_abstract_socket_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
