/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/testlib/predict_scene.h"

#include "keys/core/authenticode.h"
#include "keys/crypto/hash.h"
#include "keys/testlib/oracle.h"

#include <string.h>

void predict_open(struct predict_image *i)
{
	assert_int_equal(es_pe_open((struct es_span){ i->bytes, i->len }, ES_PE_FILE, &i->pe), ES_OK);
	assert_int_equal(es_uki_find(&i->pe, ES_PE_FILE, &i->uki), ES_OK);
}

void predict_make_image(void **state, uint8_t fill, const char *by, struct predict_image *ret)
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
	predict_open(ret);
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

struct es_predict_request predict_boot(void **state, struct predict_scene *s, const char *const *authorities)
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

void predict_now(const struct es_predict_request *q, struct es_prediction *ret)
{
	unsigned pcr;

	assert_int_equal(es_predict(q, &pcr, ret), ES_OK);
}

void assert_comes_true(void **state, const struct predict_scene *now, const char *const *authorities,
		       const struct es_prediction *p)
{
	static struct predict_scene then;

	then.menu = now->menu;
	then.now = now->next;
	predict_open(&then.menu);
	predict_open(&then.now);
	predict_boot(state, &then, authorities);
	assert_int_equal(p->values.present,
			 ES_PCR_BIT(2) | ES_PCR_BIT(4) | ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12));
	assert_int_equal(es_pcr_differ(&p->values, &then.read, p->values.present), 0);
	assert_string_equal(p->unknown, "");
}

void assert_part(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" isn't in \"%s\"", part, text);
}

int predict_folder(void **state)
{
	if (oracle_folder_make(state) != 0)
		return -1;
	return oracle_shell(
	    state, "%s",
	    "for n in one two; do openssl req -x509 -newkey rsa:2048 -nodes -keyout $n.key "
	    "-subj /CN=$n -out $n.pem && openssl x509 -in $n.pem -outform DER -out $n.der || exit; done");
}
