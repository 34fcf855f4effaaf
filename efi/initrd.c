/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/initrd.h"

#include "efi/protocol.h"
#include "efi/defences.h"
#include "keys/core/wipe.h"

#include <string.h>

enum {
	ALIGN_TO = 4, /* a cpio must begin at a multiple of four bytes */
	FOREIGN_MAX = 16,
};

static const struct {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH end;
} __attribute__((packed)) initrd_path = {
	.vendor = { .Header = { .Type = MEDIA_DEVICE_PATH,
				.SubType = MEDIA_VENDOR_DP,
				.Length = { sizeof(VENDOR_DEVICE_PATH), 0 } },
		    .Guid = ES_LINUX_INITRD_GUID },
	.end = { .Type = END_DEVICE_PATH_TYPE,
		 .SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE,
		 .Length = { sizeof(EFI_DEVICE_PATH), 0 } },
};

static size_t padded(size_t len)
{
	return (len + ALIGN_TO - 1) / ALIGN_TO * ALIGN_TO;
}

static EFI_STATUS EFIAPI load_file(EFI_LOAD_FILE_PROTOCOL *self, EFI_DEVICE_PATH *path, BOOLEAN boot_policy,
				   UINTN *size, VOID *buffer)
{
	struct es_initrd *initrd = (struct es_initrd *)self;
	uint8_t *to = buffer;
	size_t len = 0;

	if (!self || !size || !path)
		return EFI_INVALID_PARAMETER;
	if (boot_policy)
		return EFI_UNSUPPORTED; /* LoadFile2 isn't for boot programs */
	for (int i = 0; i < ES_INITRD_PARTS; i++)
		len += padded(initrd->part[i].len);
	if (!buffer || *size < len) {
		*size = len;
		return EFI_BUFFER_TOO_SMALL;
	}
	for (int i = 0; i < ES_INITRD_PARTS; i++) {
		const struct es_span *p = &initrd->part[i];

		if (p->len == 0)
			continue;
		memcpy(to, p->data, p->len);
		memset(to + p->len, 0, padded(p->len) - p->len);
		to += padded(p->len);
	}
	*size = len;
	if (initrd->secret)
		es_wipe(initrd->secret, initrd->secret_len); /* the kernel has it now */
	return EFI_SUCCESS;
}

/* The handle that the kernel would use, found as the kernel finds it; NULL: none. */
static EFI_HANDLE find(const struct es_firmware *fw)
{
	EFI_GUID load_file2 = ES_LOAD_FILE2_GUID;
	EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)&initrd_path;
	EFI_HANDLE handle = NULL;

	return EFI_ERROR(fw->boot->LocateDevicePath(&load_file2, &path, &handle)) ? NULL : handle;
}

static EFI_STATUS take_off(const struct es_firmware *fw, EFI_HANDLE handle)
{
	EFI_GUID load_file2 = ES_LOAD_FILE2_GUID, device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;
	EFI_STATUS status;
	void *interface;

	status = es_protocol(fw, handle, &load_file2, &interface);
	if (!EFI_ERROR(status))
		status = fw->boot->UninstallProtocolInterface(handle, &load_file2, interface);
	if (EFI_ERROR(status))
		return status;
	/* Two handles can't have the same path, so the path must be removed too. */
	status = es_protocol(fw, handle, &device_path, &interface);
	if (!EFI_ERROR(status))
		status = fw->boot->UninstallProtocolInterface(handle, &device_path, interface);
	return status;
}

EFI_STATUS es_initrd_register(const struct es_firmware *fw, struct es_initrd *initrd)
{
	EFI_GUID load_file2 = ES_LOAD_FILE2_GUID, device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;
	EFI_HANDLE foreign, handle = NULL;
	EFI_STATUS status;

	if (!ES_WITH_INITRD_GUARD && find(fw))
		return EFI_SUCCESS;
	for (int i = 0; (foreign = find(fw)) != NULL; i++) {
		if (i == FOREIGN_MAX || EFI_ERROR(take_off(fw, foreign)))
			return EFI_ALREADY_STARTED;
		es_say(fw, "an initrd from outside the image was offered to the kernel; it is ignored.");
	}
	initrd->protocol.LoadFile = load_file;
	status = fw->boot->InstallMultipleProtocolInterfaces(&handle, &device_path, &initrd_path, &load_file2,
							     &initrd->protocol, NULL);
	if (EFI_ERROR(status))
		return status;
	initrd->fw = fw;
	initrd->handle = handle;
	if (find(fw) != handle) {
		es_initrd_unregister(initrd);
		return EFI_ALREADY_STARTED;
	}
	return EFI_SUCCESS;
}

void es_initrd_unregister(struct es_initrd *initrd)
{
	EFI_GUID load_file2 = ES_LOAD_FILE2_GUID, device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;

	if (!initrd->handle)
		return;
	(void)initrd->fw->boot->UninstallMultipleProtocolInterfaces(initrd->handle, &device_path, &initrd_path,
								    &load_file2, &initrd->protocol, NULL);
	initrd->handle = NULL;
}
