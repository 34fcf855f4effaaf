/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot images of every release, as its own command wrote them: every later release must find the same in them, or
 * hosts that are sealed to them no longer open. keys/tests/fixtures/RELEASE/image holds one with a vendor's policy, and
 * the PCR 11 that its stub measures, as that release predicted it. --write RELEASE: makes that of the current release.
 * It doesn't boot: its kernel is a second copy of the stub.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/choice/vendor.h"
#include "keys/core/hex.h"
#include "keys/image/image.h"
#include "keys/store/file.h"
#include "keys/tests/lib/pe_image.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXTURES "keys/tests/fixtures"
enum { RELEASES_MAX = 64, GENERATION = 3, PCR_TEXT = 2 * ES_SHA256_LEN, IMAGE_MAX = 1 << 20 };

static void read_whole(const char *folder, const char *name, struct es_buf *ret)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(es_file_read(AT_FDCWD, path, IMAGE_MAX, ret), ES_OK);
}

static void it_measures_what_it_did_and_its_policy_is_signed(void **state)
{
	ES_BUF image = { NULL, 0 }, expected = { NULL, 0 };
	ES_SIGNATURES signatures = { .count = 0 };
	struct es_pcr_values now = { .present = ES_PCR_BIT(ES_PCR_IMAGE) };
	char detail[ES_SIGNATURE_DETAIL], text[PCR_TEXT + 1];
	struct es_span pem, policy;
	struct es_vendor_match match;
	struct es_pe pe;
	struct es_uki uki;

	read_whole(*state, "etcseal.efi", &image);
	read_whole(*state, "pcr11", &expected);
	assert_int_equal(es_pe_open(es_buf_span(&image), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	assert_int_equal(es_image_predict_pcr11(&uki, &now.value[ES_PCR_IMAGE]), ES_OK);
	es_hex_encode(now.value[ES_PCR_IMAGE].bytes, ES_SHA256_LEN, text);
	assert_true(expected.len >= PCR_TEXT);
	assert_memory_equal(text, expected.data, PCR_TEXT);

	pem = uki.section[ES_UKI_PCRPKEY];
	assert_int_equal(es_signatures_parse(uki.section[ES_UKI_PCRSIG], &signatures, detail), ES_OK);
	assert_int_equal(es_vendor_match(pem, &signatures, &now, &match), ES_OK);
	assert_int_equal(match.generation, GENERATION);
	policy = (struct es_span){ match.policy.bytes, ES_SHA256_LEN };
	assert_int_equal(es_rsa_verify(pem, policy, match.signature), ES_OK);
}

/* Made by the programs beside this one. The private key is removed with its folder: nobody needs to sign for this
 * again. */
static const char make[] =
    "set -e; build=$1 to=" FIXTURES "/$2/image; work=$(mktemp -d); trap 'rm -r $work' EXIT; mkdir -p $to; umask 077; "
    "openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $work/key 2>/dev/null; "
    "printf 'ID=fixture\\nVERSION_ID=1\\n' >$work/osrel; (cd $work && echo osrel | cpio --quiet -o -H newc >initrd); "
    "$build/etcseal image build --stub=$build/etcseal-stub-x64.efi --linux=$3 "
    "--initrd=$work/initrd --cmdline='root=/dev/vda2 ro' --osrel=$work/osrel --uname=6.1.0-fixture "
    "--policy-key=$work/key --generation=3 --output=$to/etcseal.efi; "
    "$build/etcseal image predict $to/etcseal.efi | sed -n 's/^11:sha256=//p' >$to/pcr11; test -s $to/pcr11";

static int write_image(const char *program, const char *release)
{
	static uint8_t kernel[ES_TEST_PE_MAX];
	char path[256], build[300], kernel_path[] = "/tmp/etcseal-kernel-XXXXXX", command[sizeof make + 512];
	int fd = mkstemp(kernel_path), r;
	size_t len = es_test_pe_kernel(kernel);

	snprintf(path, sizeof path, "%s", program);
	snprintf(build, sizeof build, "%s/../../..", dirname(path));
	if (fd < 0 || write(fd, kernel, len) != (ssize_t)len)
		return 1;
	close(fd);
	snprintf(command, sizeof command, "set -- %s %s %s; %s", build, release, kernel_path, make);
	r = system(command);
	unlink(kernel_path);
	return r == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	static char folders[RELEASES_MAX][160];
	static struct CMUnitTest tests[RELEASES_MAX];
	DIR *releases;
	struct dirent *e;
	unsigned n = 0;

	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_image(argv[0], argv[2]);
	releases = opendir(FIXTURES);
	while (releases != NULL && (e = readdir(releases)) != NULL && n < RELEASES_MAX) {
		snprintf(folders[n], sizeof folders[n], FIXTURES "/%.80s/image", e->d_name);
		if (e->d_name[0] == '.' || access(folders[n], F_OK) != 0)
			continue;
		tests[n] = (struct CMUnitTest){ folders[n], it_measures_what_it_did_and_its_policy_is_signed, NULL,
						NULL, folders[n] };
		n++;
	}
	if (releases != NULL)
		closedir(releases);
	if (n == 0)
		return 1;
	return _cmocka_run_group_tests("boot images", tests, n, NULL, NULL);
}
