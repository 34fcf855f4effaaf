/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed over, as GNU cpio unpacks it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/handover.h"
#include "efi/tests/lib/mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct mock mock;
static char folder[] = "/tmp/etcseal-extra-XXXXXX";

static struct es_span text(const char *t)
{
	return (struct es_span){ (const uint8_t *)t, strlen(t) };
}

static int start(void **state)
{
	(void)state;
	mock_start(&mock);
	strcpy(folder, "/tmp/etcseal-extra-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(mock.allocated, 0);
	return 0;
}

static void unpack(const struct es_pages *cpio)
{
	char command[128];
	FILE *f;

	snprintf(command, sizeof command, "cd '%s' && cpio -i --quiet", folder);
	f = popen(command, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(cpio->data, 1, cpio->len, f), cpio->len);
	assert_int_equal(pclose(f), 0);
}

static void assert_node(const char *name, mode_t mode, const char *content)
{
	char path[256], have[1024] = "";
	struct stat st;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, mode);
	if (!content)
		return;
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(have, 1, sizeof have, f), strlen(content));
	fclose(f);
	assert_string_equal(have, content);
}

static void assert_absent(const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_not_equal(lstat(path, &st), 0);
}

/* As a bank has it that was read. */
static struct es_pages page_of(const char *content)
{
	struct es_pages p = { .data = NULL };

	assert_int_equal(es_pages_new(&mock.fw, EfiLoaderData, strlen(content), &p), EFI_SUCCESS);
	memcpy(p.data, content, strlen(content));
	return p;
}

static void hands_over_all_there_is(void **state)
{
	const struct es_handover handover = { .measured = ES_MEASURED, .recovery = true, .bank = { true, true } };
	ES_BANKS banks = { .present = { true, true } };
	struct es_uki uki = { .present = { false } };
	const struct es_handover_cpio_request request = { &handover, &banks, &uki, "478269-039194" };
	struct es_handover_cpio extra;

	(void)state;
	banks.file[0][0] = page_of("info0");
	banks.file[0][1] = page_of("archive0");
	banks.file[0][2] = page_of("log0");
	banks.file[1][0] = page_of("info1");
	uki.present[ES_UKI_PCRSIG] = uki.present[ES_UKI_PCRPKEY] = uki.present[ES_UKI_OSREL] = true;
	uki.section[ES_UKI_PCRSIG] = text("{}");
	uki.section[ES_UKI_PCRPKEY] = text("PEM");
	uki.section[ES_UKI_OSREL] = text("ID=debian\n");
	assert_int_equal(es_handover_cpio_build(&mock.fw, &request, &extra), EFI_SUCCESS);
	assert_true(extra.cpio.secret);
	assert_int_equal(extra.cpio.len % 4, 0);
	assert_int_equal(extra.recovery.len, 13);
	assert_memory_equal(extra.recovery.data, "478269-039194", 13);
	unpack(&extra.cpio);
	es_pages_free(&extra.cpio);
	assert_node(".extra", S_IFDIR | 0555, NULL);
	assert_node(".extra/tpm2-pcr-signature.json", S_IFREG | 0444, "{}");
	assert_node(".extra/tpm2-pcr-public-key.pem", S_IFREG | 0444, "PEM");
	assert_node(".extra/os-release", S_IFREG | 0444, "ID=debian\n");
	assert_node(".extra/etcseal", S_IFDIR | 0500, NULL);
	assert_node(".extra/etcseal/bank0", S_IFDIR | 0500, NULL);
	assert_node(".extra/etcseal/bank0/encryption.info", S_IFREG | 0400, "info0");
	assert_node(".extra/etcseal/bank0/config.cms", S_IFREG | 0400, "archive0");
	assert_node(".extra/etcseal/bank0/measured.log", S_IFREG | 0400, "log0");
	assert_node(".extra/etcseal/bank1/encryption.info", S_IFREG | 0400, "info1");
	assert_absent(".extra/etcseal/bank1/config.cms");
	assert_node(".extra/etcseal/recovery-key", S_IFREG | 0400, "478269-039194");
}

static void hands_over_boot_json_alone(void **state)
{
	const struct es_handover handover = { .measured = ES_MEASURED_NOTHING, .device_uuid = "0f5c2a9e" };
	ES_BANKS banks = { .present = { false } };
	struct es_uki uki = { .present = { false } };
	const struct es_handover_cpio_request request = { &handover, &banks, &uki, NULL };
	char expected[1024] = "";
	struct es_writer w = { .data = (uint8_t *)expected, .cap = sizeof expected - 1 };
	struct es_handover_cpio extra;

	(void)state;
	es_handover_write(&handover, &w);
	assert_int_equal(es_handover_cpio_build(&mock.fw, &request, &extra), EFI_SUCCESS);
	assert_false(extra.cpio.secret);
	assert_int_equal(extra.recovery.len, 0);
	unpack(&extra.cpio);
	es_pages_free(&extra.cpio);
	assert_node(".extra/etcseal/boot.json", S_IFREG | 0400, expected);
	assert_absent(".extra/etcseal/bank0");
	assert_absent(".extra/etcseal/recovery-key");
	assert_absent(".extra/os-release");
}

static void recovery_key_of_any_length_is_found_again(void **state)
{
	const struct es_handover handover = { .recovery = true };
	ES_BANKS banks = { .present = { false } };
	struct es_uki uki = { .present = { false } };
	const char *values[] = { "", "1", "12", "123", "1234", "12345" };

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		const struct es_handover_cpio_request request = { &handover, &banks, &uki, values[i] };
		struct es_handover_cpio extra;

		assert_int_equal(es_handover_cpio_build(&mock.fw, &request, &extra), EFI_SUCCESS);
		assert_int_equal(extra.recovery.len, i);
		assert_memory_equal(extra.recovery.data, values[i], i);
		es_pages_free(&extra.cpio);
	}
}

static void no_memory_is_told(void **state)
{
	const struct es_handover handover = { .recovery = false };
	ES_BANKS banks = { .present = { false } };
	struct es_uki uki = { .present = { false } };
	const struct es_handover_cpio_request request = { &handover, &banks, &uki, NULL };
	struct es_handover_cpio extra;

	(void)state;
	mock.allocations_left = 0;
	assert_int_equal(es_handover_cpio_build(&mock.fw, &request, &extra), EFI_OUT_OF_RESOURCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hands_over_all_there_is, start, end),
		cmocka_unit_test_setup_teardown(hands_over_boot_json_alone, start, end),
		cmocka_unit_test_setup_teardown(recovery_key_of_any_length_is_found_again, start, end),
		cmocka_unit_test_setup_teardown(no_memory_is_told, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
