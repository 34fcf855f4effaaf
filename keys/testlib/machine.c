/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/testlib/machine.h"

#include "keys/core/authenticode.h"
#include "keys/core/event_log.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/keyring_named.h"
#include "keys/rotate.h"
#include "keys/store/file.h"
#include "keys/testlib/boot_events.h"
#include "keys/testlib/extend.h"
#include "keys/testlib/signed_image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct machine_boot machine_usual_boot = { .boot_loader = "the boot menu",
						 .secure_boot = "the keys of Secure Boot",
						 .image = "the boot image",
						 .vouched_by = "db",
						 .measured = ES_MEASURED };

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	assert_int_equal(system(line), 0);
}

void machine_start(struct machine *m, bool with_tpm)
{
	memset(m, 0, sizeof *m);
	strcpy(m->folder, "/tmp/etcseal-machine-XXXXXX");
	assert_non_null(mkdtemp(m->folder));
	snprintf(m->boot_dir, sizeof m->boot_dir, "%s/boot", m->folder);
	snprintf(m->run_dir, sizeof m->run_dir, "%s/run", m->folder);
	snprintf(m->log_path, sizeof m->log_path, "%s/log", m->folder);
	snprintf(m->uuid_path, sizeof m->uuid_path, "%s/uuid", m->folder);
	snprintf(m->firmware_dir, sizeof m->firmware_dir, "%s/firmware", m->folder);
	snprintf(m->power_dir, sizeof m->power_dir, "%s/power", m->folder);
	snprintf(m->options_path, sizeof m->options_path, "%s/options", m->folder);
	snprintf(m->key_name, sizeof m->key_name, "etcseal-test:%d", (int)getpid());
	assert_int_equal(mkdir(m->boot_dir, 0700), 0);
	snprintf(m->efivars, sizeof m->efivars, "%s/efi/efivars", m->firmware_dir);
	shell("mkdir -p %s && touch %s/BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c", m->efivars, m->efivars);
	machine_publish_strings(m);
	m->options = "quiet systemd.import_credentials=no noresume nohibernate\n";
	machine_hibernation(m, "[disabled]");
	m->uuid = "4c4c4544-0043-5910-8054-b7c04f4e3432";
	if (with_tpm)
		m->tpm = es_swtpm_start();
}

void machine_drop_keys(struct machine *m)
{
	enum es_reason r = es_keyring_drop_named(m->key_name);
	char next[ES_KEYRING_NAME_MAX];

	assert_true(r == ES_OK || r == ES_NOT_UNLOCKED);
	assert_int_equal(es_keyring_next_name(m->key_name, next), ES_OK);
	r = es_keyring_drop_named(next);
	assert_true(r == ES_OK || r == ES_NOT_UNLOCKED);
}

void machine_stop(struct machine *m)
{
	es_swtpm_stop(m->tpm);
	m->tpm = NULL;
	machine_drop_keys(m);
	shell("rm -rf %s", m->folder);
}

static const char *tcti(struct machine *m)
{
	if (m->way != NULL)
		return m->way(m);
	return m->tpm != NULL ? es_swtpm_tcti(m->tpm) : "device:/dev/there-is-no-tpm";
}

/* One event: into the log as the firmware writes it (crypto agile, SHA-256 alone), and into the TPM. */
static void measure_digest(struct machine *m, struct es_writer *log, const struct es_event *event)
{
	es_write_le32(log, event->pcr);
	es_write_le32(log, event->type);
	es_write_le32(log, 1);
	es_write_le16(log, 0x000b);
	es_write_bytes(log, event->sha256.bytes, sizeof event->sha256.bytes);
	es_write_le32(log, (uint32_t)event->data.len);
	es_write_bytes(log, event->data.data, event->data.len);
	if (m->tpm != NULL)
		es_swtpm_extend(m->tpm, event->pcr, &event->sha256);
}

static void measure(struct machine *m, struct es_writer *log, unsigned pcr, struct es_span data)
{
	struct es_event event = { .pcr = pcr, .type = ES_EV_IPL, .data = data };

	assert_true(es_sha256(&data, 1, &event.sha256));
	measure_digest(m, log, &event);
}

static void measure_sections(struct machine *m, struct es_writer *log, const struct es_pe *pe)
{
	struct es_uki uki;

	assert_int_equal(es_uki_find(pe, ES_PE_FILE, &uki), ES_OK);
	for (int i = 0; i < ES_UKI_MEASURED_COUNT; i++) {
		const char *name = es_uki_section_names[i];
		struct es_event event = { .pcr = ES_PCR_IMAGE, .type = ES_EV_IPL, .data = es_text_span(name) };
		const struct es_span name_and_nul = { event.data.data, event.data.len + 1 };

		if (!uki.present[i])
			continue;
		assert_true(es_sha256(&name_and_nul, 1, &event.sha256));
		measure_digest(m, log, &event);
		assert_true(es_sha256(&uki.section[i], 1, &event.sha256));
		measure_digest(m, log, &event);
	}
}

