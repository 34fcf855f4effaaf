/* SPDX-License-Identifier: Apache-2.0 */
/* Checked against systemd-measure's own file, with one bad input for each defect. */
#include "keys/store/signature.h"

#include "keys/crypto/sign.h"
#include "keys/store/file.h"
#include "keys/tests/lib/swtpm.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ENTRY "{\"pcrs\":[11],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B "\",\"sig\":\"AAEC\"}"

static struct es_buf read_file(const struct es_swtpm *tpm, const char *name)
{
	struct es_buf b = { NULL, 0 };
	char path[128];

	snprintf(path, sizeof path, "%s/%s", es_swtpm_folder(tpm), name);
	assert_int_equal(es_file_read(AT_FDCWD, path, 1 << 20, &b), ES_OK);
	return b;
}

/* systemd-measure asks a TPM for the digest. */
static void systemds_own_file_is_read(void **state)
{
	ES_SCOPED(es_swtpm_stopp) struct es_swtpm *tpm = es_swtpm_start();
	ES_BUF file = { NULL, 0 };
	ES_BUF public = { NULL, 0 };
	ES_SIGNATURES s = { .count = 0 };
	struct es_rsa_public key;
	char detail[ES_SIGNATURE_DETAIL];

	(void)state;
	es_swtpm_tool_ok(
	    tpm,
	    "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out k.pem && openssl pkey -in k.pem "
	    "-pubout -out p.pem && echo kernel >linux && /usr/lib/systemd/systemd-measure sign --linux=linux "
	    "--private-key=k.pem --public-key=p.pem --bank=sha256 --bank=sha1 "
	    "--tpm2-device=$TPM2TOOLS_TCTI >sig.json",
	    NULL, 0);
	file = read_file(tpm, "sig.json");
	public = read_file(tpm, "p.pem");
	assert_int_equal(es_rsa_public_read(es_buf_span(&public), &key), ES_OK);
	assert_int_equal(es_signatures_parse(es_buf_span(&file), &s, detail), ES_OK);
	assert_int_equal(s.count, 4); /* one for each phase; those for the SHA-1 bank are skipped */
	for (unsigned i = 0; i < s.count; i++) {
		assert_int_equal(s.entry[i].pcrs, ES_PCR_BIT(11));
		assert_int_equal(s.entry[i].generation, 0);
		assert_memory_equal(s.entry[i].key.bytes, key.fingerprint.bytes, ES_SHA256_LEN);
		assert_int_equal(es_rsa_verify(es_buf_span(&public),
					       (struct es_span){ s.entry[i].policy.bytes, ES_SHA256_LEN },
					       es_buf_span(&s.entry[i].signature)),
				 ES_OK);
	}
}

static void the_written_line_is_systemds_and_is_read_back(void **state)
{
	uint8_t sig[] = { 0, 1, 2 };
	struct es_pcr_signatures s = { .count = 1 };
	ES_SIGNATURES again = { .count = 0 };
	ES_BUF text = { NULL, 0 };
	char detail[ES_SIGNATURE_DETAIL];

	(void)state;
	s.entry[0].pcrs = ES_PCR_BIT(11);
	s.entry[0].signature = (struct es_buf){ sig, sizeof sig };
	memset(s.entry[0].key.bytes, 0xaa, ES_SHA256_LEN);
	memset(s.entry[0].policy.bytes, 0xbb, ES_SHA256_LEN);
	assert_int_equal(es_signatures_write(&s, &text), ES_OK);
	assert_int_equal(text.len, strlen("{\"sha256\":[" ENTRY "]}\n"));
	assert_memory_equal(text.data, "{\"sha256\":[" ENTRY "]}\n", text.len);
	es_buf_free(&text);
	s.entry[0].generation = 7;
	assert_int_equal(es_signatures_write(&s, &text), ES_OK);
	assert_non_null(memmem(text.data, text.len, "\"etcseal_generation\":7}", 23));
	assert_int_equal(es_signatures_parse(es_buf_span(&text), &again, detail), ES_OK);
	assert_int_equal(again.count, 1);
	assert_int_equal(again.entry[0].generation, 7);
	assert_memory_equal(again.entry[0].signature.data, sig, sizeof sig);
}

static void an_unreadable_signature_is_not_written(void **state)
{
	uint8_t sig[] = { 0 };
	struct es_pcr_signatures s = { .count = 1 };
	ES_BUF text = { NULL, 0 };

	(void)state;
	s.entry[0].signature = (struct es_buf){ sig, sizeof sig };
	assert_int_equal(es_signatures_write(&s, &text), ES_ARGUMENT); /* no PCR */
	s.entry[0].pcrs = 1;
	s.entry[0].generation = UINT64_MAX;
	assert_int_equal(es_signatures_write(&s, &text), ES_ARGUMENT);
	s.entry[0].generation = 0;
	s.entry[0].signature.len = 0;
	assert_int_equal(es_signatures_write(&s, &text), ES_ARGUMENT);
	assert_null(text.data);
}

static enum es_reason parse(const char *text, size_t len, unsigned *ret_count, char *detail)
{
	ES_SIGNATURES s = { .count = 0 };
	enum es_reason r = es_signatures_parse((struct es_span){ (const uint8_t *)text, len }, &s, detail);

	*ret_count = s.count;
	return r;
}

