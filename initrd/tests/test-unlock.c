/* SPDX-License-Identifier: Apache-2.0 */
/* The whole helper with nobody at the console. A real firmware and kernel come in tests-ovmf. */
#include "initrd/commands.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/sealed.h"
#include "keys/tests/lib/tpm_proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Well-formed, and nobody's here: VMware's example. */
static const char other_key[] = "478269-039194-473926-430939-686855-231401-642208-184477-"
				"602511-225586-551660-586542-338394-092578-687140-267425";

static enum es_exit unlock(struct sealed *b)
{
	const struct es_unlock_options options = {
		.from = { .handover = b->handover,
			  .cmdline = b->cmdline,
			  .product_uuid = b->m.uuid_path,
			  .event_log = b->m.log_path,
			  .power = "/nowhere",
			  .device_wait_ms = 50 },
		.run_dir = b->run,
		.tcti = b->tcti,
		.tpm_device = b->tpm_device,
		.tpm_wait_ms = 50,
		.console = "/dev/null",
		.ask = false,
		.tries = 2,
		.idle_ms = -1,
	};

	return es_unlock(&options);
}

static void the_tpm_opens(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	assert_int_equal(unlock(b), ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_TPM);
	assert_true(b->record.tpm_commands > 0);
	assert_true(b->record.stub);
}

static void what_the_image_says_of_its_vendor_is_left_for_the_running_host(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	sealed_write(b->m.folder, "tpm2-pcr-public-key.pem", "a key");
	sealed_write(b->m.folder, "tpm2-pcr-signature.json", "signatures");
	assert_int_equal(unlock(b), ES_EXIT_DONE);
	sealed_shell(
	    "cd %s && test \"$(cat pcr-public-key.pem)\" = 'a key' && test \"$(cat pcr-signature.json)\" = signatures "
	    "&& test \"$(stat -c %%a pcr-public-key.pem)\" = 600",
	    b->run);
}

static void what_is_over_its_cap_is_left_out(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	sealed_shell("head -c 70000 /dev/zero >%s/tpm2-pcr-signature.json", b->m.folder);
	sealed_shell("mkdir %s/tpm2-pcr-public-key.pem", b->m.folder);
	assert_int_equal(unlock(b), ES_EXIT_DONE);
	sealed_shell("cd %s && test ! -e pcr-public-key.pem && test ! -e pcr-signature.json", b->run);
}

static void the_kdf_opens_without_a_tpm(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, NULL);
	assert_int_equal(unlock(b), ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_KDF);
}

static void another_machine_stays_shut(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, NULL);
	sealed_shell("echo 4c4c4544-0043-5910-8054-b7c04f4e3433 >%s", b->m.uuid_path);
	assert_int_equal(unlock(b), ES_EXIT_LOCKED);
	sealed_assert_shut(b, "other-machine");
}

static void a_changed_image_stays_shut(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, "another image");
	assert_int_equal(unlock(b), ES_EXIT_LOCKED);
	sealed_assert_shut(b, "pcr-mismatch");
	assert_non_null(strstr(b->record.refusal_detail, "PCR 11"));
}

static void a_recovery_key_of_the_boot_options_opens_it(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, "another image");
	sealed_write(b->handover, "recovery-key", b->recovery);
	assert_int_equal(unlock(b), ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_RECOVERY);
	assert_false(b->record.recovery_at_console);
	sealed_shell("! test -e %s/recovery-key", b->handover);
}

static void a_recovery_key_of_nobody_here_stays_shut(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, "another image");
	sealed_write(b->handover, "recovery-key", other_key);
	assert_int_equal(unlock(b), ES_EXIT_WRONG_RECOVERY_KEY);
	sealed_assert_shut(b, "recovery-key-wrong");
}

static void a_mistyped_recovery_key_stays_shut(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, "another image");
	sealed_write(b->handover, "recovery-key", "478269-039194-473926");
	assert_int_equal(unlock(b), ES_EXIT_WRONG_RECOVERY_KEY);
	sealed_assert_shut(b, "recovery-key-mistyped");
}

