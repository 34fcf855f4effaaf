/* SPDX-License-Identifier: Apache-2.0 */
/* A host whose boot images come from a vendor, from its first sealing on: updates, going back, and attacks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/require.h"
#include "keys/tests/lib/machine.h"
#include "keys/tests/lib/signed_image.h"
#include "keys/tests/lib/vendor.h"

#include "keys/crypto/hash.h"
#include "keys/store/signature.h"
#include "keys/tpm/authorize.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scene {
	struct machine m;
	struct machine_boot boot;
	struct es_boot_record record;
	struct es_secret *key;
	struct es_buf public_pem, json;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

/* PCR 11 of an image with that name that carries this key. */
static struct es_pcr_values image_pcrs(const char *image, struct es_span public_pem)
{
	struct es_pcr_values v = { .present = ES_PCR_BIT(ES_PCR_IMAGE) };

	small_image_pcr11(image, public_pem, &v.value[ES_PCR_IMAGE]);
	return v;
}

/* The vendor makes an image: its .pcrsig. signer may be someone else who claims to be the vendor. */
static void make_image(struct scene *s, const char *image, uint64_t generation, const struct es_secret *signer)
{
	struct es_pcr_values values = image_pcrs(image, es_buf_span(&s->public_pem));
	const struct es_signed_policy policy = { &values, ES_PCR_BIT(ES_PCR_IMAGE), generation };
	ES_SIGNATURES all = { .count = 1 };
	struct es_pcr_signature *entry = &all.entry[0];
	struct es_rsa_public public;

	*entry = (struct es_pcr_signature){ .pcrs = policy.pcrs, .generation = generation };
	assert_int_equal(es_rsa_public_read(es_buf_span(&s->public_pem), &public), ES_OK);
	entry->key = public.fingerprint;
	assert_int_equal(es_signed_policy_digest(&policy, es_sha256, &entry->policy), ES_OK);
	assert_int_equal(es_rsa_sign(signer, (struct es_span){ entry->policy.bytes, ES_SHA256_LEN }, &entry->signature),
			 ES_OK);
	es_buf_free(&s->json);
	assert_int_equal(es_signatures_write(&all, &s->json), ES_OK);
	s->m.signature = es_buf_span(&s->json);
	s->boot.image = image;
}

static enum es_reason boot(struct scene *s, const char *recovery)
{
	return machine_boot(&s->m, &s->boot, recovery, &s->record);
}

static enum es_reason boot_image(struct scene *s, const char *image, uint64_t generation)
{
	make_image(s, image, generation, s->key);
	return boot(s, NULL);
}

static void begin_with(struct scene *s, int bits)
{
	memset(s, 0, sizeof *s);
	machine_start(&s->m, true);
	s->boot = machine_usual_boot;
	s->key = vendor_new_key(s->m.tpm, bits);
	assert_int_equal(es_rsa_private_public(s->key, &s->public_pem), ES_OK);
	s->m.public_key = es_buf_span(&s->public_pem);
}

static void begin(struct scene *s)
{
	begin_with(s, 2048);
}

