/* SPDX-License-Identifier: Apache-2.0 */
/* What a host does if Secure Boot vouched for the running image, and what it does if not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/mode.h"
#include "keys/change/reseal.h"
#include "keys/image/efi_variables.h"
#include "keys/next/check.h"
#include "keys/tests/lib/host_scene.h"
#include "keys/tests/lib/signed_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct machine_boot hollow_boot(void)
{
	struct machine_boot b = machine_usual_boot;

	b.vouched_by = NULL;
	b.shim = b.shim_off = true;
	return b;
}

static es_pcr_mask sealed_to(struct host_scene *s)
{
	ES_HOST host = machine_host(&s->m);
	const struct es_protector *p = es_info_find(es_host_bank(host)->info, ES_PROTECTOR_TPM);

	assert_int_equal((p->tpm.pcrs & ES_PCR_BIT(7)) != 0, es_host_bank(host)->info->require_secure_boot);
	return p->tpm.pcrs;
}

static void only_what_was_vouched_for_is_sealed_to_pcr_7(void **state)
{
	const es_pcr_mask keys = ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12);
	const es_pcr_mask programs = ES_PCR_BIT(2) | ES_PCR_BIT(4) | ES_PCR_BIT(11) | ES_PCR_BIT(12);
	struct machine_boot off = machine_usual_boot, unverified = machine_usual_boot;
	const struct {
		struct machine_boot boot;
		es_pcr_mask pcrs;
		enum es_reason require;
		const char *words;
	} rows[] = {
		{ machine_usual_boot, keys, ES_OK, "" },
		{ hollow_boot(), programs, ES_NOT_VOUCHED,
		  "Secure Boot is on in the firmware, but shim starts anything: its validation is switched off "
		  "(MokSBState). "
		  "Run `mokutil --enable-validation`" },
		{ unverified, programs, ES_NOT_VOUCHED, "Secure Boot is on, but no key or hash that was measured" },
		{ off, programs, ES_NOT_MET, "Secure Boot is off" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct machine_boot b = rows[i].boot;
		struct host_scene s;

		if (i == 2)
			b.vouched_by = NULL;
		b.secure_boot_off = i == 3;
		host_scene_start(&s, b);
		assert_int_equal(sealed_to(&s), rows[i].pcrs);
		assert_int_equal(host_scene_require(&s, true, rows[i].words), rows[i].require);
		assert_int_equal(sealed_to(&s), rows[i].pcrs);
		assert_int_equal(host_scene_boot(&s), ES_OK);
		machine_stop(&s.m);
	}
}

/* Sealed to PCR 7 when it was sound; then shim was told to check nothing, and the recovery key opened the host. */
static void hollowed(struct host_scene *s)
{
	host_scene_start(s, machine_usual_boot);
	s->boot = hollow_boot();
	assert_int_equal(host_scene_boot(s), ES_LOCKED_PCR);
	assert_int_equal(machine_boot(&s->m, &s->boot, s->recovery, &s->record), ES_OK);
}

static enum es_reason seal_again(struct es_host *host)
{
	char old_id[ES_RECOVERY_ID_TEXT];
	ES_SECRET recovery = NULL; /* stays NULL: the host was already in this mode */

	return es_host_set_mode(host, ES_MODE_TPM, old_id, &recovery);
}

static void nothing_is_sealed_to_a_pcr_7_that_became_hollow(void **state)
{
	struct es_resealed done;
	struct host_scene s;

	(void)state;
	hollowed(&s);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(seal_again(host), ES_NOT_VOUCHED);
		assert_detail(host, "shim starts anything");
		assert_int_equal(es_host_reseal(host, NULL, &done), ES_NOT_VOUCHED);
		assert_detail(host, "shim starts anything");
	}
	/* The way out for an owner who accepts this. */
	assert_int_equal(host_scene_require(&s, false, ""), ES_OK);
	assert_int_equal(sealed_to(&s) & ES_PCR_BIT(7), 0);
	assert_int_equal(host_scene_boot(&s), ES_OK);
	machine_stop(&s.m);
}

/* A new mainboard: its TPM is empty, and its Secure Boot is off. */
static void a_new_board_without_secure_boot_is_sealed_to_in_one_go(void **state)
{
	struct host_scene s;

	(void)state;
	host_scene_start(&s, machine_usual_boot);
	es_swtpm_replace(s.m.tpm);
	s.boot.secure_boot_off = true;
	s.boot.vouched_by = NULL;
	assert_int_equal(machine_boot(&s.m, &s.boot, s.recovery, &s.record), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(seal_again(host), ES_NOT_VOUCHED);
		assert_detail(host, "Secure Boot is off. Switch it on");
		es_host_allow_no_secure_boot(host);
		assert_int_equal(seal_again(host), ES_OK);
	}
	assert_int_equal(sealed_to(&s) & ES_PCR_BIT(7), 0);
	assert_int_equal(host_scene_boot(&s), ES_OK);
	machine_stop(&s.m);
}

