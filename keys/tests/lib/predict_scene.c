/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/predict_scene.h"

#include "keys/core/authenticode.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/boot_events.h"
#include "keys/tests/lib/oracle.h"

#include <stdio.h>
#include <string.h>

enum { PCR_SHIM = 14, EV_DRIVER = (int)0x80000004 };

void predict_open(struct predict_image *i)
{
	assert_int_equal(es_pe_open((struct es_span){ i->bytes, i->len }, ES_PE_FILE, &i->pe), ES_OK);
	assert_int_equal(es_uki_find(&i->pe, ES_PE_FILE, &i->uki), ES_OK);
}

static void sign(void **state, const char *by, struct predict_image *i)
{
	if (by != NULL) {
		ES_BUF file = { NULL, 0 };

		oracle_write(state, "image", (struct es_span){ i->bytes, i->len });
		assert_int_equal(oracle_shell(state, "sbsign --key %s.key --cert %s.pem --output signed image", by, by),
				 0);
		file = oracle_read(state, "signed");
		assert_true(file.len <= sizeof i->bytes);
		memcpy(i->bytes, file.data, file.len);
		i->len = file.len;
	}
	predict_open(i);
}

void predict_make_image(void **state, uint8_t fill, const char *by, struct predict_image *ret)
{
	const struct es_test_pe_section sections[] = {
		{ ".text", 0x200, 1 }, { ".linux", 0x300, fill }, { ".cmdline", 0x20, 'a' }, { ".initrd", 0x100, 3 }
	};

	ret->len = es_test_pe_make(sections, 4, ret->bytes);
	sign(state, by, ret);
}

void predict_make_sbat_image(void **state, const char *sbat, const char *by, struct predict_image *ret)
{
	const struct es_test_pe_section sections[] = { { ".text", 0x200, 1 },
						       { ".linux", 0x300, 9 },
						       { ".cmdline", 0x20, 'a' },
						       { ".initrd", 0x100, 3 },
						       { ".sbat", (uint32_t)strlen(sbat), 0 } };

	ret->len = es_test_pe_make(sections, 5, ret->bytes);
	memcpy(ret->bytes + es_test_get32(ret->bytes, es_test_pe_at(4, ES_TEST_PE_ROFF)), sbat, strlen(sbat));
	sign(state, by, ret);
}

static void put(struct es_test_log *log, const struct es_event *event)
{
	size_t at = log->len;

	es_test_log_event(log, event->pcr, event->type, event->data, event->data);
	memcpy(log->bytes + at + ES_TEST_EVENT_ALG2 + 2, event->sha256.bytes, sizeof event->sha256.bytes);
}

static void variable(struct es_test_log *log, int type, const char *name, const char *value, size_t len)
{
	struct boot_event e;

	boot_event_variable((uint32_t)type, name, (struct es_span){ (const uint8_t *)value, len }, &e);
	put(log, &e.event);
}

