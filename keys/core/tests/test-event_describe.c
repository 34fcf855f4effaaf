/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/buf.h"
#include "keys/core/event_log.h"
#include "keys/core/firmware_options.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct es_span wide(const char *t, uint8_t out[static 512])
{
	size_t len = strlen(t) + 1;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = (uint8_t)t[i];
		out[2 * i + 1] = 0;
	}
	return (struct es_span){ out, 2 * len };
}

static void assert_words(unsigned pcr, uint32_t type, struct es_span data, const char *expected)
{
	struct es_event event = { .pcr = pcr, .type = type, .data = data };
	char words[200];

	es_event_describe(&event, words, sizeof words);
	assert_string_equal(words, expected);
}

/* Looks for the lines ("PCR words") among the log's events, in that order. */
static void assert_reads(const char *path, const char *const *expected)
{
	static uint8_t bytes[16384];
	FILE *f = fopen(path, "rb");
	struct es_event_log log;
	struct es_event event;
	size_t len;

	assert_non_null(f); /* run from the top folder */
	len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	assert_int_equal(es_event_log_open((struct es_span){ bytes, len }, &log), ES_OK);
	while (es_event_log_next(&log, &event) == ES_OK) {
		char words[200], line[256];

		es_event_describe(&event, words, sizeof words);
		snprintf(line, sizeof line, "%u %s", event.pcr, words);
		if (*expected != NULL && strcmp(line, *expected) == 0)
			expected++;
	}
	if (*expected != NULL)
		fail_msg("no event reads: %s", *expected);
}

static void words_a_recorded_boot(void **state)
{
	static const char *const expected[] = {
		"0 firmware version",
		"0 firmware code",
		"0 firmware code",
		"7 Secure Boot variable SecureBoot (8be4df61-93ca-11d2-aa0d-00e098032b8c)",
		"7 Secure Boot variable PK (8be4df61-93ca-11d2-aa0d-00e098032b8c)",
		"7 Secure Boot variable KEK (8be4df61-93ca-11d2-aa0d-00e098032b8c)",
		"7 Secure Boot variable db (d719b2cb-3d3a-4596-a3bc-dad00e67656f)",
		"7 Secure Boot variable dbx (d719b2cb-3d3a-4596-a3bc-dad00e67656f)",
		"7 end of the firmware's part",
		"4 firmware says \"Calling EFI Application from Boot Option\"",
		"4 EFI program \\EFI\\BOOT\\BOOTX64.EFI",
		"11 section .linux of the image",
		"11 section .osrel of the image",
		"11 section .cmdline of the image",
		"11 section .initrd of the image",
		"9 initrd, as the kernel loaded it",
		"5 firmware says \"Exit Boot Services Invocation\"",
		NULL,
	};

	(void)state;
	assert_reads("keys/core/tests/fixtures/ovmf-systemd-stub.log", expected);
}

static void words_a_recorded_recovery_boot(void **state)
{
	static const char *const expected[] = {
		"4 EFI program \\EFI\\BOOT\\BOOTX64.EFI",
		"4 EFI program \\EFI\\Linux2\\ours.efi",
		"12 boot options from outside the image",
		"11 section .linux of the image",
		"11 section .uname of the image",
		"11 section .sbat of the image",
		"12 a recovery boot",
		"12 boot options from outside the image",
		"13 bank file bank0/encryption.info",
		NULL,
	};

	(void)state;
	assert_reads("keys/core/tests/fixtures/ovmf-etcseal-recovery.log", expected);
}

static void recognises_sections_in_ascii_and_utf16(void **state)
{
	uint8_t buffer[512];

	(void)state;
	assert_words(11, ES_EV_IPL, (struct es_span){ (const uint8_t *)".initrd", 8 }, "section .initrd of the image");
	assert_words(11, ES_EV_IPL, wide(".initrd", buffer), "section .initrd of the image");
	assert_words(11, ES_EV_IPL, es_text_span(".initrd2"), "an unknown event of the boot image");
	assert_words(11, ES_EV_IPL, es_text_span(""), "an unknown event of the boot image");
	assert_words(11, ES_EV_IPL, es_text_span(ES_FENCE_EVENT), "the fence");
}