static void init(struct scene *s)
{
	machine_write(&s->m, "etc/secret", "the first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
}

static void sealed(struct scene *s, uint64_t generation)
{
	begin(s);
	assert_int_equal(boot_image(s, "image one", generation), ES_NOT_CONFIGURED);
	init(s);
}

static void end(struct scene *s)
{
	machine_stop(&s->m);
	es_secret_free(s->key);
	es_buf_free(&s->public_pem);
	es_buf_free(&s->json);
}

static unsigned protectors(struct scene *s, bool is_signed)
{
	ES_HOST host = machine_host(&s->m);
	const struct es_info *info = es_host_bank(host)->info;
	unsigned n = 0;

	for (unsigned i = 0; i < info->protector_count; i++)
		n += info->protectors[i]->type == ES_PROTECTOR_TPM && info->protectors[i]->tpm.is_signed == is_signed;
	return n;
}

static void assert_counter(struct scene *s, unsigned long value)
{
	char line[160];

	snprintf(line, sizeof line,
		 "test $((0x$(tpm2_nvread -C 0x0180e5eb 0x0180e5eb | od -An -v -tx1 | tr -d ' '))) = %lu", value);
	es_swtpm_tool_ok(s->m.tpm, line, NULL, 0);
}

static void set_mode(struct scene *s, const char *note)
{
	ES_HOST host = machine_host(&s->m);
	enum es_reason r = machine_set_mode(host, ES_MODE_TPM, NULL);

	if (r != ES_OK)
		fail_msg("set mode: %s: %s", es_reason_words(r)->id, es_host_detail(host));
	if (note == NULL)
		assert_string_equal(es_host_vendor_note(host), "");
	else if (strstr(es_host_vendor_note(host), note) == NULL)
		fail_msg("\"%s\" isn't in \"%s\"", note, es_host_vendor_note(host));
}

static void an_image_never_seen_opens_if_its_vendor_signed_it(void **state)
{
	struct scene s;

	(void)state;
	sealed(&s, 0);
	assert_int_equal(protectors(&s, false), 1);
	assert_int_equal(protectors(&s, true), 1);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(boot_image(&s, "image two", 0), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	assert_string_equal(s.record.refusal, "");
	assert_string_equal(s.record.refusal_detail, "");
	assert_true(s.record.fenced);
	assert_true(machine_has(&s.m, "etc/secret", "the first\n"));
	assert_int_equal(s.record.tpm_commands,
			 14); /* first boot of the image: keys/host/tests/test-ticket.c tests the boots after it */
	/* Back to the first, which counts no generations. */
	assert_int_equal(boot_image(&s, "image one", 0), ES_OK);
	/* And to one that starts to count. */
	assert_int_equal(boot_image(&s, "image three", 2), ES_OK);
	assert_counter(&s, 2);
	end(&s);
}

static void an_image_that_nobody_signed_stays_shut(void **state)
{
	struct scene s;

	(void)state;
	sealed(&s, 0);
	s.m.signature.len = 0;
	s.boot.image = "image two";
	assert_int_equal(boot(&s, NULL), ES_LOCKED_PCR);
	assert_non_null(strstr(s.record.refusal_detail, "PCR 11"));
	assert_non_null(strstr(s.record.refusal_detail, "has no policy"));
	make_image(&s, "image three", 0, s.key); /* with the signature of another image */
	s.boot.image = "image two";
	assert_int_equal(boot(&s, NULL), ES_LOCKED_PCR);
	assert_non_null(strstr(s.record.refusal_detail, "signed by its vendor for this boot"));
	s.m.signature = es_text_span("{\"sha256\":[{}]}");
	assert_int_equal(boot(&s, NULL), ES_LOCKED_PCR);
	assert_non_null(strstr(s.record.refusal_detail, "sha256[0]"));
	assert_int_equal(boot(&s, s.recovery), ES_OK);
	end(&s);
}

static void an_image_that_someone_else_signed_stays_shut(void **state)
{
	struct scene s;
	ES_SECRET other = NULL;

	(void)state;
	sealed(&s, 0);
	other = vendor_new_key(s.m.tpm, 2048);
	make_image(&s, "image two", 0, other);
	assert_int_equal(boot(&s, NULL), ES_IMAGE_SIGNATURE);
	assert_string_equal(s.record.refusal, "image-signature-wrong");
	assert_true(s.record.fenced);
	assert_int_equal(boot_image(&s, "image two", 0), ES_OK); /* it wasn't a lockout */
	end(&s);
}

static void secure_boot_and_options_still_count(void **state)
{
	struct scene s;

	(void)state;
	sealed(&s, 1);
	make_image(&s, "image two", 1, s.key);
	s.boot.secure_boot = "another signer";
	assert_int_equal(boot(&s, NULL), ES_LOCKED_PCR);
	assert_non_null(strstr(s.record.refusal_detail, "PCR 7"));
	s.boot.secure_boot = machine_usual_boot.secure_boot;
	s.boot.options = "init=/bin/sh";
	assert_int_equal(boot(&s, NULL), ES_LOCKED_PCR);
	assert_non_null(strstr(s.record.refusal_detail, "PCR 12"));
	s.boot.options = NULL;
	assert_int_equal(boot(&s, NULL), ES_OK);
	end(&s);
}

static void an_image_older_than_one_that_was_accepted_stays_shut(void **state)
{
	struct scene s;

	(void)state;
	sealed(&s, 3);
	assert_int_equal(protectors(&s, false), 0); /* a literal one would open image one forever */
	assert_int_equal(protectors(&s, true), 1);
	s.m.signature.len = 0;
	assert_int_equal(boot(&s, NULL), ES_LOCKED_PCR);
	assert_non_null(strstr(s.record.refusal_detail, "PCR 11"));
	make_image(&s, "image one", 3, s.key);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_counter(&s, 3);
	assert_int_equal(boot_image(&s, "image two", 5), ES_OK);
	assert_counter(&s, 5);
	assert_int_equal(boot_image(&s, "image one", 3), ES_IMAGE_OLD);
	assert_string_equal(s.record.refusal, "image-rolled-back");
	assert_non_null(strstr(s.record.refusal_detail, "generation 3"));
	assert_non_null(strstr(s.record.refusal_detail, "is at 5"));
	assert_true(s.record.fenced);
	assert_counter(&s, 5);
	assert_int_equal(boot_image(&s, "image two", 5), ES_OK);
	/* The owner goes back on purpose. */
	make_image(&s, "image one", 3, s.key);
	s.boot.recovery = true;
	assert_int_equal(boot(&s, s.recovery), ES_OK);
	set_mode(&s, "generation 5 or higher");
	assert_int_equal(protectors(&s, false), 1);
	assert_int_equal(protectors(&s, true), 0);
	s.boot.recovery = false;
	assert_int_equal(boot(&s, NULL), ES_OK);
	end(&s);
}

static void a_counter_deleted_or_made_again_gains_nothing(void **state)
{
	struct scene s;

	(void)state;
	sealed(&s, 3);
	assert_int_equal(boot_image(&s, "image two", 5), ES_OK);
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -Q -C o 0x0180e5eb", NULL, 0);
	assert_int_equal(boot_image(&s, "image one", 3), ES_COUNTER_MISSING);
	assert_non_null(strstr(s.record.refusal_detail, "0x0180e5eb"));
	es_swtpm_tool_ok(s.m.tpm,
			 "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' 0x0180e5eb && "
			 "tpm2_nvincrement -Q -C 0x0180e5eb 0x0180e5eb",
			 NULL, 0);
	assert_int_equal(boot_image(&s, "image one", 3), ES_IMAGE_OLD);
	/* The vendor's next image opens again once its generation is higher. */
	assert_int_equal(boot_image(&s, "image three", 9), ES_OK);
	end(&s);
}

static void a_generation_far_ahead_is_refused_and_wears_nothing(void **state)
{
	struct scene s;

	(void)state;
	sealed(&s, 3);
	assert_int_equal(boot_image(&s, "image two", 4000000000), ES_IMAGE_AHEAD);
	assert_string_equal(s.record.refusal, "image-generation-too-high");
	assert_counter(&s, 1); /* its initial value */
	assert_int_equal(boot_image(&s, "image three", 257), ES_OK);
	assert_counter(&s, 257);
	end(&s);
}

static void an_image_that_only_failed_to_open_is_not_accepted(void **state)
{
	char path[128], line[256];
	struct scene s;

	(void)state;
	sealed(&s, 3);
	assert_int_equal(boot(&s, NULL), ES_OK);
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		machine_bank_path(&s.m, i, "encryption.info", path);
		snprintf(line, sizeof line,
			 "sed -i 's/\"exec_installed_only\": false/\"exec_installed_only\": true/' %s", path);
		assert_int_equal(system(line), 0);
	}
	assert_int_equal(boot_image(&s, "image two", 7), ES_TAMPERED_INFO);
	assert_counter(&s, 3);
	end(&s);
}

static void a_seal_that_cannot_use_the_vendors_signature_says_why(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	s.m.signature.len = 0;
	s.boot.image = "image one";
	assert_int_equal(boot(&s, NULL), ES_NOT_CONFIGURED);
	init(&s);
	set_mode(&s, "image sign-policy");
	make_image(&s, "image one", 300, s.key);
	assert_int_equal(boot(&s, NULL), ES_OK);
	set_mode(&s, "more than 256 ahead");
	assert_int_equal(protectors(&s, true), 0);
	/* The key there isn't the measured one. */
	make_image(&s, "image one", 3, s.key);
	assert_int_equal(boot(&s, NULL), ES_OK);
	{
		char line[200];

		snprintf(line, sizeof line, "echo >>%s/pcr-public-key.pem", s.m.run_dir);
		assert_int_equal(system(line), 0);
	}
	set_mode(&s, "measured");
	assert_int_equal(boot(&s, NULL), ES_OK);
	set_mode(&s, NULL);
	assert_int_equal(protectors(&s, false), 0);
	assert_int_equal(protectors(&s, true), 1);
	/* Secure Boot is no longer required. */
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_require_secure_boot(host, false), ES_OK);
		assert_non_null(strstr(es_host_vendor_note(host), "Secure Boot isn't required"));
	}
	assert_int_equal(protectors(&s, true), 0);
	assert_int_equal(boot(&s, NULL), ES_OK);
	end(&s);
}

