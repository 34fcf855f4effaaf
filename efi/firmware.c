/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/firmware.h"

#include "keys/core/hex.h"

static const struct {
	EFI_STATUS status;
	const char *words;
} status_words[] = {
	{ EFI_LOAD_ERROR, "can't be loaded" },
	{ EFI_INVALID_PARAMETER, "invalid parameter" },
	{ EFI_UNSUPPORTED, "not supported" },
	{ EFI_BAD_BUFFER_SIZE, "over its cap" },
	{ EFI_BUFFER_TOO_SMALL, "buffer too small" },
	{ EFI_NOT_READY, "not ready" },
	{ EFI_DEVICE_ERROR, "device error" },
	{ EFI_OUT_OF_RESOURCES, "out of memory" },
	{ EFI_VOLUME_CORRUPTED, "file system damaged" },
	{ EFI_VOLUME_FULL, "full" },
	{ EFI_NOT_FOUND, "not found" },
	{ EFI_ACCESS_DENIED, "access denied" },
	{ EFI_TIMEOUT, "timed out" },
	{ EFI_ALREADY_STARTED, "already there" },
	{ EFI_ABORTED, "aborted" },
	{ EFI_SECURITY_VIOLATION, "refused by Secure Boot" },
	{ EFI_COMPROMISED_DATA, "damaged" },
};

static void print(const struct es_firmware *fw, const char *text)
{
	CHAR16 line[64];
	size_t n = 0;

	if (!fw->table->ConOut)
		return; /* headless */
	for (; *text != '\0'; text++) {
		line[n++] = (CHAR16)(unsigned char)*text;
		if (n == sizeof line / sizeof line[0] - 1 || text[1] == '\0') {
			line[n] = 0;
			fw->table->ConOut->OutputString(fw->table->ConOut, line);
			n = 0;
		}
	}
}

void es_say(const struct es_firmware *fw, const char *text)
{
	print(fw, "etcseal: ");
	print(fw, text);
	print(fw, "\r\n");
}

void es_complain(const struct es_firmware *fw, const char *what, EFI_STATUS status, const char *next)
{
	char number[] = "status 0x0123456789abcdef";
	const char *words = number;

	for (size_t i = 0; i < sizeof status_words / sizeof status_words[0]; i++)
		if (status_words[i].status == status)
			words = status_words[i].words;
	for (int i = 0; i < 8; i++) {
		uint8_t byte = (uint8_t)(status >> 8 * (7 - i));

		es_hex_encode(&byte, 1, number + sizeof number - 1 - 16 + 2 * i);
	}
	print(fw, "etcseal: ");
	print(fw, what);
	print(fw, " (");
	print(fw, words);
	print(fw, "). ");
	print(fw, next);
	print(fw, "\r\n");
}

EFI_STATUS es_protocol(const struct es_firmware *fw, EFI_HANDLE handle, const EFI_GUID *guid, void **ret)
{
	EFI_GUID copy = *guid; /* the firmware's prototype isn't const */
	void *found = NULL;
	EFI_STATUS status;

	if (handle)
		status = fw->boot->HandleProtocol(handle, &copy, &found);
	else
		status = fw->boot->LocateProtocol(&copy, NULL, &found);
	if (EFI_ERROR(status))
		return status;
	if (!found)
		return EFI_NOT_FOUND; /* for firmware that returns success without a protocol */
	*ret = found;
	return EFI_SUCCESS;
}

static bool variable_is_one(const struct es_firmware *fw, const CHAR16 *name)
{
	EFI_GUID guid = EFI_GLOBAL_VARIABLE;
	uint8_t value[4] = { 0 };
	UINTN size = sizeof value;

	if (EFI_ERROR(fw->table->RuntimeServices->GetVariable((CHAR16 *)name, &guid, NULL, &size, value)))
		return false;
	return size == 1 && value[0] == 1;
}

bool es_secure_boot(const struct es_firmware *fw)
{
	return variable_is_one(fw, u"SecureBoot") && !variable_is_one(fw, u"SetupMode");
}
