/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/signed_image.h"

#include "keys/image/image.h"
#include "keys/store/file.h"
#include "keys/tests/lib/pe_image.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* Owned by the process, and removed with it; a child that ends leaves it to its parent. */
static char folder[64];
static pid_t owner;

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char words[400], line[600];
	va_list args;

	va_start(args, format);
	assert_true(vsnprintf(words, sizeof words, format, args) < (int)sizeof words);
	va_end(args);
	snprintf(line, sizeof line, "cd %s && { %s; } >/dev/null 2>err || { cat err >&2; exit 1; }", folder, words);
	assert_int_equal(system(line), 0);
}

static void remove_folder(void)
{
	char line[80];

	snprintf(line, sizeof line, "rm -rf %s", folder);
	if (getpid() == owner && system(line) != 0)
		fprintf(stderr, "%s stays\n", folder);
}

static void read_here(const char *name, const char *extension, struct es_buf *ret)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s%s", folder, name, extension);
	assert_int_equal(es_file_read(AT_FDCWD, path, 1 << 20, ret), ES_OK);
}

static void need_key(const char *by)
{
	char path[160];

	if (folder[0] == '\0') {
		snprintf(folder, sizeof folder, "/tmp/etcseal-signers-XXXXXX");
		assert_non_null(mkdtemp(folder));
		owner = getpid();
		assert_int_equal(atexit(remove_folder), 0);
	}
	snprintf(path, sizeof path, "%s/%s.der", folder, by);
	if (access(path, R_OK) != 0)
		shell(
		    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout %s.key -subj /CN=%s "
		    "-out %s.pem && openssl x509 -in %s.pem -outform DER -out %s.der",
		    by, by, by, by, by);
}

void signed_image(struct es_span file, const char *by, struct es_buf *ret)
{
	/* A machine boots the same image repeatedly. */
	static struct es_buf last, last_signed;
	static char last_by[32];
	char path[160];

	need_key(by);
	if (strcmp(by, last_by) != 0 || file.len != last.len || memcmp(file.data, last.data, file.len) != 0) {
		snprintf(path, sizeof path, "%s/image", folder);
		assert_int_equal(es_file_write(AT_FDCWD, path, file), ES_OK);
		shell("sbsign --key %s.key --cert %s.pem --output signed image", by, by);
		es_buf_free(&last);
		es_buf_free(&last_signed);
		read_here("signed", "", &last_signed);
		assert_int_equal(es_buf_copy(file, &last), ES_OK);
		snprintf(last_by, sizeof last_by, "%s", by);
	}
	assert_int_equal(es_buf_copy(es_buf_span(&last_signed), ret), ES_OK);
}

void signed_image_certificate(const char *by, struct es_buf *ret)
{
	need_key(by);
	read_here(by, ".der", ret);
}

void small_image(const char *options, struct es_span public_key, struct es_buf *ret)
{
	uint8_t stub[ES_TEST_PE_MAX];
	const struct es_span stub_span = { stub, es_test_pe_stub(stub) };
	struct es_uki_parts parts = { .stub = stub_span };
	struct es_writer w = { .cap = 0 };
	const struct {
		int which;
		struct es_span content;
	} sections[] = { { ES_UKI_LINUX, stub_span },
			 { ES_UKI_CMDLINE, es_text_span(options) },
			 { ES_UKI_INITRD, es_text_span("070701 initrd") },
			 { ES_UKI_PCRPKEY, public_key } };

	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		parts.present[sections[i].which] = sections[i].content.len > 0;
		parts.section[sections[i].which] = sections[i].content;
	}
	assert_int_equal(es_uki_write(&parts, &w), ES_OK);
	assert_int_equal(es_buf_new(w.pos, ret), ES_OK);
	w = (struct es_writer){ .data = ret->data, .cap = ret->len };
	assert_int_equal(es_uki_write(&parts, &w), ES_OK);
}

void small_image_pcr11(const char *options, struct es_span public_key, struct es_digest *ret)
{
	ES_BUF file = { NULL, 0 };
	struct es_uki uki;
	struct es_pe pe;

	small_image(options, public_key, &file);
	assert_int_equal(es_pe_open(es_buf_span(&file), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	assert_int_equal(es_image_predict_pcr11(&uki, ret), ES_OK);
}
