/* SPDX-License-Identifier: Apache-2.0 */
/* Logs made here, images signed by sbsign. A real boot whose PCRs are as predicted: tests-ovmf/scenarios/next-image.sh. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/authenticode.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/image.h"
#include "keys/predict.h"
#include "keys/testlib/event_log_image.h"
#include "keys/testlib/oracle.h"
#include "keys/testlib/pe_image.h"

#include <stdio.h>
#include <string.h>

struct image {
	uint8_t bytes[ES_TEST_PE_MAX];
	size_t len;
	struct es_pe pe;
	struct es_uki uki;
};

static void open_image(struct image *i)
{
	assert_int_equal(es_pe_open((struct es_span){ i->bytes, i->len }, ES_PE_FILE, &i->pe), ES_OK);
	assert_int_equal(es_uki_find(&i->pe, ES_PE_FILE, &i->uki), ES_OK);
}

/* A UKI whose kernel is filled with that byte; signed by `by`, unless NULL. */
static void make_image(void **state, uint8_t fill, const char *by, struct image *ret)
{
	const struct es_test_pe_section sections[] = {
		{ ".text", 0x200, 1 }, { ".linux", 0x300, fill }, { ".cmdline", 0x20, 'a' }, { ".initrd", 0x100, 3 }
	};

	ret->len = es_test_pe_make(sections, 4, ret->bytes);
	if (by != NULL) {
		ES_BUF file = { NULL, 0 };

		oracle_write(state, "image", (struct es_span){ ret->bytes, ret->len });
		assert_int_equal(oracle_shell(state, "sbsign --key %s.key --cert %s.pem --output signed image", by, by),
				 0);
		file = oracle_read(state, "signed");
		assert_true(file.len <= sizeof ret->bytes);
		memcpy(ret->bytes, file.data, file.len);
		ret->len = file.len;
	}
	open_image(ret);
}

/* An event whose digest isn't that of its data. */
static void event_with(struct es_test_log *log, unsigned pcr, uint32_t type, const struct es_digest *digest,
		       struct es_span data)
{
	size_t at = log->len;

	es_test_log_event(log, pcr, type, data, data);
	memcpy(log->bytes + at + ES_TEST_EVENT_ALG2 + 2, digest->bytes, sizeof digest->bytes);
}

static void variable(struct es_test_log *log, int type, const char *name, struct es_span value)
{
	uint8_t bytes[4096];
	struct es_writer w = { .data = bytes, .cap = sizeof bytes };

	es_write_zeros(&w, 16);
	es_write_le32(&w, (uint32_t)strlen(name));
	es_write_le32(&w, 0);
	es_write_le32(&w, (uint32_t)value.len);
	es_write_le32(&w, 0);
	for (const char *c = name; *c != '\0'; c++)
		es_write_le16(&w, (uint8_t)*c);
	es_write_bytes(&w, value.data, value.len);
	assert_false(w.bad);
	es_test_log_event(log, ES_PCR_SECURE_BOOT, (uint32_t)type, (struct es_span){ bytes, w.pos },
			  (struct es_span){ bytes, w.pos });
}

/* A db entry: 16 bytes of owner, the certificate. */
static void authority(void **state, struct es_test_log *log, const char *name)
{
	ES_BUF der = oracle_read(state, name);
	uint8_t entry[3000] = { 0 };

	assert_true(der.len + 16 <= sizeof entry);
	memcpy(entry + 16, der.data, der.len);
	variable(log, ES_EV_EFI_VARIABLE_AUTHORITY, "db", (struct es_span){ entry, der.len + 16 });
}

static void program(struct es_test_log *log, const struct es_pe *pe)
{
	static const uint8_t no_path[32] = { 0 };
	struct es_digest digest;

	assert_int_equal(es_authenticode(pe, es_sha256, &digest), ES_OK);
	event_with(log, ES_PCR_BOOT_LOADER, (uint32_t)ES_EV_EFI_BOOT_SERVICES_APPLICATION, &digest,
		   (struct es_span){ no_path, sizeof no_path });
}