/* "LIST:NAME"; shim's own single certificate has no owner. */
static void certificate(void **state, struct es_test_log *log, const char *word, const char *colon)
{
	char list[32], file[32];
	ES_BUF der = { NULL, 0 };
	struct boot_event e;

	snprintf(list, sizeof list, "%.*s", (int)(colon - word), word);
	snprintf(file, sizeof file, "%s.der", colon + 1);
	der = oracle_read(state, file);
	if (strcmp(list, "Shim") == 0)
		boot_event_variable((uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY, list, es_buf_span(&der), &e);
	else
		boot_event_authority(list, es_buf_span(&der), &e);
	put(log, &e.event);
}

static void hash(struct predict_scene *s, const char *word, const char *mark)
{
	struct es_digest digest;
	struct boot_event e;
	char list[32];

	snprintf(list, sizeof list, "%.*s", (int)(mark - word), word);
	assert_string_equal(mark, "#now");
	assert_int_equal(es_authenticode(&s->now.pe, es_sha256, &digest), ES_OK);
	boot_event_authority(list, (struct es_span){ digest.bytes, sizeof digest.bytes }, &e);
	put(&s->log, &e.event);
}

static void program(struct es_test_log *log, const struct es_pe *pe, const char *path)
{
	struct boot_event e;

	boot_event_program(pe, path, &e);
	put(log, &e.event);
}

static void sections(struct es_test_log *log, const struct es_uki *uki)
{
	for (int i = 0; i < ES_UKI_MEASURED_COUNT; i++) {
		const char *name = es_uki_section_names[i];

		if (!uki->present[i])
			continue;
		es_test_log_event(log, ES_PCR_IMAGE, ES_EV_IPL,
				  (struct es_span){ (const uint8_t *)name, strlen(name) + 1 }, es_text_span(name));
		es_test_log_event(log, ES_PCR_IMAGE, ES_EV_IPL, uki->section[i], es_text_span(name));
	}
}

static bool firmware_word(struct es_test_log *log, const char *word)
{
	static const char debug[] = "UEFI Debug Mode";
	const int config = ES_EV_EFI_VARIABLE_DRIVER_CONFIG;

	if (strncmp(word, "sb=", 3) == 0)
		variable(log, config, "SecureBoot", word[3] == '1' ? "\1" : "", 1);
	else if (strcmp(word, "pk") == 0)
		variable(log, config, "PK", "a key", 5);
	else if (strcmp(word, "nopk") == 0)
		variable(log, config, "PK", "", 0);
	else if (strcmp(word, "audit") == 0)
		variable(log, config, "AuditMode", "\1", 1);
	else if (strcmp(word, "debug") == 0)
		es_test_log_event(log, ES_PCR_SECURE_BOOT, (uint32_t)ES_EV_EFI_ACTION, es_text_span(debug),
				  es_text_span(debug));
	else if (strcmp(word, "driver") == 0)
		es_test_log_event(log, ES_PCR_DRIVERS, (uint32_t)EV_DRIVER, es_text_span("driver"),
				  es_text_span("driver"));
	else
		return false;
	return true;
}

static bool shim_word(struct es_test_log *log, const char *word)
{
	const int authority = ES_EV_EFI_VARIABLE_AUTHORITY;

	if (strcmp(word, "sbat") == 0)
		variable(log, authority, "SbatLevel", PREDICT_SBAT_LEVEL, sizeof PREDICT_SBAT_LEVEL - 1);
	else if (strncmp(word, "moksb=", 6) == 0)
		variable(log, authority, "MokSBState", word[6] == '1' ? "\1" : "", 1);
	else if (strcmp(word, "mok") == 0)
		es_test_log_event(log, PCR_SHIM, ES_EV_IPL, es_text_span("the keys"),
				  (struct es_span){ (const uint8_t *)"MokList", 8 });
	else
		return false;
	return true;
}

static void one_word(void **state, struct predict_scene *s, const char *word)
{
	const char *colon = strchr(word, ':'), *mark = strchr(word, '#');

	if (firmware_word(&s->log, word) || shim_word(&s->log, word))
		return;
	if (colon != NULL)
		certificate(state, &s->log, word, colon);
	else if (mark != NULL)
		hash(s, word, mark);
	else if (strcmp(word, "lie") == 0)
		s->log.bytes[s->log.len - 1] ^= 1;
	else if (strcmp(word, "menu") == 0)
		program(&s->log, &s->menu.pe, "/EFI/BOOT/BOOTX64.EFI");
	else if (strcmp(word, "mm") == 0)
		program(&s->log, &s->menu.pe, "/EFI/BOOT/mmx64.efi");
	else if (strcmp(word, "now") == 0)
		program(&s->log, &s->now.pe, "/EFI/Linux/now.efi");
	else if (strcmp(word, "program") == 0)
		program(&s->log, &s->now.pe, NULL);
	else if (strcmp(word, "sections") != 0)
		fail_msg("what is %s?", word);
	if (strcmp(word, "now") == 0 || strcmp(word, "sections") == 0)
		sections(&s->log, &s->now.uki);
}

struct es_predict_request predict_boot_as(void **state, struct predict_scene *s, const char *words)
{
	char copy[256], *rest = NULL;

	es_test_log_begin(&s->log);
	snprintf(copy, sizeof copy, "%s", words);
	for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		one_word(state, s, word);
	es_test_log_event(&s->log, ES_PCR_BOOT_LOADER, (uint32_t)ES_EV_EFI_ACTION, es_text_span("Exit"),
			  es_text_span("Exit"));
	assert_int_equal(es_event_log_replay(es_test_log_span(&s->log), es_sha256, NULL, &s->read), ES_OK);
	return (struct es_predict_request){ .image = &s->next.pe,
					    .uki = &s->next.uki,
					    .log = es_test_log_span(&s->log),
					    .read = &s->read,
					    .stub = true,
					    .installed = &s->now.pe };
}

static void words_of(const char *const *authorities, char ret[static 256])
{
	int n = snprintf(ret, 256, "sb=%d", authorities != NULL);

	for (; authorities != NULL && *authorities != NULL; authorities++)
		n += snprintf(ret + n, 256 - (size_t)n, " db:%.*s", (int)strcspn(*authorities, "."), *authorities);
	snprintf(ret + n, 256 - (size_t)n, " menu now");
}

struct es_predict_request predict_boot(void **state, struct predict_scene *s, const char *const *authorities)
{
	char words[256];

	words_of(authorities, words);
	return predict_boot_as(state, s, words);
}

void predict_now(const struct es_predict_request *q, struct es_prediction *ret)
{
	assert_int_equal(es_predict(q, ret), ES_OK);
}

void assert_comes_true_as(void **state, const struct predict_scene *now, const char *words,
			  const struct es_prediction *p)
{
	static struct predict_scene then;

	then.menu = now->menu;
	then.now = now->next;
	predict_open(&then.menu);
	predict_open(&then.now);
	predict_boot_as(state, &then, words);
	assert_int_equal(p->values.present,
			 ES_PCR_BIT(2) | ES_PCR_BIT(4) | ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12));
	assert_int_equal(es_pcr_differ(&p->values, &then.read, p->values.present), 0);
	assert_string_equal(p->unknown, "");
	assert_string_equal(p->refused, "");
}

void assert_comes_true(void **state, const struct predict_scene *now, const char *const *authorities,
		       const struct es_prediction *p)
{
	char words[256];

	words_of(authorities, words);
	assert_comes_true_as(state, now, words, p);
}

void assert_part(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" isn't in \"%s\"", part, text);
}

int predict_folder(void **state)
{
	static const char keys[] =
	    "self() { n=$1; shift; openssl req -x509 -newkey rsa:2048 -nodes -keyout $n.key -subj /CN=$n -out $n.pem "
	    "\"$@\"; } && "
	    "issue() { openssl req -newkey rsa:2048 -nodes -keyout $1.key -subj /CN=$1 -out $1.csr && "
	    "openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $1.pem; } && "
	    "self one && self two && self ca && issue leaf && issue twig && "
	    "self modules -addext extendedKeyUsage=codeSigning,1.3.6.1.4.1.2312.16.1.2 && "
	    "for n in one two ca leaf twig modules; do openssl x509 -in $n.pem -outform DER -out $n.der && "
	    "cert-to-efi-sig-list $n.pem $n.esl && "
	    "cert-to-efi-hash-list -s 384 $n.pem $n.hash.esl >/dev/null || exit; done";

	return oracle_folder_make(state) != 0 ? -1 : oracle_shell(state, "%s", keys);
}