static void measure_shim(struct machine *m, struct es_writer *log, const struct machine_boot *b)
{
	static const uint8_t one = 1;
	const uint32_t authority = (uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY;
	struct boot_event e;

	if (!b->shim)
		return;
	boot_event_variable(authority, "SbatLevel", es_text_span("sbat,1,2025021800\n"), &e);
	measure_digest(m, log, &e.event);
	if (!b->shim_off)
		return;
	boot_event_variable(authority, "MokSBState", (struct es_span){ &one, 1 }, &e);
	measure_digest(m, log, &e.event);
}

static void measure_secure_boot(struct machine *m, struct es_writer *log, const struct machine_boot *b)
{
	const uint8_t on = !b->secure_boot_off;
	ES_BUF der = { NULL, 0 };
	struct boot_event e;

	if (b->secure_boot == NULL)
		return;
	boot_event_variable((uint32_t)ES_EV_EFI_VARIABLE_DRIVER_CONFIG, "SecureBoot", (struct es_span){ &on, 1 }, &e);
	measure_digest(m, log, &e.event);
	boot_event_variable((uint32_t)ES_EV_EFI_VARIABLE_DRIVER_CONFIG, "dbx", es_text_span(MACHINE_DBX), &e);
	measure_digest(m, log, &e.event);
	measure(m, log, ES_PCR_SECURE_BOOT, es_text_span(b->secure_boot));
	measure_shim(m, log, b);
	if (!on || b->vouched_by == NULL)
		return;
	signed_image_certificate(b->vouched_by, &der);
	boot_event_authority("db", es_buf_span(&der), &e);
	measure_digest(m, log, &e.event);
}

static void make_image(const struct machine *m, const struct machine_boot *b, struct es_buf *ret)
{
	ES_BUF plain = { NULL, 0 };
	struct es_span file = b->file, none;
	struct es_pe pe;

	if (file.len == 0) {
		small_image(b->image, m->public_key, &plain);
		file = es_buf_span(&plain);
	}
	assert_int_equal(es_pe_open(file, ES_PE_FILE, &pe), ES_OK);
	if (b->vouched_by != NULL && es_pe_signature(&pe, 0, &none) == ES_MISSING)
		signed_image(file, b->vouched_by, ret);
	else
		assert_int_equal(es_buf_copy(file, ret), ES_OK);
}

/* The partition may be full, or read-only, by a later boot. */
static void put_image(const struct machine *m, const char *path, struct es_span image)
{
	ES_BUF is = { NULL, 0 };

	if (es_file_read(AT_FDCWD, path, image.len, &is) == ES_OK && is.len == image.len &&
	    memcmp(is.data, image.data, is.len) == 0)
		return;
	shell("mkdir -p %s/EFI", m->boot_dir);
	assert_int_equal(es_file_write(AT_FDCWD, path, image), ES_OK);
}

static void measure_image(struct machine *m, struct es_writer *log, const struct machine_boot *b)
{
	ES_BUF image = { NULL, 0 };
	struct boot_event e;
	char path[160];
	struct es_pe pe;

	if (b->image == NULL && b->file.len == 0)
		return;
	make_image(m, b, &image);
	snprintf(path, sizeof path, "%s" MACHINE_IMAGE, m->boot_dir);
	put_image(m, path, es_buf_span(&image));
	assert_int_equal(es_pe_open(es_buf_span(&image), ES_PE_FILE, &pe), ES_OK);
	boot_event_program(&pe, MACHINE_IMAGE, &e);
	measure_digest(m, log, &e.event);
	measure_sections(m, log, &pe);
}

static void log_header(struct es_writer *log)
{
	es_write_le32(log, 0);
	es_write_le32(log, ES_EV_NO_ACTION);
	es_write_zeros(log, 20);
	es_write_le32(log, 33);
	es_write_bytes(log, "Spec ID Event03\0", 16);
	es_write_le32(log, 0);
	es_write_bytes(log, "\0\2\0\2", 4);
	es_write_le32(log, 1);
	es_write_le16(log, 0x000b);
	es_write_le16(log, ES_SHA256_LEN);
	es_write_bytes(log, "", 1);
}

/* What our stub does, written once more. */
static void measure_handed_over(struct machine *m, struct es_writer *log, const char *label, const char *name,
				struct es_span value)
{
	uint8_t bytes[1024];
	struct es_writer w = { .data = bytes, .cap = sizeof bytes };

	es_write_bytes(&w, label, strlen(label) + 1);
	if (name != NULL)
		es_write_bytes(&w, name, strlen(name) + 1);
	es_write_bytes(&w, value.data, value.len);
	assert_false(w.bad);
	measure(m, log, ES_PCR_OPTIONS, (struct es_span){ bytes, w.pos });
	m->handed_over++;
}

static void measure_firmware_options(struct machine *m, struct es_writer *log)
{
	static const char *const names[] = { "SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67",
					     "HibernateLocation-8cf2644b-4b0b-428f-9387-6d876050dc67",
					     "FactoryReset-8cf2644b-4b0b-428f-9387-6d876050dc67" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		ES_BUF file = { NULL, 0 };
		char path[256];

		snprintf(path, sizeof path, "%s/%s", m->efivars, names[i]);
		if (es_file_read(AT_FDCWD, path, 512, &file) == ES_OK)
			measure_handed_over(m, log, "etcseal/v1/efi-variable", names[i],
					    (struct es_span){ file.data + 4, file.len - 4 });
	}
	for (size_t i = 0; i < sizeof m->smbios / sizeof *m->smbios && m->smbios[i] != NULL; i++)
		if (strncmp(m->smbios[i], "io.systemd.", 11) == 0)
			measure_handed_over(m, log, "etcseal/v1/smbios-string", NULL, es_text_span(m->smbios[i]));
}

static void firmware(struct machine *m, const struct machine_boot *b)
{
	uint8_t bytes[32 << 10];
	struct es_writer log = { .data = bytes, .cap = sizeof bytes };

	log_header(&log);
	if (b->driver != NULL)
		measure(m, &log, ES_PCR_DRIVERS, es_text_span(b->driver));
	measure_secure_boot(m, &log, b);
	if (b->boot_loader != NULL)
		measure(m, &log, ES_PCR_BOOT_LOADER, es_text_span(b->boot_loader));
	measure_image(m, &log, b);
	if (b->recovery)
		measure(m, &log, ES_PCR_OPTIONS, es_text_span(ES_RECOVERY_EVENT));
	if (b->options != NULL)
		measure(m, &log, ES_PCR_OPTIONS, es_text_span(b->options));
	m->handed_over = b->old_stub ? ES_FIRMWARE_UNSEEN : 0;
	if (!b->old_stub)
		measure_firmware_options(m, &log);
	assert_false(log.bad);
	assert_int_equal(es_file_write(AT_FDCWD, m->log_path, (struct es_span){ bytes, log.pos }), ES_OK);
	assert_int_equal(es_file_write(AT_FDCWD, m->uuid_path, es_text_span(m->uuid)), ES_OK);
	assert_int_equal(es_file_write(AT_FDCWD, m->options_path, es_text_span(m->options)), ES_OK);
}

static void leave_file(struct machine *m, const char *name, struct es_span data)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", m->run_dir, name);
	if (data.len > 0)
		assert_int_equal(es_file_write(AT_FDCWD, path, data), ES_OK);
}