/* The file was overwritten, by an update for example. When this boot was sealed to, it was vouched for. */
static void without_the_file_only_the_same_pcr_7_is_sealed_to_again(void **state)
{
	struct es_resealed done;
	struct host_scene s;
	char path[160];

	(void)state;
	host_scene_start(&s, machine_usual_boot);
	assert_int_equal(host_scene_boot(&s), ES_OK);
	snprintf(path, sizeof path, "%s" MACHINE_IMAGE, s.m.boot_dir);
	assert_int_equal(unlink(path), 0);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_reseal(host, NULL, &done), ES_OK);
	}
	assert_int_equal(host_scene_require(&s, false, ""), ES_OK);
	assert_int_equal(host_scene_require(&s, true, "verified this boot image: the image's file isn't found"),
			 ES_NOT_VOUCHED);
	assert_int_equal(host_scene_boot(&s), ES_OK);
	assert_int_equal(host_scene_require(&s, true, ""), ES_OK);
	machine_stop(&s.m);
}

/* A different PCR 7, and nothing shows what vouched for it. */
static void without_the_file_no_other_pcr_7_is_sealed_to(void **state)
{
	struct es_resealed done;
	struct host_scene s;
	char path[160];

	(void)state;
	host_scene_start(&s, machine_usual_boot);
	s.boot.secure_boot = "other keys";
	assert_int_equal(machine_boot(&s.m, &s.boot, s.recovery, &s.record), ES_OK);
	snprintf(path, sizeof path, "%s" MACHINE_IMAGE, s.m.boot_dir);
	assert_int_equal(unlink(path), 0);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_reseal(host, NULL, &done), ES_NOT_VOUCHED);
	}
	/* With the file, it can be seen that Secure Boot did vouch. */
	assert_int_equal(machine_boot(&s.m, &s.boot, s.recovery, &s.record), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_reseal(host, NULL, &done), ES_OK);
	}
	assert_int_equal(host_scene_boot(&s), ES_OK);
	machine_stop(&s.m);
}

/* The seal to this boot stays unchanged, and none is added for a next boot that nothing would check. */
static void no_next_image_is_sealed_to_in_audit_mode(void **state)
{
	ES_BUF file = { NULL, 0 };
	struct es_resealed done;
	struct es_uki uki;
	struct es_pe pe;
	struct host_scene s;
	char line[256];

	(void)state;
	host_scene_start(&s, machine_usual_boot);
	assert_int_equal(host_scene_boot(&s), ES_OK);
	small_image("the next image", (struct es_span){ NULL, 0 }, &file);
	assert_int_equal(es_pe_open(es_buf_span(&file), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	snprintf(line, sizeof line, "printf '\\007\\000\\000\\000\\001' >%s/AuditMode-" ES_EFI_GLOBAL, s.m.efivars);
	assert_int_equal(system(line), 0);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_reseal(host, &(struct es_predict_request){ .image = &pe, .uki = &uki }, &done),
				 ES_NOT_VOUCHED);
		assert_detail(host, "in audit mode");
	}
	machine_stop(&s.m);
}

static const struct es_finding *find(const struct es_check *c, enum es_reason reason)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->finding[i].reason == reason)
			return &c->finding[i];
	return NULL;
}

static struct es_check check(struct host_scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_check c;

	assert_int_equal(es_host_check(host, NULL, &c), ES_OK);
	return c;
}

static void check_says_that_secure_boot_became_hollow(void **state)
{
	struct host_scene s;
	struct es_check c;

	(void)state;
	host_scene_start(&s, machine_usual_boot);
	c = check(&s);
	assert_int_equal(c.count, 0);
	machine_stop(&s.m);
	hollowed(&s);
	c = check(&s);
	assert_false(c.opens);
	assert_non_null(find(&c, ES_NOT_VOUCHED));
	assert_false(find(&c, ES_NOT_VOUCHED)->stops);
	assert_non_null(strstr(find(&c, ES_NOT_VOUCHED)->detail, "shim starts anything"));
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_was_vouched_for_is_sealed_to_pcr_7),
		cmocka_unit_test(nothing_is_sealed_to_a_pcr_7_that_became_hollow),
		cmocka_unit_test(a_new_board_without_secure_boot_is_sealed_to_in_one_go),
		cmocka_unit_test(without_the_file_only_the_same_pcr_7_is_sealed_to_again),
		cmocka_unit_test(without_the_file_no_other_pcr_7_is_sealed_to),
		cmocka_unit_test(no_next_image_is_sealed_to_in_audit_mode),
		cmocka_unit_test(check_says_that_secure_boot_became_hollow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
