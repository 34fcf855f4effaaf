/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stub at the front of a boot image: finds the image's sections in memory; measures them, the options from outside
 * and the banks; hands over and starts the kernel. The firmware has verified and measured the whole image. FORMAT.md
 * has the measurements and the handover.
 *
 * Everything is used from where it was measured: the loaded image, or a buffer read once. Nothing is read twice.
 */
#include "efi/banks.h"
#include "efi/defences.h"
#include "efi/event_log_scrub.h"
#include "efi/firmware_options.h"
#include "efi/handover.h"
#include "efi/initrd.h"
#include "efi/measure.h"
#include "efi/options.h"
#include "efi/start.h"
#include "efi/variables.h"
#include "keys/core/labels.h"
#include "keys/core/utf16.h"
#include "keys/core/wipe.h"

#include <string.h>

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table);

/* Tools (bootctl) identify a boot image's stub by this. */
__attribute__((section(".sdmagic"), used)) static const char magic[] =
    "#### LoaderInfo: etcseal-stub " ES_VERSION_TEXT " ####\0" ES_STUB_MEASURES_FIRMWARE;

/* Generations of the stub, for revoking a faulty one (shim's SBAT.md): CSV without a final NUL. */
#define SBAT                                                                                                           \
	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"                                \
	"etcseal,1,etcseal,etcseal," ES_VERSION_TEXT ",-\n"
__attribute__((section(".sbat"), used)) static const char sbat[sizeof SBAT - 1] = SBAT;

static EFI_STATUS open_firmware(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table, struct es_firmware *ret)
{
	EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_STATUS status;
	void *found;

	*ret = (struct es_firmware){ .image = handle, .table = table, .boot = table->BootServices };
	status = es_protocol(ret, handle, &guid, &found);
	if (EFI_ERROR(status)) {
		es_complain(ret, "the firmware doesn't say where the boot image is in memory", status,
			    "Trying its next boot entry.");
		return status;
	}
	ret->loaded = found;
	return EFI_SUCCESS;
}

static EFI_STATUS find_sections(const struct es_firmware *fw, struct es_pe *ret_pe, struct es_uki *ret_uki)
{
	const struct es_span image = { fw->loaded->ImageBase, (size_t)fw->loaded->ImageSize };
	enum es_reason r = es_pe_open(image, ES_PE_LOADED, ret_pe);

	if (r == ES_OK)
		r = es_uki_find(ret_pe, ES_PE_LOADED, ret_uki);
	if (r == ES_OK)
		return EFI_SUCCESS;
	es_say(fw, r == ES_MISSING
		       ? "this boot image has no .linux, .initrd or .cmdline section, so nothing was started. "
			 "Rebuild it with `etcseal image build`."
		       : "this boot image's sections are damaged, so nothing was started. "
			 "Rebuild it with `etcseal image build`.");
	return EFI_LOAD_ERROR;
}

static void measure_options(struct es_measuring *m, const struct es_outside *outside)
{
	ES_PAGES utf16 = { .data = NULL };
	struct es_writer w;

	if (outside->recovery)
		es_measure_recovery(m);
	if (outside->kind != ES_OUTSIDE_USED || !ES_WITH_OPTIONS_MEASURING)
		return;
	/* UTF-16 has at most two bytes for each byte of UTF-8. Without memory for it the event won't match the seal. */
	if (!EFI_ERROR(es_pages_new(m->fw, EfiLoaderData, 2 * (outside->len + 1), &utf16))) {
		w = (struct es_writer){ .data = utf16.data, .cap = utf16.len };
		es_utf16_from_utf8((struct es_span){ (const uint8_t *)outside->text, outside->len }, &w);
		es_measure_options(m, (struct es_span){ utf16.data, w.pos });
	} else {
		es_measure_options(m, (struct es_span){ (const uint8_t *)outside->text, outside->len });
	}
}

static void measure_banks(struct es_measuring *m, const struct es_banks *banks)
{
	for (int bank = 0; bank < ES_BANK_COUNT; bank++)
		for (int i = 0; i < ES_BANK_FILES; i++) {
			char name[32] = { 0 };
			struct es_writer w = { .data = (uint8_t *)name, .cap = sizeof name - 1 };

			/* An empty file gets no event: firmware may refuse one without data. */
			if (es_pages_span(&banks->file[bank][i]).len == 0)
				continue;
			es_write_text(&w, bank == 0 ? "bank0/" : "bank1/");
			es_write_text(&w, es_bank_file_names[i]);
			es_measure_bank_file(m, name, es_pages_span(&banks->file[bank][i]));
		}
}

/* Everything that one boot gathers: one type, so that it is all freed and wiped at the end of one scope. */
struct boot {
	struct es_uki uki;
	char own_room[ES_OPTIONS_MAX];
	struct es_span own; /* the image's own options, cleaned */
	struct es_outside outside;
	struct es_banks banks;
	struct es_handover handover;
	struct es_handover_cpio extra;
};