static void a_host_without_banks_is_unconfigured(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	assert_int_equal(unlock(b), ES_EXIT_NOT_CONFIGURED);
	sealed_read_record(b);
	assert_int_equal(b->record.state, ES_BOOT_UNCONFIGURED);
	assert_true(b->record.fenced);
	assert_int_equal(b->record.path_count, 1);
	assert_string_equal(b->record.paths[0], "/etc");
	sealed_shell("test -d %s/tree", b->ram);
}

static void a_broken_handover_leaves_the_recovery_key_only(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	sealed_write(b->handover, "boot.json", "{");
	assert_int_equal(unlock(b), ES_EXIT_TPM);
	sealed_assert_shut(b, "measure-failed");
	sealed_power_on(b, machine_usual_boot.image);
	sealed_write(b->handover, "boot.json", "{");
	sealed_write(b->handover, "recovery-key", b->recovery);
	assert_int_equal(unlock(b), ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_RECOVERY);
}

static void a_tpm_that_vanished_is_not_answered_by_less(void **state)
{
	struct sealed *b = *state;
	struct es_swtpm *tpm = b->m.tpm;

	/* Firmware and kernel alike see none. */
	b->m.tpm = NULL;
	sealed_power_on(b, machine_usual_boot.image);
	b->m.tpm = tpm;
	assert_int_equal(unlock(b), ES_EXIT_TPM);
	sealed_read_record(b);
	assert_string_equal(b->record.refusal, "tpm-absent");
	assert_int_equal(b->record.state, ES_BOOT_LOCKED);
}

/* Also with the right recovery key, and though the TPM gave its own. code 0: the TPM fails at all. */
static void assert_nothing_opens_if_it_refuses(void **state, uint32_t code)
{
	struct sealed *b = *state;
	struct es_proxy_refusal refusal = { .code = code, .rc = 0x101, .times = 1000 };
	ES_SCOPED(es_proxy_stopp) struct es_proxy *proxy = NULL;

	sealed_power_on(b, machine_usual_boot.image);
	proxy = es_proxy_start(es_swtpm_port(b->m.tpm), es_proxy_refuse, NULL, &refusal);
	b->tcti = es_proxy_tcti(proxy);
	sealed_write(b->handover, "recovery-key", b->recovery);
	for (unsigned with_key = 2; with_key-- > 0;) {
		assert_int_equal(unlock(b), ES_EXIT_TPM);
		sealed_read_record(b);
		assert_string_equal(b->record.refusal, "fence-failed");
		assert_int_equal(b->record.state, ES_BOOT_LOCKED);
		assert_false(b->record.fenced);
		sealed_shell("! test -e %s/recovery-key", b->handover);
		sealed_shell("! grep -q %s /proc/self/mounts", b->ram);
	}
	assert_true(refusal.done > 0);
}

static void without_a_fence_nothing_opens(void **state)
{
	assert_nothing_opens_if_it_refuses(state, 0x13c); /* TPM2_PCR_Event */
}

static void with_a_tpm_that_fails_nothing_opens(void **state)
{
	assert_nothing_opens_if_it_refuses(state, 0);
}

/* Else a planted archive would be opened with no fence, and bring the TPM up later. */
static void a_tpm_that_was_measured_into_and_is_gone_lets_nothing_open(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	b->tcti = "device:/dev/there-is-no-tpm";
	b->tpm_device = "/dev/there-is-no-tpm";
	sealed_write(b->handover, "recovery-key", b->recovery);
	assert_int_equal(unlock(b), ES_EXIT_TPM);
	sealed_read_record(b);
	assert_string_equal(b->record.refusal, "fence-failed");
	assert_int_equal(b->record.state, ES_BOOT_LOCKED);
	sealed_shell("! grep -q %s /proc/self/mounts", b->ram);
	/* the control: it is there */
	sealed_power_on(b, machine_usual_boot.image);
	b->tpm_device = "/dev/null";
	assert_int_equal(unlock(b), ES_EXIT_DONE);
}

static void assert_fenced_tpm(struct sealed *b, const char *before)
{
	char after[256] = "";

	es_swtpm_tool_ok(b->m.tpm, "tpm2_pcrread sha256:11", after, sizeof after);
	assert_string_not_equal(after, before);
}