struct scene {
	struct es_test_log log;
	struct image menu, now, next;
	struct es_pcr_values read;
};

/* A boot: Secure Boot's state, the authorities (NULL: none), a menu, the image, its sections. */
static struct es_predict_request boot(void **state, struct scene *s, const char *const *authorities)
{
	const uint8_t on = authorities != NULL;
	struct es_test_log *log = &s->log;

	es_test_log_begin(log);
	variable(log, ES_EV_EFI_VARIABLE_DRIVER_CONFIG, "SecureBoot", (struct es_span){ &on, 1 });
	es_test_log_event(log, ES_PCR_SECURE_BOOT, ES_EV_SEPARATOR, es_text_span("zero"), es_text_span("zero"));
	es_test_log_event(log, ES_PCR_BOOT_LOADER, (uint32_t)ES_EV_EFI_ACTION, es_text_span("Calling"),
			  es_text_span("Calling"));
	for (; authorities != NULL && *authorities != NULL; authorities++)
		authority(state, log, *authorities);
	program(log, &s->menu.pe);
	program(log, &s->now.pe);
	for (int i = 0; i < ES_UKI_MEASURED_COUNT; i++) {
		const char *name = es_uki_section_names[i];

		if (!s->now.uki.present[i])
			continue;
		es_test_log_event(log, ES_PCR_IMAGE, ES_EV_IPL,
				  (struct es_span){ (const uint8_t *)name, strlen(name) + 1 }, es_text_span(name));
		es_test_log_event(log, ES_PCR_IMAGE, ES_EV_IPL, s->now.uki.section[i], es_text_span(name));
	}
	es_test_log_event(log, ES_PCR_BOOT_LOADER, (uint32_t)ES_EV_EFI_ACTION, es_text_span("Exit"),
			  es_text_span("Exit"));
	assert_int_equal(es_event_log_replay(es_test_log_span(log), es_sha256, NULL, &s->read), ES_OK);
	return (struct es_predict_request){ .image = &s->next.pe,
					    .uki = &s->next.uki,
					    .log = es_test_log_span(log),
					    .read = &s->read,
					    .stub = true,
					    .installed = &s->now.pe };
}

static void predict(const struct es_predict_request *q, struct es_prediction *ret)
{
	unsigned pcr;

	assert_int_equal(es_predict(q, &pcr, ret), ES_OK);
}

/* What that next boot really leaves: the same firmware with the other image. */
static void assert_comes_true(void **state, const struct scene *now, const char *const *authorities,
			      const struct es_prediction *p)
{
	static struct scene then;

	then.menu = now->menu;
	then.now = now->next;
	open_image(&then.menu);
	open_image(&then.now);
	boot(state, &then, authorities);
	assert_int_equal(p->values.present, ES_PCR_BIT(4) | ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12));
	assert_int_equal(es_pcr_differ(&p->values, &then.read, p->values.present), 0);
	assert_string_equal(p->unknown, "");
}

static void says(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" isn't in \"%s\"", part, text);
}

static void exchanges_the_image_and_keeps_the_rest(void **state)
{
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_image(state, 1, NULL, &s.menu);
	make_image(state, 2, NULL, &s.now);
	make_image(state, 4, NULL, &s.next);
	q = boot(state, &s, NULL);
	predict(&q, &p);
	assert_comes_true(state, &s, NULL, &p);
	assert_string_equal(p.rests_on, "");
	assert_int_equal(es_pcr_differ(&p.values, &s.read, p.values.present), ES_PCR_BIT(4) | ES_PCR_BIT(11));

	q.image = &s.now.pe;
	q.uki = &s.now.uki;
	predict(&q, &p);
	assert_int_equal(es_pcr_differ(&p.values, &s.read, p.values.present), 0);
}