static void never_shows_boot_options(void **state)
{
	static const char canary[] = "etcseal.recovery=canary";
	static const unsigned pcrs[] = { 5, 8, 11, 12, 14 };
	uint8_t buffer[512];

	(void)state;
	for (size_t i = 0; i < sizeof pcrs / sizeof pcrs[0]; i++) {
		for (int form = 0; form < 2; form++) {
			struct es_event event = { .pcr = pcrs[i], .type = ES_EV_IPL };
			char words[200];

			event.data = form == 0 ? es_text_span(canary) : wide(canary, buffer);
			es_event_describe(&event, words, sizeof words);
			assert_null(strstr(words, "canary"));
		}
	}
	assert_words(12, ES_EV_IPL, es_text_span(canary), "boot options from outside the image");
}

static struct es_span firmware_event(const char *variable, struct es_span value, uint8_t out[static 512])
{
	struct es_writer w = { .data = out, .cap = 512 };

	if (variable == NULL) {
		es_firmware_string_write(value, &w);
	} else {
		es_write_bytes(&w, ES_EFI_VARIABLE_EVENT, sizeof ES_EFI_VARIABLE_EVENT);
		es_write_bytes(&w, variable, strlen(variable) + 1);
		es_write_bytes(&w, value.data, value.len);
	}
	assert_false(w.bad);
	return (struct es_span){ out, w.pos };
}

#define SYSTEMD_OPTIONS "SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67"

static void names_options_from_firmware(void **state)
{
	uint8_t buffer[512], text[512];

	(void)state;
	assert_words(12, ES_EV_IPL, firmware_event(SYSTEMD_OPTIONS, wide("systemd.debug_shell", text), buffer),
		     "EFI variable SystemdOptions: systemd.debug_shell");
	assert_words(12, ES_EV_IPL,
		     firmware_event("FactoryReset-8cf2644b-4b0b-428f-9387-6d876050dc67", es_text_span("1\n"), buffer),
		     "EFI variable FactoryReset: 1?");
	assert_words(12, ES_EV_IPL, firmware_event("x", es_text_span(""), buffer), "EFI variable x");
	assert_words(12, ES_EV_IPL, firmware_event(NULL, es_text_span("io.systemd.stub.kernel-cmdline-extra"), buffer),
		     "SMBIOS string io.systemd.stub.kernel-cmdline-extra");
	/* In any other PCR it has no special meaning. */
	assert_words(14, ES_EV_IPL, firmware_event("x", es_text_span(""), buffer),
		     "an event of the boot loader in PCR 14");
}

static void never_shows_credentials_from_firmware(void **state)
{
	uint8_t buffer[512], text[512];

	(void)state;
	assert_words(12, ES_EV_IPL, firmware_event(NULL, es_text_span("io.systemd.credential:pw=canary"), buffer),
		     "SMBIOS string io.systemd.credential:pw");
	assert_words(12, ES_EV_IPL,
		     firmware_event(SYSTEMD_OPTIONS, wide("quiet systemd.set_credential=pw:canary", text), buffer),
		     "EFI variable SystemdOptions");
	assert_words(12, ES_EV_IPL,
		     firmware_event(SYSTEMD_OPTIONS, wide("systemd.set_credential_binary=pw:canary", text), buffer),
		     "EFI variable SystemdOptions");
	assert_words(12, ES_EV_IPL, firmware_event(SYSTEMD_OPTIONS, wide("etcseal.recovery=canary", text), buffer),
		     "EFI variable SystemdOptions");
	assert_words(12, ES_EV_IPL, firmware_event(SYSTEMD_OPTIONS, es_text_span("****"), buffer),
		     "EFI variable SystemdOptions");
}

static void recognises_the_marks_of_a_stub_that_failed(void **state)
{
	(void)state;
	for (unsigned pcr = 11; pcr <= 12; pcr++) {
		assert_words(pcr, ES_EV_IPL, es_text_span(ES_UNMEASURED_EVENT),
			     "the stub's mark that something couldn't be measured");
		assert_words(pcr, ES_EV_IPL, es_text_span(ES_RETURNED_EVENT), "the stub's mark that it gave up");
	}
}

