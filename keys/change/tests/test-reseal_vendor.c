/* SPDX-License-Identifier: Apache-2.0 */
/* Images of a vendor that signs policies: the next image needs no seal, and an unsigned one gets no seal that would
 * outlive it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/reseal.h"
#include "keys/change/rotate.h"
#include "keys/image/policy.h"
#include "keys/next/check.h"
#include "keys/tests/lib/machine.h"
#include "keys/tests/lib/pe_image.h"
#include "keys/tests/lib/signed_image.h"
#include "keys/tests/lib/vendor.h"

#include <string.h>

struct image {
	struct es_buf plain, bytes, json; /* before it was signed for Secure Boot, and after */
	struct es_pe pe;
	struct es_uki uki;
	struct machine_boot boot;
	struct es_predict_request next;
};

struct scene {
	struct machine m;
	struct es_boot_record record;
	struct es_secret *key;
	struct es_buf public_pem;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

static void open_image(struct image *i)
{
	assert_int_equal(es_pe_open(es_buf_span(&i->bytes), ES_PE_FILE, &i->pe), ES_OK);
	assert_int_equal(es_uki_find(&i->pe, ES_PE_FILE, &i->uki), ES_OK);
	i->boot = machine_usual_boot;
	i->boot.image = NULL;
	i->boot.file = es_buf_span(&i->bytes);
	i->next = (struct es_predict_request){ .image = &i->pe, .uki = &i->uki };
}

/* Signs for Secure Boot, with the one key that all images are signed with. */
static void sign_for_firmware(struct image *i)
{
	es_buf_free(&i->bytes);
	signed_image(es_buf_span(&i->plain), machine_usual_boot.vouched_by, &i->bytes);
	open_image(i);
}

/* One of the vendor's images, with these options; the vendor signs its policy if `sign`. */
static void make_image(struct scene *s, const char *options, uint64_t generation, bool sign, struct image *ret)
{
	uint8_t stub[ES_TEST_PE_MAX], kernel[ES_TEST_PE_MAX];
	const struct es_span stub_span = { stub, es_test_pe_stub(stub) };
	struct es_uki_parts parts = { .stub = stub_span };
	char detail[ES_IMAGE_DETAIL];
	ES_IMAGE_POLICY policy = { .key_bits = 0 };
	struct es_buf attached = { NULL, 0 };
	const char *why = "";
	const struct {
		int which;
		struct es_span content;
	} sections[] = { { ES_UKI_LINUX, { kernel, es_test_pe_kernel(kernel) } },
			 { ES_UKI_CMDLINE, es_text_span(options) },
			 { ES_UKI_INITRD, es_test_initrd("initrd") },
			 { ES_UKI_PCRPKEY, es_buf_span(&s->public_pem) } };

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		parts.present[sections[i].which] = true;
		parts.section[sections[i].which] = sections[i].content;
	}
	assert_int_equal(es_image_build(&parts, &ret->plain, detail), ES_OK);
	sign_for_firmware(ret);
	if (!sign)
		return;
	assert_int_equal(es_image_policy_sign(&ret->uki, s->key, generation, &policy, &why), ES_OK);
	assert_int_equal(es_image_policy_attach(es_buf_span(&ret->plain), es_buf_span(&policy.json), &attached, &why),
			 ES_OK);
	es_buf_free(&ret->plain);
	ret->plain = es_buf_take(&attached);
	ret->json = es_buf_take(&policy.json);
	sign_for_firmware(ret);
}

static void free_image(struct image *i)
{
	es_buf_free(&i->plain);
	es_buf_free(&i->bytes);
	es_buf_free(&i->json);
}

static enum es_reason boot(struct scene *s, const struct image *i)
{
	s->m.signature = es_buf_span(&i->json);
	return machine_boot(&s->m, &i->boot, NULL, &s->record);
}