static void says_when_the_installed_file_is_another(void **state)
{
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_image(state, 1, NULL, &s.menu);
	make_image(state, 2, NULL, &s.now);
	make_image(state, 4, NULL, &s.next);
	q = boot(state, &s, NULL);
	q.installed = &s.next.pe;
	predict(&q, &p);
	says(p.rests_on, "has changed since it was started");
	q.installed = NULL;
	predict(&q, &p);
	says(p.rests_on, "isn't found");
	assert_comes_true(state, &s, NULL, &p);
}

static void trusts_no_log_that_the_tpm_does_not_confirm(void **state)
{
	static const unsigned pcrs[] = { 4, 7, 11, 12 };
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;
	unsigned pcr;

	make_image(state, 1, NULL, &s.menu);
	make_image(state, 2, NULL, &s.now);
	make_image(state, 4, NULL, &s.next);
	q = boot(state, &s, NULL);
	for (size_t i = 0; i < sizeof pcrs / sizeof *pcrs; i++) {
		s.read.value[pcrs[i]].bytes[31] ^= 1;
		assert_int_equal(es_predict(&q, &pcr, &p), ES_LOG_MISMATCH);
		assert_int_equal(pcr, pcrs[i]);
		s.read.value[pcrs[i]].bytes[31] ^= 1;
	}
	q.log.len--;
	assert_int_equal(es_predict(&q, &pcr, &p), ES_FORMAT);
	assert_int_equal(pcr, ES_PCR_COUNT);
}