static void recognises_a_recovery_boot_by_its_digest(void **state)
{
	struct es_event event = { .pcr = ES_PCR_OPTIONS, .type = ES_EV_IPL };
	struct es_span constant = es_text_span(ES_RECOVERY_EVENT);
	char words[64];

	(void)state;
	assert_false(es_event_is_recovery(&event));
	event.data = constant; /* the text alone proves nothing */
	assert_false(es_event_is_recovery(&event));
	assert_true(es_sha256(&constant, 1, &event.sha256));
	assert_true(es_event_is_recovery(&event));
	es_event_describe(&event, words, sizeof words);
	assert_string_equal(words, "a recovery boot");
	event.pcr = 11;
	assert_false(es_event_is_recovery(&event));
	event.pcr = ES_PCR_OPTIONS;
	event.type = ES_EV_SEPARATOR;
	assert_false(es_event_is_recovery(&event));
}

/* As the stub leaves it in the log: the option's name, and its value overwritten. */
static void recognises_a_menus_options_with_a_recovery_key(void **state)
{
	struct es_event event = { .pcr = ES_PCR_OPTIONS, .type = ES_EV_IPL };
	uint8_t buffer[512];

	(void)state;
	event.data = wide("debug etcseal.recovery=****** extra=1", buffer);
	assert_true(es_event_is_recovery(&event));
	event.data = es_text_span("encryptionRecoveryKey=******");
	assert_true(es_event_is_recovery(&event));
	assert_words(ES_PCR_OPTIONS, ES_EV_IPL, event.data, "boot options from outside the image");
	event.data = wide("debug Key=******-******-******-****** extra=1", buffer);
	assert_true(es_event_is_recovery(&event));
	event.data = wide("debug ENCRYPTIONRECOVERYKEY=****** extra=1", buffer);
	assert_true(es_event_is_recovery(&event));
	event.data = wide("debug noetcseal.recovery=1", buffer);
	assert_false(es_event_is_recovery(&event));
	event.data = wide("etcseal.recovery=1", buffer);
	event.pcr = 11;
	assert_false(es_event_is_recovery(&event));
}

static void shows_printable_ascii_only(void **state)
{
	(void)state;
	assert_words(4, (uint32_t)ES_EV_EFI_ACTION, es_text_span("a\x1b[2Jb\n\xc3\xa4"), "firmware says \"a?[2Jb???\"");
	assert_words(4, (uint32_t)ES_EV_EFI_ACTION, es_text_span("\x7f\x7e \x1f"), "firmware says \"?~ ?\"");
	assert_words(13, ES_EV_IPL, (struct es_span){ (const uint8_t *)"\x41\x00\x41\x27\x42\x00", 6 },
		     "bank file A?B");
}

static void words_separators_and_unknown_events(void **state)
{
	(void)state;
	assert_words(4, ES_EV_SEPARATOR, (struct es_span){ (const uint8_t *)"\0\0\0\0", 4 },
		     "end of the firmware's part");
	assert_words(4, ES_EV_SEPARATOR, (struct es_span){ (const uint8_t *)"\xff\xff\xff\xff", 4 },
		     "end of the firmware's part");
	assert_words(4, ES_EV_SEPARATOR, (struct es_span){ (const uint8_t *)"\1\0\0\0", 4 },
		     "error separator of the firmware");
	assert_words(10, 0x99, es_text_span(""), "event of type 0x00000099 in PCR 10");
	assert_words(14, ES_EV_IPL, es_text_span("x"), "an event of the boot loader in PCR 14");
	assert_words(1, ES_EV_EVENT_TAG, es_text_span(""), "a tagged event");
}

