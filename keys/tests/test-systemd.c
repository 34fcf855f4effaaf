/* SPDX-License-Identifier: Apache-2.0 */
/* Signed policies in both directions with systemd 252, on one TPM: what systemd-measure signs opens our seal, and what
 * we sign opens a secret of systemd-creds. */
#include "keys/tests/lib/vendor.h"

#include "keys/choice/vendor.h"
#include "keys/image/policy.h"
#include "keys/store/file.h"
#include "keys/tpm/pcr.h"

#include "keys/crypto/hash.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void tool(struct vendor_fixture *v, const char *line)
{
	es_swtpm_tool_ok(v->f->swtpm, line, NULL, 0);
}

/* Power cycle; firmware, and a stub that starts an image with that .osrel. */
static struct es_uki boot_uki(struct vendor_fixture *v, const char *osrel)
{
	struct es_uki uki = { .present = { [ES_UKI_LINUX] = true, [ES_UKI_OSREL] = true, [ES_UKI_PCRPKEY] = true },
			      .section = { [ES_UKI_LINUX] = es_text_span("a kernel"),
					   [ES_UKI_OSREL] = es_text_span(osrel),
					   [ES_UKI_PCRPKEY] = es_buf_span(&v->public_pem) } };
	char line[256];

	es_swtpm_power_cycle(v->f->swtpm);
	vendor_public_file(v);
	tool(v, "tpm2_pcrextend 7:sha256=$(printf 7%.0s $(seq 64)) 12:sha256=$(printf c%.0s $(seq 64))");
	snprintf(line, sizeof line, "printf 'a kernel' >linux && printf '%s' >osrel && cp vendor.pem pcrpkey", osrel);
	tool(v, line);
	tool(v, "for s in linux osrel pcrpkey; do printf \".$s\\0\" >name && tpm2_pcrevent -Q 11 name && "
		"tpm2_pcrevent -Q 11 $s || exit 1; done");
	tpm_fixture_reopen(v->f, NULL, true);
	assert_int_equal(es_tpm_pcr_read(v->f->tpm, 0xffffff, &v->f->values), ES_OK);
	return uki;
}

static void write_private(struct vendor_fixture *v)
{
	char path[128];

	snprintf(path, sizeof path, "%s/key.pem", es_swtpm_folder(v->f->swtpm));
	assert_int_equal(
	    es_file_write(AT_FDCWD, path,
			  (struct es_span){ es_secret_bytes(v->private_pem), es_secret_len(v->private_pem) }),
	    ES_OK);
}

static void what_systemd_measure_signs_opens_our_seal(void **state)
{
	struct vendor_fixture *v = *state;
	char path[128], detail[ES_SIGNATURE_DETAIL];
	ES_BUF json = { NULL, 0 };
	ES_SIGNATURES signatures = { .count = 0 };
	struct es_vendor_match m;

	/* Sealed before that image existed. */
	boot_uki(v, "ID=one");
	assert_int_equal(vendor_seal(v, ES_PCR_BIT(7) | ES_PCR_BIT(12)), ES_OK);
	boot_uki(v, "ID=two");
	write_private(v);
	tool(
	    v,
	    "/usr/lib/systemd/systemd-measure sign --linux=linux --osrel=osrel --pcrpkey=pcrpkey --private-key=key.pem "
	    "--public-key=vendor.pem --bank=sha256 --phase=: --phase=enter-initrd --tpm2-device=$TPM2TOOLS_TCTI "
	    ">signature.json");
	snprintf(path, sizeof path, "%s/signature.json", es_swtpm_folder(v->f->swtpm));
	assert_int_equal(es_file_read(AT_FDCWD, path, ES_SIGNATURE_FILE_MAX, &json), ES_OK);
	assert_int_equal(es_signatures_parse(es_buf_span(&json), &signatures, detail), ES_OK);
	assert_int_equal(signatures.count, 2);
	assert_int_equal(es_vendor_match(es_buf_span(&v->public_pem), &signatures, &v->f->values, &m), ES_OK);
	v->authorization = (struct es_authorization){
		.key = v->key, .pcrs = ES_PCR_BIT(11), .policy = m.policy, .signature = m.signature, .sha256 = es_sha256
	};
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
	/* The same signature is worthless for another image. */
	boot_uki(v, "ID=evil");
	assert_int_equal(vendor_unseal_as_it_is(v), ES_TPM_POLICY);
	assert_int_equal(es_vendor_match(es_buf_span(&v->public_pem), &signatures, &v->f->values, &m), ES_MISSING);
}