static void keeps_the_authority_of_the_same_signer(void **state)
{
	static const char *const authorities[] = { "one.der", "two.der", NULL };
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_image(state, 1, "two", &s.menu);
	make_image(state, 2, "one", &s.now);
	make_image(state, 4, "one", &s.next);
	q = boot(state, &s, authorities);
	predict(&q, &p);
	assert_comes_true(state, &s, authorities, &p);
	/* Without the old image it can't be told: the last one may have vouched for it, or have come before it. */
	q.installed = NULL;
	predict(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
	says(p.unknown, "PCR 7: ");
}

static void takes_the_last_authority_for_the_images(void **state)
{
	static const char *const authorities[] = { "one.der", "two.der", NULL };
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_image(state, 1, "one", &s.menu);
	make_image(state, 2, "two", &s.now);
	make_image(state, 4, "two", &s.next);
	q = boot(state, &s, authorities);
	q.installed = NULL;
	predict(&q, &p);
	assert_comes_true(state, &s, authorities, &p);
}

static void does_not_guess_at_another_signer(void **state)
{
	static const char *const authorities[] = { "two.der", NULL };
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_image(state, 1, "two", &s.menu);
	make_image(state, 2, "two", &s.now);
	make_image(state, 4, "one", &s.next);
	q = boot(state, &s, authorities);
	predict(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
	says(p.unknown, "signed by another");
	make_image(state, 4, NULL, &s.next);
	predict(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
	says(p.unknown, "isn't signed");
	assert_int_not_equal(p.values.present & ES_PCR_BIT(4), 0);
}

/* The words of an event are nobody's: only those that were measured count. */
static void believes_no_words_that_were_not_measured(void **state)
{
	static const char *const authorities[] = { "two.der", NULL };
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_image(state, 1, "two", &s.menu);
	make_image(state, 2, "two", &s.now);
	make_image(state, 4, NULL, &s.next);
	q = boot(state, &s, authorities);
	/* The first event is SecureBoot's, its value the last byte. */
	assert_int_equal(s.log.bytes[ES_TEST_LOG_HEADER + ES_TEST_EVENT_SIZE + 4 + 32 + 20], 1);
	s.log.bytes[ES_TEST_LOG_HEADER + ES_TEST_EVENT_SIZE + 4 + 32 + 20] = 0;
	predict(&q, &p);
	says(p.unknown, "isn't signed");
}

static void believes_no_authority_that_was_not_measured(void **state)
{
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;
	ES_BUF one = oracle_read(state, "one.der");
	uint8_t *at;

	make_image(state, 1, "one", &s.menu);
	make_image(state, 2, "one", &s.now);
	make_image(state, 4, "one", &s.next);
	q = boot(state, &s, (const char *const[]){ "one.der", NULL });
	q.installed = NULL;
	predict(&q, &p);
	assert_int_not_equal(p.values.present & ES_PCR_BIT(7), 0);
	/* The name of the variable's owner, before the certificate: measured, and of no use to the reader. */
	at = memmem(s.log.bytes, s.log.len, one.data, one.len);
	assert_non_null(at);
	at[-1] ^= 1;
	predict(&q, &p);
	assert_int_equal(p.values.present & ES_PCR_BIT(7), 0);
}

static void knows_no_boot_loader_without_the_stub(void **state)
{
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;

	make_image(state, 1, NULL, &s.menu);
	make_image(state, 2, NULL, &s.now);
	make_image(state, 4, NULL, &s.next);
	q = boot(state, &s, NULL);
	q.stub = false;
	predict(&q, &p);
	assert_int_equal(p.values.present, ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12));
	says(p.unknown, "PCR 4: ");
}

static void leaves_a_recovery_boots_mark_out(void **state)
{
	static const uint8_t menus[] = "d\0e\0b\0u\0g\0\0";
	static struct scene s;
	struct es_predict_request q;
	struct es_prediction p;
	struct es_digest expected = { { 0 } };

	make_image(state, 1, NULL, &s.menu);
	make_image(state, 2, NULL, &s.now);
	make_image(state, 4, NULL, &s.next);
	q = boot(state, &s, NULL);
	es_test_log_event(&s.log, ES_PCR_OPTIONS, ES_EV_IPL, es_text_span(ES_RECOVERY_EVENT),
			  es_text_span(ES_RECOVERY_EVENT));
	es_test_log_event(&s.log, ES_PCR_OPTIONS, ES_EV_IPL, (struct es_span){ menus, 12 },
			  (struct es_span){ menus, 12 });
	q.log = es_test_log_span(&s.log);
	assert_int_equal(es_event_log_replay(q.log, es_sha256, NULL, &s.read), ES_OK);
	predict(&q, &p);
	assert_true(es_pcr_event(&expected, (struct es_span){ menus, 12 }, es_sha256));
	assert_true(es_digest_equal(&p.values.value[12], &expected));
	/* Asked for other options, or for a recovery boot, it is as the image alone has it. */
	q.options = "quiet";
	q.recovery = true;
	predict(&q, &p);
	assert_int_equal(es_image_predict_pcr12(&s.next.uki, "quiet", true, &expected), ES_OK);
	assert_true(es_digest_equal(&p.values.value[12], &expected));
}

static int folder_with_keys(void **state)
{
	if (oracle_folder_make(state) != 0)
		return -1;
	return oracle_shell(
	    state, "%s",
	    "for n in one two; do openssl req -x509 -newkey rsa:2048 -nodes -keyout $n.key "
	    "-subj /CN=$n -out $n.pem && openssl x509 -in $n.pem -outform DER -out $n.der || exit; done");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchanges_the_image_and_keeps_the_rest),
		cmocka_unit_test(says_when_the_installed_file_is_another),
		cmocka_unit_test(trusts_no_log_that_the_tpm_does_not_confirm),
		cmocka_unit_test(keeps_the_authority_of_the_same_signer),
		cmocka_unit_test(takes_the_last_authority_for_the_images),
		cmocka_unit_test(does_not_guess_at_another_signer),
		cmocka_unit_test(believes_no_words_that_were_not_measured),
		cmocka_unit_test(believes_no_authority_that_was_not_measured),
		cmocka_unit_test(knows_no_boot_loader_without_the_stub),
		cmocka_unit_test(leaves_a_recovery_boots_mark_out),
	};

	return cmocka_run_group_tests(tests, folder_with_keys, oracle_folder_remove);
}
