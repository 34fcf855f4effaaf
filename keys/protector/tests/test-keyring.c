/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/protector/keyring_named.h"
#include "keys/tests/lib/same_secret.h"

#include <keyutils.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* Includes the process id, so that two runs at once don't touch each other's keys, or the host's own. */
static char name[64];

static struct es_secret *secret_of(uint8_t fill, size_t len)
{
	struct es_secret *s = NULL;

	assert_int_equal(es_secret_new(len, &s), ES_OK);
	memset(es_secret_data(s), fill, len);
	return s;
}

static int put_one(void **state)
{
	ES_SECRET key = secret_of(7, ES_KEY_LEN);

	(void)state;
	return es_keyring_put_named(name, key) != ES_OK;
}

static int drop_it(void **state)
{
	enum es_reason r = es_keyring_drop_named(name);

	(void)state;
	return r != ES_OK && r != ES_NOT_UNLOCKED;
}

static long serial(void)
{
	return keyctl_search(KEY_SPEC_USER_KEYRING, "user", name, 0);
}

/* Runs body in a child with a fresh session keyring that links nothing, as in a systemd service. */
static int in_fresh_session(int (*body)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (keyctl_join_session_keyring(NULL) < 0)
			_exit(100);
		_exit(body());
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void returns_the_key_that_was_put(void **state)
{
	ES_SECRET expected = secret_of(7, ES_KEY_LEN);
	ES_SECRET got = NULL;

	(void)state;
	assert_int_equal(es_keyring_get_named(name, &got), ES_OK);
	assert_true(same_secret(expected, got));
}

static void a_host_without_a_key_is_locked(void **state)
{
	struct es_secret *got = NULL;

	(void)state;
	assert_int_equal(es_keyring_get_named("etcseal-test:nobody-put-this", &got), ES_NOT_UNLOCKED);
	assert_null(got);
	assert_int_equal(es_keyring_drop_named("etcseal-test:nobody-put-this"), ES_NOT_UNLOCKED);
}

static void the_second_put_replaces_the_first(void **state)
{
	ES_SECRET second = secret_of(9, ES_KEY_LEN);
	ES_SECRET got = NULL;
	long first_serial = serial();

	(void)state;
	assert_int_equal(es_keyring_put_named(name, second), ES_OK);
	assert_int_equal(es_keyring_get_named(name, &got), ES_OK);
	assert_true(same_secret(second, got));
	assert_int_not_equal(serial(), first_serial);
}

static void a_dropped_key_is_gone_at_once(void **state)
{
	struct es_secret *got = NULL;
	char byte[ES_KEY_LEN];
	long id = serial();

	(void)state;
	assert_true(id > 0);
	assert_int_equal(es_keyring_drop_named(name), ES_OK);
	assert_int_equal(es_keyring_get_named(name, &got), ES_NOT_UNLOCKED);
	assert_int_equal(keyctl_read((key_serial_t)id, byte, sizeof byte), -1);
}

/* The oracle is the kernel's description: type;uid;gid;rights;name. */
static void only_uid_0_has_rights(void **state)
{
	char expected[128], text[128];

	(void)state;
	snprintf(expected, sizeof expected, "user;0;%u;3f0b0000;%s", getegid(), name);
	assert_true(keyctl_describe((key_serial_t)serial(), text, sizeof text) > 0);
	assert_string_equal(text, expected);
}

static void nothing_remains_in_the_threads_keyring(void **state)
{
	(void)state;
	assert_int_equal(keyctl_search(KEY_SPEC_THREAD_KEYRING, "user", name, 0), -1);
}

static int read_it(void)
{
	ES_SECRET got = NULL;
	enum es_reason r = es_keyring_get_named(name, &got);

	return r != ES_OK ? (int)r : es_secret_bytes(got)[0] == 7 ? 0 : 101;
}

static void another_session_reads_it(void **state)
{
	(void)state;
	assert_int_equal(in_fresh_session(read_it), 0);
}

/* Proves that the fresh session is a real one: a key with the kernel's default rights can't be read there. */
static int read_plain_key(void)
{
	char byte[1];

	return keyctl_read((key_serial_t)keyctl_search(KEY_SPEC_USER_KEYRING, "user", "etcseal-test:plain", 0), byte,
			   1) < 0
		   ? 0
		   : 101;
}

static void the_fresh_session_would_not_read_a_key_with_default_rights(void **state)
{
	key_serial_t plain = add_key("user", "etcseal-test:plain", "x", 1, KEY_SPEC_USER_KEYRING);

	(void)state;
	assert_true(plain > 0);
	assert_int_equal(in_fresh_session(read_plain_key), 0);
	assert_int_equal(keyctl_unlink(plain, KEY_SPEC_USER_KEYRING), 0);
}

static int put_another(void)
{
	struct es_secret *key = NULL;

	if (es_secret_new(ES_KEY_LEN, &key) != ES_OK)
		return 101;
	memset(es_secret_data(key), 9, ES_KEY_LEN);
	return es_keyring_put_named(name, key);
}

static void another_session_replaces_it(void **state)
{
	ES_SECRET expected = secret_of(9, ES_KEY_LEN);
	ES_SECRET got = NULL;

	(void)state;
	assert_int_equal(in_fresh_session(put_another), ES_OK);
	assert_int_equal(es_keyring_get_named(name, &got), ES_OK);
	assert_true(same_secret(expected, got));
}

static int drop_there(void)
{
	return es_keyring_drop_named(name);
}

static void another_session_drops_it(void **state)
{
	struct es_secret *got = NULL;

	(void)state;
	assert_int_equal(in_fresh_session(drop_there), ES_OK);
	assert_int_equal(es_keyring_get_named(name, &got), ES_NOT_UNLOCKED);
}

static int read_as_nobody(void)
{
	char byte[1];
	long id = serial();

	if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
		return 101;
	return keyctl_read((key_serial_t)id, byte, 1) < 0 ? 0 : 102;
}

static void another_user_cannot_read_it(void **state)
{
	(void)state;
	assert_int_equal(in_fresh_session(read_as_nobody), 0);
}

static void the_second_name_differs_and_too_long_a_name_is_refused(void **state)
{
	char next[ES_KEYRING_NAME_MAX], longest[ES_KEYRING_NAME_MAX];

	(void)state;
	assert_int_equal(es_keyring_next_name(ES_KEYRING_NAME, next), ES_OK);
	assert_string_equal(next, ES_KEYRING_NAME ":next");
	memset(longest, 'n', sizeof longest);
	longest[ES_KEYRING_NAME_MAX - 6] = '\0';
	assert_int_equal(es_keyring_next_name(longest, next), ES_OK);
	memcpy(longest + ES_KEYRING_NAME_MAX - 6, "n", 2);
	assert_int_equal(es_keyring_next_name(longest, next), ES_ARGUMENT);
}

static void a_key_of_another_length_is_refused(void **state)
{
	ES_SECRET shorter = secret_of(1, ES_KEY_LEN - 1);
	struct es_secret *got = NULL;
	key_serial_t foreign;

	(void)state;
	assert_int_equal(es_keyring_put_named(name, shorter), ES_ARGUMENT);
	foreign = add_key("user", name, "longer than thirty-two bytes is this", 36, KEY_SPEC_THREAD_KEYRING);
	assert_true(foreign > 0);
	assert_int_equal(keyctl_setperm(foreign, KEY_POS_ALL | KEY_USR_ALL), 0);
	assert_int_equal(keyctl_link(foreign, KEY_SPEC_USER_KEYRING), 0);
	assert_int_equal(es_keyring_get_named(name, &got), ES_KEYRING_FOREIGN);
	assert_null(got);
}

#define WITH_KEY(test) cmocka_unit_test_setup_teardown(test, put_one, drop_it)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KEY(returns_the_key_that_was_put),
		cmocka_unit_test(a_host_without_a_key_is_locked),
		cmocka_unit_test(the_second_name_differs_and_too_long_a_name_is_refused),
		WITH_KEY(the_second_put_replaces_the_first),
		WITH_KEY(a_dropped_key_is_gone_at_once),
		WITH_KEY(only_uid_0_has_rights),
		WITH_KEY(nothing_remains_in_the_threads_keyring),
		WITH_KEY(another_session_reads_it),
		cmocka_unit_test(the_fresh_session_would_not_read_a_key_with_default_rights),
		WITH_KEY(another_session_replaces_it),
		WITH_KEY(another_session_drops_it),
		WITH_KEY(another_user_cannot_read_it),
		WITH_KEY(a_key_of_another_length_is_refused),
	};

	snprintf(name, sizeof name, "etcseal-test:%ld", (long)getpid());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