/* systemd 252 leaves its sessions and keys in a TPM that has no resource manager. */
static int creds(struct vendor_fixture *v, const char *line)
{
	int status = es_swtpm_tool(v->f->swtpm, line, NULL, 0);

	tool(v, "tpm2_flushcontext -t && tpm2_flushcontext -l");
	return status;
}

static void what_we_sign_opens_a_secret_of_systemd_creds(void **state)
{
	const char *const decrypt =
	    "systemd-creds decrypt --tpm2-device=$TPM2TOOLS_TCTI --tpm2-signature=$PWD/ours.json "
	    "--name=x blob >out && cmp out plain";
	struct vendor_fixture *v = *state;
	ES_IMAGE_POLICY policy = { .key_bits = 0 };
	struct es_uki uki;
	const char *why = "";
	char path[128];

	boot_uki(v, "ID=one");
	assert_int_equal(
	    creds(v, "printf 'a secret of systemd' >plain && systemd-creds encrypt --tpm2-device=$TPM2TOOLS_TCTI "
		     "--with-key=tpm2-with-public-key --tpm2-public-key=$PWD/vendor.pem --tpm2-public-key-pcrs=11 "
		     "--tpm2-pcrs=7 "
		     "--name=x plain blob"),
	    0);
	uki = boot_uki(v, "ID=two");
	assert_int_equal(es_image_policy_sign(&uki, v->private_pem, 0, &policy, &why), ES_OK);
	assert_true(policy.has_key);
	assert_true(es_digest_equal(&policy.pcr11, &v->f->values.value[ES_PCR_IMAGE]));
	snprintf(path, sizeof path, "%s/ours.json", es_swtpm_folder(v->f->swtpm));
	assert_int_equal(es_file_write(AT_FDCWD, path, es_buf_span(&policy.json)), ES_OK);
	tpm_fixture_reopen(v->f, NULL, false);
	assert_int_equal(creds(v, decrypt), 0);
	/* systemd doesn't know policies with a generation: it skips one without failing. */
	es_image_policy_free(&policy);
	assert_int_equal(es_image_policy_sign(&uki, v->private_pem, 3, &policy, &why), ES_OK);
	assert_int_equal(es_file_write(AT_FDCWD, path, es_buf_span(&policy.json)), ES_OK);
	assert_int_not_equal(creds(v, decrypt), 0);
	tool(v, "sed 's/.*\\[\\({.*}\\)\\].*/\\1/' ours.json >with");
	es_image_policy_free(&policy);
	assert_int_equal(es_image_policy_sign(&uki, v->private_pem, 0, &policy, &why), ES_OK);
	assert_int_equal(es_file_write(AT_FDCWD, path, es_buf_span(&policy.json)), ES_OK);
	tool(v, "sed 's/.*\\[\\({.*}\\)\\].*/\\1/' ours.json >without && "
		"printf '{\"sha256\":[%s,%s]}' \"$(cat with)\" \"$(cat without)\" >ours.json");
	assert_int_equal(creds(v, decrypt), 0);
	boot_uki(v, "ID=evil");
	tpm_fixture_reopen(v->f, NULL, false);
	assert_int_not_equal(creds(v, decrypt), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, vendor_fixture_make, vendor_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_systemd_measure_signs_opens_our_seal),
		TEST(what_we_sign_opens_a_secret_of_systemd_creds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