static void the_fence_falls_also_where_nothing_can_be_read(void **state)
{
	struct sealed *b = *state;
	char before[256] = "";

	sealed_power_on(b, machine_usual_boot.image);
	es_swtpm_tool_ok(b->m.tpm, "tpm2_pcrread sha256:11", before, sizeof before);
	sealed_shell("ln -s /nowhere %s", b->run);
	assert_int_equal(unlock(b), ES_EXIT_FAILED);
	assert_fenced_tpm(b, before);
}

static void a_named_partition_that_is_missing_is_no_unconfigured_host(void **state)
{
	struct sealed *b = *state;
	char before[256] = "";

	sealed_power_on(b, machine_usual_boot.image);
	es_swtpm_tool_ok(b->m.tpm, "tpm2_pcrread sha256:11", before, sizeof before);
	sealed_shell("rm -r %s", b->handover);
	sealed_write(b->m.folder, "cmdline", "quiet etcseal.device=UUID=0000-ffff\n");
	assert_int_equal(unlock(b), ES_EXIT_FAILED);
	sealed_assert_shut(b, "no-boot-partition");
	assert_fenced_tpm(b, before);
}

/* GRUB: no handover, the banks on a partition, the recovery key among the kernel's own options. */
static void without_the_stub_the_banks_are_read_from_their_partition(void **state)
{
	struct sealed *b = *state;
	const char *f = b->m.folder;

	sealed_power_on(b, NULL);
	sealed_shell("rm -r %s && truncate -s 16M %s/image && mkfs.ext4 -q -d %s %s/image", b->handover, f,
		     b->m.boot_dir, f);
	sealed_shell("losetup -f --show %s/image >%s/loop", f, f);
	sealed_shell("echo quiet etcseal.device=$(cat %s/loop) >%s", f, b->cmdline);
	assert_int_equal(unlock(b), ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_KDF);
	assert_false(b->record.stub);

	sealed_shell("umount %s && echo 4c4c4544-0043-5910-8054-b7c04f4e3433 >%s", b->ram, b->m.uuid_path);
	assert_int_equal(unlock(b), ES_EXIT_LOCKED);
	sealed_shell("echo etcseal.recovery=%s etcseal.device=$(cat %s/loop) >%s", b->recovery, f, b->cmdline);
	assert_int_equal(unlock(b), ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_RECOVERY);
	sealed_shell("losetup -d $(cat %s/loop)", f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f, setup) cmocka_unit_test_setup_teardown(f, setup, sealed_remove)
		TEST(the_tpm_opens, sealed_to_tpm),
		TEST(what_the_image_says_of_its_vendor_is_left_for_the_running_host, sealed_to_tpm),
		TEST(what_is_over_its_cap_is_left_out, sealed_to_tpm),
		TEST(the_kdf_opens_without_a_tpm, sealed_without_tpm),
		TEST(another_machine_stays_shut, sealed_without_tpm),
		TEST(a_changed_image_stays_shut, sealed_to_tpm),
		TEST(a_recovery_key_of_the_boot_options_opens_it, sealed_to_tpm),
		TEST(a_recovery_key_of_nobody_here_stays_shut, sealed_to_tpm),
		TEST(a_mistyped_recovery_key_stays_shut, sealed_to_tpm),
		TEST(a_host_without_banks_is_unconfigured, sealed_unconfigured),
		TEST(a_broken_handover_leaves_the_recovery_key_only, sealed_to_tpm),
		TEST(a_tpm_that_vanished_is_not_answered_by_less, sealed_to_tpm),
		TEST(without_the_stub_the_banks_are_read_from_their_partition, sealed_without_tpm),
		TEST(without_a_fence_nothing_opens, sealed_to_tpm),
		TEST(a_tpm_that_was_measured_into_and_is_gone_lets_nothing_open, sealed_to_tpm),
		TEST(with_a_tpm_that_fails_nothing_opens, sealed_to_tpm),
		TEST(the_fence_falls_also_where_nothing_can_be_read, sealed_to_tpm),
		TEST(a_named_partition_that_is_missing_is_no_unconfigured_host, sealed_to_tpm),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
