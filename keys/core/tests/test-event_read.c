/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/event_read.h"
#include "keys/crypto/hash.h"

#include <stdio.h>
#include <string.h>

struct bytes {
	uint8_t data[1024];
	struct es_writer w;
};

static void begin(struct bytes *b)
{
	b->w = (struct es_writer){ .data = b->data, .cap = sizeof b->data };
}

static struct es_span span(const struct bytes *b)
{
	assert_false(b->w.bad);
	return (struct es_span){ b->data, b->w.pos };
}

static void put_utf16(struct es_writer *w, const char *text, bool nul)
{
	for (; *text != '\0'; text++)
		es_write_le16(w, (uint8_t)*text);
	if (nul)
		es_write_le16(w, 0);
}

static void put64(struct es_writer *w, uint64_t v)
{
	es_write_le32(w, (uint32_t)v);
	es_write_le32(w, (uint32_t)(v >> 32));
}

/* Reads the event of a program whose device path has these file nodes after the partition's node. */
static bool file_of(const char *const *names, int path_len_off, char ret[static ES_PROGRAM_PATH])
{
	struct bytes path, b;
	struct es_event event = { .pcr = 4, .type = (uint32_t)ES_EV_EFI_BOOT_SERVICES_APPLICATION };

	begin(&path);
	es_write_bytes(&path.w, "\4\1\x08\0abcd", 8);
	for (; *names != NULL; names++) {
		es_write_bytes(&path.w, "\4\4", 2);
		es_write_le16(&path.w, (uint16_t)(4 + 2 * (strlen(*names) + 1)));
		put_utf16(&path.w, *names, true);
	}
	es_write_bytes(&path.w, "\x7f\xff\4\0", 4);
	begin(&b);
	es_write_zeros(&b.w, 24);
	put64(&b.w, (uint64_t)((int64_t)span(&path).len + path_len_off));
	es_write_bytes(&b.w, path.data, span(&path).len);
	event.data = span(&b);
	return es_event_program_file(&event, ret);
}

static void assert_file(const char *a, const char *b, const char *expected)
{
	char path[ES_PROGRAM_PATH];

	assert_true(file_of((const char *const[]){ a, b, NULL }, 0, path));
	assert_string_equal(path, expected);
}

static void reads_the_file_of_a_program(void **state)
{
	(void)state;
	assert_file("\\EFI\\etcseal\\etcseal.efi", NULL, "/EFI/etcseal/etcseal.efi");
	assert_file("\\EFI", "etcseal.efi", "/EFI/etcseal.efi");
	assert_file("\\EFI\\", "\\etcseal.efi", "/EFI/etcseal.efi");
	assert_file("\\a..b.efi", NULL, "/a..b.efi");
}

static void finds_the_file_in_a_real_log(void **state)
{
	static uint8_t bytes[64 << 10];
	FILE *f = fopen("keys/core/tests/fixtures/ovmf-etcseal-recovery.log", "rb");
	char path[ES_PROGRAM_PATH], last[ES_PROGRAM_PATH] = "";
	struct es_span value, log_span = { bytes, 0 };
	struct es_event_log log;
	struct es_event event;
	unsigned secure_boot = 0;

	(void)state;
	assert_non_null(f); /* run from the top folder */
	log_span.len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	assert_int_equal(es_event_log_open(log_span, &log), ES_OK);
	while (es_event_log_next(&log, &event) == ES_OK) {
		if (event.pcr == 4 && (int)event.type == ES_EV_EFI_BOOT_SERVICES_APPLICATION &&
		    es_event_program_file(&event, path))
			strcpy(last, path);
		if (event.pcr == 7 && es_event_variable(&event, "SecureBoot", &value)) {
			assert_int_equal(value.len, 1);
			assert_int_equal(value.data[0], 0);
			secure_boot++;
		}
	}
	assert_string_equal(last, "/EFI/Linux2/ours.efi");
	assert_int_equal(secure_boot, 1);
}

static void refuses_a_malformed_path(void **state)
{
	static const char *const bad[] = {
		"", "\\", "relative", "\\..\\etc", "\\EFI\\..", "\\EFI\\a\n", "\\EFI\\\xe9"
	};
	char path[ES_PROGRAM_PATH], name[ES_PROGRAM_PATH + 1];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(file_of((const char *const[]){ bad[i], NULL }, 0, path));
	assert_false(file_of((const char *const[]){ NULL }, 0, path));
	memset(name, 'a', sizeof name - 1);
	name[0] = '\\';
	name[sizeof name - 1] = '\0';
	assert_false(file_of((const char *const[]){ name, NULL }, 0, path));
	name[sizeof name - 2] = '\0';
	assert_true(file_of((const char *const[]){ name, NULL }, 0, path));
	assert_false(file_of((const char *const[]){ name, "b", NULL }, 0, path));
}

static void refuses_a_device_path_that_lies_about_its_length(void **state)
{
	char path[ES_PROGRAM_PATH];

	(void)state;
	assert_false(file_of((const char *const[]){ "\\a.efi", NULL }, 1, path));
	assert_false(file_of((const char *const[]){ "\\a.efi", NULL }, -6, path));
}

static bool variable(uint32_t type, uint64_t chars, uint64_t bytes, struct es_span *ret)
{
	struct bytes b;
	struct es_event event = { .pcr = 7, .type = type };

	begin(&b);
	es_write_zeros(&b.w, 16);
	put64(&b.w, chars);
	put64(&b.w, bytes);
	put_utf16(&b.w, "db", false);
	es_write_text(&b.w, "value");
	event.data = span(&b);
	return es_event_variable(&event, "db", ret);
}

static void reads_a_variable(void **state)
{
	const uint32_t authority = (uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY;
	struct es_span value;

	(void)state;
	assert_true(variable(authority, 2, 5, &value));
	assert_int_equal(value.len, 5);
	assert_memory_equal(value.data, "value", 5);
	assert_true(variable((uint32_t)ES_EV_EFI_VARIABLE_DRIVER_CONFIG, 2, 0, &value));
	assert_false(variable(ES_EV_IPL, 2, 5, &value));
	assert_false(variable(authority, 1, 5, &value));
	assert_false(variable(authority, 3, 3, &value));
	assert_false(variable(authority, 2, 6, &value));
	assert_false(variable(authority, 2, UINT64_MAX, &value));
	assert_false(variable(authority, UINT64_MAX, 5, &value));
	assert_false(variable(authority, UINT64_C(1) << 63, 5, &value));
}

/* A variable's digest covers the whole event, a program's is its Authenticode hash, and a boot order variable's covers
 * only the value. */
static void recognises_an_event_that_hashes_its_data(void **state)
{
	struct es_event event = { .data = { (const uint8_t *)"data", 4 } };

	(void)state;
	assert_true(es_sha256(&event.data, 1, &event.sha256));
	assert_true(es_event_digest_matches(&event, es_sha256));
	event.data.len--;
	assert_false(es_event_digest_matches(&event, es_sha256));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_file_of_a_program),
		cmocka_unit_test(finds_the_file_in_a_real_log),
		cmocka_unit_test(refuses_a_malformed_path),
		cmocka_unit_test(refuses_a_device_path_that_lies_about_its_length),
		cmocka_unit_test(reads_a_variable),
		cmocka_unit_test(recognises_an_event_that_hashes_its_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
