/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/handover.h"

#include "keys/core/cpio.h"

#include <string.h>

enum {
	FOLDER_MODE = 0500,
	FILE_MODE = 0400,
	EXTRA_MODE = 0555, /* these two as in systemd: the files there are in the image, which anyone can read */
	IMAGE_FILE_MODE = 0444,
	BOOT_JSON_MAX = 1024,
	PATH_LEN = 64,
};

static const char extra_dir[] = ".extra";
static const char ours_dir[] = ".extra/etcseal";

static const struct {
	enum es_uki_section section;
	const char *path; /* as systemd names them */
} image_files[] = {
	{ ES_UKI_PCRSIG, ".extra/tpm2-pcr-signature.json" },
	{ ES_UKI_PCRPKEY, ".extra/tpm2-pcr-public-key.pem" },
	{ ES_UKI_OSREL, ".extra/os-release" },
};

/* ".extra/etcseal/bank0" or, with a name, a file in it. */
static const char *bank_path(char room[static PATH_LEN], int bank, const char *name)
{
	struct es_writer w = { .data = (uint8_t *)room, .cap = PATH_LEN - 1 };

	memset(room, 0, PATH_LEN);
	es_write_text(&w, ours_dir);
	es_write_text(&w, bank == 0 ? "/bank0" : "/bank1");
	if (name) {
		es_write_text(&w, "/");
		es_write_text(&w, name);
	}
	return room;
}

static void write_banks(struct es_cpio *c, const struct es_banks *banks)
{
	char room[PATH_LEN];

	for (int bank = 0; bank < ES_BANK_COUNT; bank++) {
		if (!banks->present[bank])
			continue;
		es_cpio_folder(c, bank_path(room, bank, NULL), FOLDER_MODE);
		for (int i = 0; i < ES_BANK_FILES; i++)
			if (banks->file[bank][i].data)
				es_cpio_file(c, bank_path(room, bank, es_bank_file_names[i]), FILE_MODE,
					     es_pages_span(&banks->file[bank][i]));
	}
}

/* Returns the offset of the recovery key's bytes. */
static size_t write_all(struct es_writer *w, const struct es_handover_cpio_request *q, struct es_span json,
			struct es_span key)
{
	struct es_cpio c = { .out = w };
	size_t key_at = 0;

	es_cpio_folder(&c, extra_dir, EXTRA_MODE);
	for (size_t i = 0; i < sizeof image_files / sizeof image_files[0]; i++)
		if (q->uki->present[image_files[i].section])
			es_cpio_file(&c, image_files[i].path, IMAGE_FILE_MODE, q->uki->section[image_files[i].section]);
	es_cpio_folder(&c, ours_dir, FOLDER_MODE);
	es_cpio_file(&c, ".extra/etcseal/boot.json", FILE_MODE, json);
	write_banks(&c, q->banks);
	if (q->recovery_value) {
		es_cpio_file(&c, ".extra/etcseal/recovery-key", FILE_MODE, key);
		key_at = w->pos - (key.len + 3) / 4 * 4; /* an entry ends with its data, padded to four bytes */
	}
	es_cpio_end(&c);
	return key_at;
}

EFI_STATUS es_handover_cpio_build(const struct es_firmware *fw, const struct es_handover_cpio_request *request,
				  struct es_handover_cpio *ret)
{
	uint8_t boot_json[BOOT_JSON_MAX];
	struct es_writer json = { .data = boot_json, .cap = sizeof boot_json }, measure = { .cap = 0 }, out;
	struct es_span key = { NULL, 0 };
	struct es_handover_cpio extra = { .recovery = { NULL, 0 } };
	EFI_STATUS status;
	size_t key_at;

	es_handover_write(request->handover, &json);
	if (json.bad)
		return EFI_BUFFER_TOO_SMALL;
	if (request->recovery_value)
		key = (struct es_span){ (const uint8_t *)request->recovery_value, strlen(request->recovery_value) };
	(void)write_all(&measure, request, (struct es_span){ boot_json, json.pos }, key);
	status = es_pages_new(fw, EfiLoaderData, measure.pos, &extra.cpio);
	if (EFI_ERROR(status))
		return status;
	extra.cpio.secret = request->recovery_value != NULL;
	out = (struct es_writer){ .data = extra.cpio.data, .cap = extra.cpio.len };
	key_at = write_all(&out, request, (struct es_span){ boot_json, json.pos }, key);
	if (out.bad || out.pos != extra.cpio.len) {
		es_pages_free(&extra.cpio);
		return EFI_ABORTED;
	}
	if (request->recovery_value)
		extra.recovery = (struct es_span){ extra.cpio.data + key_at, key.len };
	*ret = extra;
	return EFI_SUCCESS;
}