/* Sealed while `one` runs. */
static void start(struct scene *s, uint64_t generation, struct image *one)
{
	memset(s, 0, sizeof *s);
	machine_start(&s->m, true);
	s->key = vendor_new_key(s->m.tpm, 2048);
	assert_int_equal(es_rsa_private_public(s->key, &s->public_pem), ES_OK);
	s->m.public_key = es_buf_span(&s->public_pem);
	make_image(s, "one", generation, true, one);
	assert_int_equal(boot(s, one), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
	assert_int_equal(boot(s, one), ES_OK);
}

static void end(struct scene *s)
{
	machine_stop(&s->m);
	es_secret_free(s->key);
	es_buf_free(&s->public_pem);
}

static enum es_reason reseal(struct scene *s, const struct image *next, struct es_resealed *ret)
{
	ES_HOST host = machine_host(&s->m);

	return es_host_reseal(host, &next->next, ret);
}

/* ret_text: which protector opens, or why none does. */
static enum es_reason check(struct scene *s, const struct image *next, char ret_text[static ES_FINDING_TEXT])
{
	ES_HOST host = machine_host(&s->m);
	struct es_check found;

	assert_int_equal(es_host_check(host, next != NULL ? &next->next : NULL, &found), ES_OK);
	assert_int_equal(found.count, found.opens ? 0 : 1);
	strcpy(ret_text, found.opens ? found.by : found.finding[0].detail);
	return found.opens ? ES_OK : found.finding[0].reason;
}

static void a_signed_image_needs_no_seal(void **state)
{
	struct es_resealed done;
	char by[ES_FINDING_TEXT];
	struct image one, two;
	struct scene s;

	(void)state;
	start(&s, 1, &one);
	make_image(&s, "two", 2, true, &two);
	assert_int_equal(check(&s, NULL, by), ES_OK);
	assert_non_null(strstr(by, "vendor signed"));
	assert_int_equal(check(&s, &two, by), ES_OK);
	assert_non_null(strstr(by, "vendor signed"));
	assert_int_equal(reseal(&s, &two, &done), ES_OK);
	assert_true(done.vendor);
	assert_false(done.next_image);
	assert_int_equal(boot(&s, &two), ES_OK);
	free_image(&one);
	free_image(&two);
	end(&s);
}

/* A literal seal would always open that image, even long after the vendor declared it too old. */
static void an_unsigned_image_gets_no_seal_where_generations_count(void **state)
{
	struct es_resealed done;
	char by[ES_FINDING_TEXT];
	struct image one, two;
	struct scene s;

	(void)state;
	start(&s, 1, &one);
	make_image(&s, "two", 0, false, &two);
	assert_int_equal(check(&s, &two, by), ES_NEXT_LOCKED);
	assert_int_equal(reseal(&s, &two, &done), ES_ARGUMENT);
	assert_int_not_equal(boot(&s, &two), ES_OK);
	free_image(&one);
	free_image(&two);
	end(&s);
}

static void without_generations_it_gets_one(void **state)
{
	struct es_resealed done;
	struct image one, two;
	struct scene s;

	(void)state;
	start(&s, 0, &one);
	make_image(&s, "two", 0, false, &two);
	assert_int_equal(reseal(&s, &two, &done), ES_OK);
	assert_true(done.next_image);
	assert_int_equal(boot(&s, &two), ES_OK);
	assert_int_equal(boot(&s, &one), ES_OK);
	free_image(&one);
	free_image(&two);
	end(&s);
}

static void assert_refused(struct scene *s, const struct image *next, enum es_reason why, const char *words)
{
	struct es_resealed done;
	char text[ES_FINDING_TEXT];
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(check(s, next, text), why);
	assert_non_null(strstr(text, words));
	assert_int_equal(es_host_reseal(host, &next->next, &done), why);
	assert_non_null(strstr(es_host_detail(host), words));
	/* The boot reports the same. */
	assert_int_equal(boot(s, next), why);
}

static void an_image_that_the_tpm_will_refuse_is_refused_beforehand(void **state)
{
	struct image one, five, three, far;
	char text[ES_FINDING_TEXT];
	struct scene s;

	(void)state;
	start(&s, 1, &one);
	make_image(&s, "five", 5, true, &five);
	make_image(&s, "three", 3, true, &three);
	make_image(&s, "far", 1000, true, &far);
	assert_int_equal(check(&s, &three, text), ES_OK); /* no newer one was accepted yet */
	assert_int_equal(boot(&s, &five), ES_OK);
	assert_refused(&s, &three, ES_IMAGE_OLD,
		       "the TPM will refuse this image: generation 3, this host has accepted 5");
	assert_int_equal(boot(&s, &five), ES_OK);
	assert_refused(&s, &far, ES_IMAGE_AHEAD, "generation 1000, this host has accepted 5");
	assert_int_equal(boot(&s, &five), ES_OK);
	assert_int_equal(check(&s, NULL, text), ES_OK);
	/* Somebody else increments the counter while the host runs: now this very image is old, too. */
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvincrement -Q 0x0180e5eb", NULL, 0);
	assert_int_equal(check(&s, NULL, text), ES_IMAGE_OLD);
	assert_non_null(strstr(text, "generation 5, this host has accepted 6"));
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -Q -C o 0x0180e5eb", NULL, 0);
	assert_int_equal(check(&s, NULL, text), ES_COUNTER_MISSING);
	free_image(&one);
	free_image(&five);
	free_image(&three);
	free_image(&far);
	end(&s);
}

static void rotate(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	char old_id[ES_RECOVERY_ID_TEXT];
	ES_SECRET recovery = NULL;

	assert_int_equal(es_host_rotate(host, old_id, &recovery), ES_OK);
	assert_int_equal(es_host_rotate_finish(host), ES_OK);
}

/* With generations, the vendor's protector is the only one; without, it stays beside the literal one. */
static void a_rotation_stays_under_the_vendors_signature(void **state)
{
	for (uint64_t generation = 0; generation < 2; generation++) {
		struct image one, two, unsigned_one;
		struct scene s;

		(void)state;
		start(&s, generation, &one);
		make_image(&s, "two", 2 * generation, true, &two);
		make_image(&s, "unsigned", 0, false, &unsigned_one);
		rotate(&s);
		assert_int_equal(boot(&s, &two), ES_OK);
		assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
		assert_int_equal(boot(&s, &unsigned_one), ES_LOCKED_PCR);
		assert_int_equal(boot(&s, &one), generation > 0 ? ES_IMAGE_OLD : ES_OK);
		free_image(&one);
		free_image(&two);
		free_image(&unsigned_one);
		end(&s);
	}
}

/* The vendor's name is under the policy, but not the vendor's signature. */
static void a_forged_signature_is_found_beforehand(void **state)
{
	struct image one, two;
	char text[ES_FINDING_TEXT];
	struct scene s;
	uint8_t *sig;

	(void)state;
	start(&s, 1, &one);
	make_image(&s, "two", 2, true, &two);
	sig = memmem(two.plain.data, two.plain.len, "\"sig\"", 5);
	assert_non_null(sig);
	sig[20] = sig[20] == 'A' ? 'B' : 'A';
	sign_for_firmware(&two);
	assert_int_equal(check(&s, &two, text), ES_IMAGE_SIGNATURE);
	free_image(&one);
	free_image(&two);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_image_needs_no_seal),
		cmocka_unit_test(an_unsigned_image_gets_no_seal_where_generations_count),
		cmocka_unit_test(without_generations_it_gets_one),
		cmocka_unit_test(an_image_that_the_tpm_will_refuse_is_refused_beforehand),
		cmocka_unit_test(a_forged_signature_is_found_beforehand),
		cmocka_unit_test(a_rotation_stays_under_the_vendors_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