static void unknown_fields_are_skipped(void **state)
{
	static const struct {
		const char *text;
		unsigned count;
	} cases[] = {
		{ "{}", 0 },
		{ "{\"sha1\":[{\"pcrs\":[99]}],\"sha384\":7}", 0 },
		{ "{\"sha256\":[]}", 0 },
		{ "{\"sha256\":[" ENTRY "," ENTRY "]}", 2 },
		{ "{\"sha256\":[{\"pcrs\":[11,12],\"new\":{},\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B
		  "\",\"sig\":\"AA==\"}]}",
		  1 },
	};
	char detail[ES_SIGNATURE_DETAIL];
	unsigned count;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (parse(cases[i].text, strlen(cases[i].text), &count, detail) != ES_OK)
			fail_msg("%s: %s", cases[i].text, detail);
		assert_int_equal(count, cases[i].count);
	}
	/* padded to the end of its section */
	assert_int_equal(parse("{}\n\0\0\0", 6, &count, detail), ES_OK);
}

static void each_defect_is_refused_and_named(void **state)
{
	static const struct {
		const char *text, *named;
	} cases[] = {
		{ "", NULL },
		{ "[]", NULL },
		{ "{\"sha256\":[" ENTRY, NULL },
		{ "{\"sha256\":[" ENTRY "]} x", NULL },
		{ "{\"sha256\":{}}", "sha256" },
		{ "{\"sha256\":[7]}", "sha256[0]" },
		{ "{\"sha256\":[" ENTRY ",{}]}", "sha256[1].pcrs" },
		{ "{\"sha256\":[{\"pcrs\":[],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B "\",\"sig\":\"AA==\"}]}",
		  "pcrs" },
		{ "{\"sha256\":[{\"pcrs\":[24],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B "\",\"sig\":\"AA==\"}]}",
		  "pcrs" },
		{ "{\"sha256\":[{\"pcrs\":[-1],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B "\",\"sig\":\"AA==\"}]}",
		  "pcrs" },
		{ "{\"sha256\":[{\"pcrs\":[11,11],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B "\",\"sig\":\"AA==\"}]}",
		  "pcrs" },
		{ "{\"sha256\":[{\"pcrs\":[\"11\"],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B "\",\"sig\":\"AA==\"}]}",
		  "pcrs" },
		{ "{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"aa\",\"pol\":\"" HEX_B "\",\"sig\":\"AA==\"}]}", "pkfp" },
		{ "{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" HEX_A "\",\"sig\":\"AA==\"}]}", "pol" },
		{ "{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B "\",\"sig\":\"A\"}]}", "sig" },
		{ "{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B "\",\"sig\":\"\"}]}", "sig" },
		{ "{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B
		  "\",\"sig\":\"AA==\",\"etcseal_generation\":0}]}",
		  "generation" },
		{ "{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B
		  "\",\"sig\":\"AA==\",\"etcseal_generation\":-3}]}",
		  "generation" },
		{ "{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B
		  "\",\"sig\":\"AA==\",\"etcseal_generation\":9000000000000000000}]}",
		  "generation" },
		{ "{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" HEX_A "\",\"pol\":\"" HEX_B
		  "\",\"sig\":\"AA==\",\"etcseal_generation\":\"3\"}]}",
		  "generation" },
	};
	char detail[ES_SIGNATURE_DETAIL];
	unsigned count;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum es_reason r = parse(cases[i].text, strlen(cases[i].text), &count, detail);

		if (r == ES_OK || (cases[i].named != NULL && strstr(detail, cases[i].named) == NULL))
			fail_msg("%s: %d, %s", cases[i].text, r, detail);
	}
}

static void too_many_and_too_large_are_refused(void **state)
{
	char text[200 * 80], detail[ES_SIGNATURE_DETAIL];
	char *huge = calloc(1, ES_SIGNATURE_FILE_MAX + 2);
	size_t n = (size_t)sprintf(text, "{\"sha256\":[" ENTRY);
	unsigned count;

	(void)state;
	for (unsigned i = 0; i < ES_SIGNATURES_MAX - 1; i++)
		n += (size_t)sprintf(text + n, "," ENTRY);
	assert_int_equal(parse(text, (size_t)sprintf(text + n, "]}") + n, &count, detail), ES_OK);
	assert_int_equal(count, ES_SIGNATURES_MAX);
	assert_int_equal(parse(text, (size_t)sprintf(text + n, "," ENTRY "]}") + n, &count, detail), ES_TOO_LARGE);
	assert_non_null(huge);
	memset(huge, ' ', ES_SIGNATURE_FILE_MAX + 1);
	memcpy(huge, "{}", 2);
	assert_int_equal(parse(huge, ES_SIGNATURE_FILE_MAX, &count, detail), ES_OK);
	assert_int_equal(parse(huge, ES_SIGNATURE_FILE_MAX + 1, &count, detail), ES_TOO_LARGE);
	free(huge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systemds_own_file_is_read),
		cmocka_unit_test(the_written_line_is_systemds_and_is_read_back),
		cmocka_unit_test(an_unreadable_signature_is_not_written),
		cmocka_unit_test(unknown_fields_are_skipped),
		cmocka_unit_test(each_defect_is_refused_and_named),
		cmocka_unit_test(too_many_and_too_large_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
