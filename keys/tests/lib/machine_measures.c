/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine_measures.h"

#include "keys/core/authenticode.h"
#include "keys/core/event_log.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/store/file.h"
#include "keys/tests/lib/boot_events.h"
#include "keys/tests/lib/extend.h"
#include "keys/tests/lib/signed_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One event: into the log as the firmware writes it (crypto agile, only SHA-256), and into the TPM. */
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

/* The partition may be full or read-only by a later boot. */
static void put_image(const struct machine *m, const char *path, struct es_span image)
{
	ES_BUF is = { NULL, 0 };
	char folder[128];

	if (es_file_read(AT_FDCWD, path, image.len, &is) == ES_OK && is.len == image.len &&
	    memcmp(is.data, image.data, is.len) == 0)
		return;
	snprintf(folder, sizeof folder, "%s/EFI", m->boot_dir);
	assert_true(mkdir(folder, 0700) == 0 || errno == EEXIST);
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

/* A second implementation of what our stub does. */
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

static void measure_order(struct machine *m, struct es_writer *log, const struct machine_boot *b)
{
	struct boot_event e;

	if (b->boot_order.len == 0)
		return;
	boot_event_variable((uint32_t)ES_EV_EFI_VARIABLE_BOOT, "BootOrder", b->boot_order, &e);
	e.event.pcr = 1;
	measure_digest(m, log, &e.event);
}

void machine_measure(struct machine *m, const struct machine_boot *b)
{
	uint8_t bytes[32 << 10];
	struct es_writer log = { .data = bytes, .cap = sizeof bytes };

	log_header(&log);
	measure_order(m, &log, b);
	if (b->driver != NULL)
		measure(m, &log, ES_PCR_DRIVERS, es_text_span(b->driver));
	measure_secure_boot(m, &log, b);
	if (b->unlogged && m->tpm != NULL)
		es_swtpm_extend(m->tpm, ES_PCR_SECURE_BOOT, &(struct es_digest){ { 1 } });
	if (b->boot_loader != NULL)
		measure(m, &log, ES_PCR_BOOT_LOADER, es_text_span(b->boot_loader));
	measure_image(m, &log, b);
	if (b->recovery)
		measure(m, &log, ES_PCR_OPTIONS, es_text_span(ES_RECOVERY_EVENT));
	if (b->options != NULL)
		measure(m, &log, ES_PCR_OPTIONS, es_text_span(b->options));
	m->handed_over = b->old_stub ? ES_FIRMWARE_NOT_MEASURED : 0;
	if (!b->old_stub)
		measure_firmware_options(m, &log);
	assert_false(log.bad);
	assert_int_equal(es_file_write(AT_FDCWD, m->log_path, (struct es_span){ bytes, log.pos }), ES_OK);
	assert_int_equal(es_file_write(AT_FDCWD, m->uuid_path, es_text_span(m->uuid)), ES_OK);
	assert_int_equal(es_file_write(AT_FDCWD, m->options_path, es_text_span(m->options)), ES_OK);
}