static void boot_free(struct boot *b)
{
	es_outside_wipe(&b->outside);
	es_banks_free(&b->banks);
	es_pages_free(&b->extra.cpio);
}

static EFI_STATUS read_own_options(const struct es_firmware *fw, struct boot *b)
{
	struct es_span section = b->uki.section[ES_UKI_CMDLINE];
	size_t len = 0;

	if (section.len > sizeof b->own_room) {
		es_say(fw,
		       "the kernel options in this boot image are longer than 4096 characters, so nothing was started. "
		       "Rebuild it with shorter ones.");
		return EFI_LOAD_ERROR;
	}
	memcpy(b->own_room, section.data, section.len);
	while (len < section.len && b->own_room[len] != '\0')
		len++;
	b->own = (struct es_span){ (const uint8_t *)b->own_room, es_options_clean(b->own_room, len) };
	return EFI_SUCCESS;
}

static void take_in_and_measure(struct es_measuring *m, struct boot *b)
{
	const struct es_firmware *fw = m->fw;

	b->handover.secure_boot = es_secure_boot(fw);
	es_outside_read(fw, b->own, b->handover.secure_boot && ES_WITH_OPTIONS_DROP, &b->outside);
	es_measure_image(m, &b->uki);
	measure_options(m, &b->outside);
	b->handover.firmware_options = (int)es_firmware_options_measure(m);
	es_banks_read(fw, &b->banks);
	measure_banks(m, &b->banks);
	es_event_logs_scrub(m);
	b->handover.measured = m->result;
	b->handover.outside = b->outside.kind;
	b->handover.recovery = b->outside.recovery;
	for (int bank = 0; bank < ES_BANK_COUNT; bank++) {
		b->handover.bank[bank] = b->banks.present[bank];
		b->handover.bank_refused[bank] = b->banks.refused[bank];
	}
	es_partition_uuid(fw, b->handover.device_uuid);
}

static EFI_STATUS build_extra(const struct es_firmware *fw, struct boot *b)
{
	const struct es_handover_cpio_request request = {
		.handover = &b->handover,
		.banks = &b->banks,
		.uki = &b->uki,
		.recovery_value = b->outside.recovery ? b->outside.recovery_value : NULL,
	};
	EFI_STATUS status = es_handover_cpio_build(fw, &request, &b->extra);

	es_wipe(b->outside.recovery_value, sizeof b->outside.recovery_value);
	es_banks_free(&b->banks); /* they have been copied into the cpio */
	if (EFI_ERROR(status))
		es_complain(fw, "can't prepare the handover to the boot helper", status,
			    "Trying the firmware's next boot entry.");
	return status;
}

static EFI_STATUS start(const struct es_firmware *fw, uint16_t machine, struct boot *b)
{
	ES_INITRD initrd = {
		.part = { b->uki.section[ES_UKI_UCODE], b->uki.section[ES_UKI_INITRD], es_pages_span(&b->extra.cpio) },
		.secret = (uint8_t *)(uintptr_t)b->extra.recovery.data,
		.secret_len = b->extra.recovery.len,
	};
	struct es_start_request request = {
		.kernel = b->uki.section[ES_UKI_LINUX],
		.options = b->own,
		.machine = machine,
	};
	EFI_STATUS status;

	/* They replace the image's own, as with other stubs: otherwise no option could be removed. */
	if (b->outside.kind == ES_OUTSIDE_USED)
		request.options = (struct es_span){ (const uint8_t *)b->outside.text, b->outside.len };
	status = es_initrd_register(fw, &initrd);
	if (EFI_ERROR(status)) {
		es_complain(fw, "can't offer the initrd to the kernel", status,
			    "Nothing was started; another program in this firmware offers one.");
		return status;
	}
	return es_start(fw, &request);
}

/* Everything after the first measurement: every way out passes es_measuring_end, which ES_MEASURING calls. */
static EFI_STATUS boot_measured(const struct es_firmware *fw, uint16_t machine, struct boot *b)
{
	ES_MEASURING measuring;
	EFI_STATUS status;

	es_measuring_open(fw, &measuring);
	take_in_and_measure(&measuring, b);
	es_variables_set(fw, b->handover.device_uuid);
	status = build_extra(fw, b);
	return EFI_ERROR(status) ? status : start(fw, machine, b);
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
	ES_SCOPED(boot_free) struct boot boot = { .handover = { .secure_boot = false } };
	struct es_firmware fw;
	struct es_pe self;
	EFI_STATUS status = open_firmware(handle, table, &fw);

	if (!EFI_ERROR(status))
		status = find_sections(&fw, &self, &boot.uki);
	if (!EFI_ERROR(status))
		status = read_own_options(&fw, &boot);
	return EFI_ERROR(status) ? status : boot_measured(&fw, self.machine, &boot);
}