static void a_vendor_may_use_a_larger_key(void **state)
{
	struct scene s;

	(void)state;
	begin_with(&s, 3072);
	assert_int_equal(boot_image(&s, "image one", 1), ES_NOT_CONFIGURED);
	init(&s);
	assert_int_equal(protectors(&s, true), 1);
	assert_int_equal(boot_image(&s, "image two", 2), ES_OK);
	assert_int_equal(boot_image(&s, "image one", 1), ES_IMAGE_OLD);
	end(&s);
}

/* Then the host is sealed to this image only, and says so. */
static void a_vendors_key_that_the_tpm_cannot_load_is_reported(void **state)
{
	struct scene s;

	(void)state;
	begin_with(&s, 4096);
	assert_int_equal(boot_image(&s, "image one", 1), ES_NOT_CONFIGURED);
	init(&s);
	if (protectors(&s, true) == 0) {
		set_mode(&s, "this TPM can't check signatures of the vendor's key (4096 bits)");
		assert_int_equal(protectors(&s, false), 1);
	}
	assert_int_equal(boot_image(&s, "image one", 1), ES_OK);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_never_seen_opens_if_its_vendor_signed_it),
		cmocka_unit_test(an_image_that_nobody_signed_stays_shut),
		cmocka_unit_test(an_image_that_someone_else_signed_stays_shut),
		cmocka_unit_test(secure_boot_and_options_still_count),
		cmocka_unit_test(an_image_older_than_one_that_was_accepted_stays_shut),
		cmocka_unit_test(a_counter_deleted_or_made_again_gains_nothing),
		cmocka_unit_test(a_generation_far_ahead_is_refused_and_wears_nothing),
		cmocka_unit_test(an_image_that_only_failed_to_open_is_not_accepted),
		cmocka_unit_test(a_seal_that_cannot_use_the_vendors_signature_says_why),
		cmocka_unit_test(a_vendor_may_use_a_larger_key),
		cmocka_unit_test(a_vendors_key_that_the_tpm_cannot_load_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
