/* SPDX-License-Identifier: Apache-2.0 */
/* The whole helper on a kernel that could resume a hibernation image: only the recovery key opens. */
#include "initrd/commands.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/sealed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static enum es_exit unlock(struct sealed *b, const char *disk, const char *resume)
{
	const struct es_unlock_options options = {
		.from = { .handover = b->handover,
			  .cmdline = b->cmdline,
			  .product_uuid = b->m.uuid_path,
			  .event_log = b->m.log_path,
			  .power = b->m.folder,
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

	sealed_write(b->m.folder, "disk", disk);
	sealed_write(b->m.folder, "resume", resume);
	return es_unlock(&options);
}

static const char hibernates[] = "[platform] shutdown reboot suspend test_resume\n";

static void a_kernel_that_could_resume_keeps_the_tpm_shut(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	assert_int_equal(unlock(b, hibernates, "0:0\n"), ES_EXIT_LOCKED);
	sealed_assert_shut(b, "resume-possible");
}

static void so_does_one_that_has_a_device_to_resume_from(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	assert_int_equal(unlock(b, "[disabled]\n", "254:3\n"), ES_EXIT_LOCKED);
	sealed_assert_shut(b, "resume-possible");
}

static void it_keeps_the_kdf_shut_too(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, NULL);
	assert_int_equal(unlock(b, hibernates, "0:0\n"), ES_EXIT_LOCKED);
	sealed_assert_shut(b, "resume-possible");
}

static void one_that_was_told_nohibernate_opens(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	assert_int_equal(unlock(b, "[disabled]\n", "0:0\n"), ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_TPM);
}

static void its_owner_is_not_locked_out(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	sealed_write(b->handover, "recovery-key", b->recovery);
	assert_int_equal(unlock(b, hibernates, "0:0\n"), ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_RECOVERY);
}

static void a_host_that_is_not_configured_starts(void **state)
{
	struct sealed *b = *state;

	sealed_power_on(b, machine_usual_boot.image);
	assert_int_equal(unlock(b, hibernates, "0:0\n"), ES_EXIT_NOT_CONFIGURED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f, setup) cmocka_unit_test_setup_teardown(f, setup, sealed_remove)
		TEST(a_kernel_that_could_resume_keeps_the_tpm_shut, sealed_to_tpm),
		TEST(so_does_one_that_has_a_device_to_resume_from, sealed_to_tpm),
		TEST(it_keeps_the_kdf_shut_too, sealed_without_tpm),
		TEST(one_that_was_told_nohibernate_opens, sealed_to_tpm),
		TEST(its_owner_is_not_locked_out, sealed_to_tpm),
		TEST(a_host_that_is_not_configured_starts, sealed_unconfigured),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
