/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/banks.h"

#include <string.h>

const char *const es_bank_file_names[ES_BANK_FILES] = { ES_INFO_NAME, ES_ARCHIVE_NAME, ES_LOG_NAME };

static const CHAR16 *const bank_paths[ES_BANK_COUNT] = { u"\\etcseal\\bank0", u"\\etcseal\\bank1" };

static const struct {
	const CHAR16 *name;
	size_t cap;
} bank_files[ES_BANK_FILES] = {
	{ u"encryption.info", ES_INFO_MAX },
	{ u"config.cms", ES_ARCHIVE_MAX },
	{ u"measured.log", ES_LOG_MAX },
};

enum { CHUNK = 1 << 20 }; /* some firmware fails on a single large read */

/* EFI_FILE_INFO ends with the file's name, of a length that the file system chooses. */
union info_buffer {
	EFI_FILE_INFO info;
	uint8_t room[sizeof(EFI_FILE_INFO) + 2 * 260];
};

static EFI_STATUS file_info(EFI_FILE_PROTOCOL *file, union info_buffer *buffer)
{
	EFI_GUID guid = EFI_FILE_INFO_ID;
	UINTN size = sizeof *buffer;

	memset(buffer, 0, sizeof *buffer);
	return file->GetInfo(file, &guid, &size, buffer);
}

static EFI_STATUS read_exactly(EFI_FILE_PROTOCOL *file, uint8_t *to, size_t len)
{
	uint8_t beyond;
	UINTN more = sizeof beyond;
	EFI_STATUS status;

	while (len > 0) {
		UINTN n = len < CHUNK ? len : CHUNK;
		UINTN asked = n;

		status = file->Read(file, &n, to);
		if (EFI_ERROR(status))
			return status;
		if (n == 0 || n > asked)
			return EFI_VOLUME_CORRUPTED; /* shorter than its size in EFI_FILE_INFO */
		to += n;
		len -= n;
	}
	status = file->Read(file, &more, &beyond);
	if (EFI_ERROR(status))
		return status;
	return more == 0 ? EFI_SUCCESS : EFI_VOLUME_CORRUPTED; /* longer */
}

/* EFI_NOT_FOUND: no such file. */
static EFI_STATUS read_file(const struct es_firmware *fw, EFI_FILE_PROTOCOL *folder, int which, struct es_pages *ret)
{
	union info_buffer buffer;
	ES_PAGES bytes = { .data = NULL };
	ES_FILE file = NULL;
	EFI_STATUS status;

	status = folder->Open(folder, &file, (CHAR16 *)bank_files[which].name, EFI_FILE_MODE_READ, 0);
	if (EFI_ERROR(status)) {
		file = NULL;
		return status;
	}
	status = file_info(file, &buffer);
	if (EFI_ERROR(status))
		return status;
	if (buffer.info.Attribute & EFI_FILE_DIRECTORY)
		return EFI_VOLUME_CORRUPTED;
	if (buffer.info.FileSize > bank_files[which].cap)
		return EFI_BAD_BUFFER_SIZE;
	status = es_pages_new(fw, EfiLoaderData, (size_t)buffer.info.FileSize, &bytes);
	if (!EFI_ERROR(status))
		status = read_exactly(file, bytes.data, bytes.len);
	if (EFI_ERROR(status))
		return status;
	*ret = es_pages_take(&bytes);
	return EFI_SUCCESS;
}

/* "bank1/config.cms is too large (…). …"; file -1 is the bank's folder itself. */
static void complain(const struct es_firmware *fw, int bank, int file, EFI_STATUS status)
{
	char what[64] = { 0 };
	struct es_writer w = { .data = (uint8_t *)what, .cap = sizeof what - 1 };

	es_write_text(&w, "\\etcseal\\bank");
	es_write_decimal(&w, (uint64_t)bank);
	if (file >= 0) {
		es_write_text(&w, "\\");
		es_write_text(&w, es_bank_file_names[file]);
	}
	es_write_text(&w, status == EFI_BAD_BUFFER_SIZE ? " is too large to be one of ours" : " can't be read");
	es_complain(fw, what, status, "This boot ignores it; the other bank may be usable.");
}

static void read_bank(const struct es_firmware *fw, EFI_FILE_PROTOCOL *root, int bank, struct es_banks *b)
{
	ES_FILE folder = NULL;
	EFI_STATUS status;

	status = root->Open(root, &folder, (CHAR16 *)bank_paths[bank], EFI_FILE_MODE_READ, 0);
	if (EFI_ERROR(status)) {
		folder = NULL;
		b->refused[bank] = status != EFI_NOT_FOUND;
		if (b->refused[bank])
			complain(fw, bank, -1, status);
		return;
	}
	for (int i = 0; i < ES_BANK_FILES; i++) {
		status = read_file(fw, folder, i, &b->file[bank][i]);
		if (!EFI_ERROR(status)) {
			b->present[bank] = true;
		} else if (status != EFI_NOT_FOUND) {
			b->refused[bank] = true;
			complain(fw, bank, i, status);
		}
	}
}

void es_banks_read(const struct es_firmware *fw, struct es_banks *ret)
{
	EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
	ES_FILE root = NULL;
	EFI_STATUS status;
	void *found;

	*ret = (struct es_banks){ .present = { false } };
	if (!fw->loaded->DeviceHandle || EFI_ERROR(es_protocol(fw, fw->loaded->DeviceHandle, &guid, &found)))
		return; /* for example, started from a network: then there are no banks */
	volume = found;
	status = volume->OpenVolume(volume, &root);
	if (EFI_ERROR(status)) {
		root = NULL;
		es_complain(fw, "can't read the boot volume, which may have the configuration's banks", status,
			    "This boot continues without them.");
		return;
	}
	for (int bank = 0; bank < ES_BANK_COUNT; bank++)
		read_bank(fw, root, bank, ret);
}

void es_banks_free(struct es_banks *b)
{
	for (int bank = 0; bank < ES_BANK_COUNT; bank++)
		for (int i = 0; i < ES_BANK_FILES; i++)
			es_pages_free(&b->file[bank][i]);
}