static void leave(struct machine *m, struct es_opening *o)
{
	ES_SECRET key = es_opening_take_key(o);
	ES_BUF json = { NULL, 0 };
	char path[128];

	assert_int_equal(es_boot_record_write(es_opening_record(o), &json), ES_OK);
	snprintf(path, sizeof path, "%s/boot.json", m->run_dir);
	assert_int_equal(es_file_write(AT_FDCWD, path, es_buf_span(&json)), ES_OK);
	leave_file(m, ES_RUN_PUBLIC_KEY_NAME, m->public_key);
	leave_file(m, ES_RUN_SIGNATURE_NAME, m->signature);
	machine_drop_keys(m);
	if (key != NULL)
		assert_int_equal(es_keyring_put_named(m->key_name, key), ES_OK);
}

void machine_hibernation(const struct machine *m, const char *modes)
{
	shell("mkdir -p %s && echo '%s' >%s/disk && echo 0:0 >%s/resume", m->power_dir, modes, m->power_dir,
	      m->power_dir);
}

static int open_dir(const char *base, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", base, name);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void machine_power_on(struct machine *m, const struct machine_boot *boot)
{
	if (m->tpm != NULL)
		es_swtpm_power_cycle(m->tpm);
	firmware(m, boot);
}

static enum es_reason agree(const struct machine_boot *boot, struct es_opening *o, enum es_reason r)
{
	return boot->consent && es_opening_asks(o) != ES_ASK_NOTHING ? es_opening_consent(o) : r;
}

enum es_reason machine_boot(struct machine *m, const struct machine_boot *boot, const char *recovery_text,
			    struct es_boot_record *ret_record)
{
	struct es_handover handover = { .measured = m->tpm != NULL ? boot->measured : ES_MEASURED_NOTHING,
					.secure_boot = !boot->secure_boot_off,
					.recovery = boot->recovery,
					.bank = { true, true } };
	struct es_pins pins = { .key_count = 0 };
	struct es_opening_request request = { .handover = &handover,
					      .product_uuid = m->uuid,
					      .pins = &pins,
					      .no_automatic = boot->no_automatic,
					      .pcr_public_key = m->public_key };
	ES_SCOPED(es_opening_freep) struct es_opening *o = NULL;
	char detail[ES_PINS_DETAIL];
	ES_BUF log = { NULL, 0 };
	ES_FD tree = -1;
	ES_FD banks = -1;
	enum es_reason r;

	machine_power_on(m, boot);
	handover.firmware_options = m->handed_over;
	request.tcti = tcti(m);
	shell("rm -rf %s", m->run_dir);
	shell("mkdir -p %s/ram/tree", m->run_dir);
	tree = open_dir(m->run_dir, "ram/tree");
	banks = open_dir(m->boot_dir, ES_BANK_FOLDER);
	assert_true(tree >= 0);
	assert_int_equal(es_file_read(AT_FDCWD, m->log_path, ES_LOG_MAX, &log), ES_OK);
	request.banks_dirfd = banks;
	request.event_log = es_buf_span(&log);
	request.pcr_signature = m->signature;
	if (boot->pins != NULL)
		request.no_automatic = es_pins_parse(es_text_span(boot->pins), &pins, detail);
	assert_int_equal(es_opening_new(&request, &o), ES_OK);
	r = agree(boot, o, es_opening_key(o, recovery_text));
	if (r == ES_OK)
		r = agree(boot, o, es_opening_unpack(o, tree));
	if (r == ES_OK && es_opening_record(o)->state != ES_BOOT_UNLOCKED)
		r = es_opening_unpack(o, tree); /* once more, since somebody agreed */
	*ret_record = *es_opening_record(o);
	leave(m, o);
	return r;
}

struct es_host *machine_host(struct machine *m)
{
	struct es_host_request request = { .boot_dir = m->boot_dir,
					   .run_dir = m->run_dir,
					   .tcti = tcti(m),
					   .event_log = m->log_path,
					   .product_uuid = m->uuid_path,
					   .firmware = m->firmware_dir,
					   .options = m->options_path,
					   .power = m->power_dir,
					   .key_name = m->key_name };
	struct es_host *host = NULL;

	assert_int_equal(es_host_open(&request, &host), ES_OK);
	return host;
}

enum es_reason machine_init(struct machine *m, bool kdf, char *ret_recovery)
{
	ES_HOST host = machine_host(m);
	ES_SECRET recovery = NULL;
	enum es_reason r = es_host_init(host, &(struct es_init_request){ .kdf = kdf }, &recovery);

	if (r == ES_OK)
		es_recovery_code_write(es_secret_bytes(recovery), ret_recovery);
	return r;
}

enum es_reason machine_set_mode(struct es_host *host, enum es_mode mode, char *ret_recovery)
{
	char old_id[ES_RECOVERY_ID_TEXT];
	ES_SECRET recovery = NULL;
	enum es_reason r = es_host_set_mode(host, mode, old_id, &recovery);

	if (recovery != NULL && ret_recovery != NULL)
		es_recovery_code_write(es_secret_bytes(recovery), ret_recovery);
	return r == ES_OK && recovery != NULL ? es_host_rotate_finish(host) : r;
}

void machine_write(struct machine *m, const char *path, const char *text)
{
	char full[256], line[600];

	snprintf(full, sizeof full, "%s/ram/tree/%s", m->run_dir, path);
	snprintf(line, sizeof line, "mkdir -p $(dirname %s)", full);
	assert_int_equal(system(line), 0);
	assert_int_equal(es_file_write(AT_FDCWD, full, es_text_span(text)), ES_OK);
}

bool machine_has(struct machine *m, const char *path, const char *text)
{
	ES_BUF is = { NULL, 0 };
	char full[256];

	snprintf(full, sizeof full, "%s/ram/tree/%s", m->run_dir, path);
	return es_file_read(AT_FDCWD, full, 65536, &is) == ES_OK && is.len == strlen(text) &&
	       memcmp(is.data, text, is.len) == 0;
}

void machine_bank_path(struct machine *m, unsigned bank, const char *name, char ret[static 128])
{
	snprintf(ret, 128, "%s/" ES_BANK_FOLDER "/bank%u/%s", m->boot_dir, bank, name);
}