static void never_writes_past_the_buffer(void **state)
{
	struct es_event event = { .pcr = 7, .type = 0x12345678 };
	char whole[64], words[64];

	(void)state;
	es_event_describe(&event, whole, sizeof whole);
	assert_string_equal(whole, "event of type 0x12345678 in PCR 7");
	for (size_t cap = 1; cap < sizeof words; cap++) {
		memset(words, 'x', sizeof words);
		es_event_describe(&event, words, cap);
		assert_true(strlen(words) < cap);
		assert_memory_equal(words, whole, strlen(words));
		for (size_t i = cap; i < sizeof words; i++)
			assert_int_equal(words[i], 'x');
	}
	memset(words, 'x', sizeof words);
	es_event_describe(&event, words, 0);
	assert_int_equal(words[0], 'x');
}

static void survives_broken_device_paths(void **state)
{
	static const uint8_t addresses[24];
	uint8_t data[64];

	(void)state;
	memcpy(data, addresses, 24);
	assert_words(4, 0x80000003, (struct es_span){ data, 10 }, "EFI program");
	memset(data + 24, 0xff, 8); /* a path longer than the event */
	assert_words(4, 0x80000003, (struct es_span){ data, 32 }, "EFI program");
	memcpy(data + 24, "\x06\0\0\0\0\0\0\0\x04\x04\x03\0\x41\0", 14); /* a node shorter than its header */
	assert_words(4, 0x80000003, (struct es_span){ data, 38 }, "EFI program");
	memcpy(data + 24, "\x06\0\0\0\0\0\0\0\x04\x04\x40\0\x41\0", 14); /* a node that ends after the path */
	assert_words(4, 0x80000003, (struct es_span){ data, 38 }, "EFI program");
	memcpy(data + 24, "\x06\0\0\0\0\0\0\0\x04\x04\x06\0\x41\0", 14);
	assert_words(4, 0x80000003, (struct es_span){ data, 38 }, "EFI program A");
}

static void names_what_vouched_for_a_program(void **state)
{
	uint8_t data[64] = { [16] = 2, [32] = 'd', [34] = 'b' };

	(void)state;
	assert_words(7, 0x800000e0, (struct es_span){ data, 64 },
		     "the key that vouched for a program, in db (00000000-0000-0000-0000-000000000000)");
}

static void survives_broken_variables(void **state)
{
	uint8_t data[40] = { 0 };

	(void)state;
	assert_words(7, 0x80000001, (struct es_span){ data, 20 }, "an EFI variable (unreadable event)");
	memset(data + 16, 0xff, 8); /* twice that length wraps */
	assert_words(7, 0x80000001, (struct es_span){ data, 40 }, "an EFI variable (unreadable event)");
	memset(data + 16, 0, 8);
	data[16] = 5;
	assert_words(7, 0x80000001, (struct es_span){ data, 40 }, "an EFI variable (unreadable event)");
	data[16] = 1;
	data[32] = 'K';
	assert_words(7, 0x80000002, (struct es_span){ data, 40 },
		     "EFI variable K (00000000-0000-0000-0000-000000000000)");
	assert_words(7, 0x80000001, (struct es_span){ data, 40 },
		     "Secure Boot variable K (00000000-0000-0000-0000-000000000000)");
	assert_words(7, 0x800000e0, (struct es_span){ data, 40 },
		     "Secure Boot authority K (00000000-0000-0000-0000-000000000000)");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_a_recorded_boot),
		cmocka_unit_test(words_a_recorded_recovery_boot),
		cmocka_unit_test(recognises_sections_in_ascii_and_utf16),
		cmocka_unit_test(never_shows_boot_options),
		cmocka_unit_test(names_options_from_firmware),
		cmocka_unit_test(never_shows_credentials_from_firmware),
		cmocka_unit_test(recognises_the_marks_of_a_stub_that_failed),
		cmocka_unit_test(recognises_a_recovery_boot_by_its_digest),
		cmocka_unit_test(recognises_a_menus_options_with_a_recovery_key),
		cmocka_unit_test(shows_printable_ascii_only),
		cmocka_unit_test(words_separators_and_unknown_events),
		cmocka_unit_test(never_writes_past_the_buffer),
		cmocka_unit_test(survives_broken_device_paths),
		cmocka_unit_test(names_what_vouched_for_a_program),
		cmocka_unit_test(survives_broken_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
