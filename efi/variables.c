/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/variables.h"

#include "efi/protocol.h"
#include "keys/core/hex.h"
#include "keys/core/utf16.h"

#include <string.h>

enum {
	NODES_MAX = 64,
	VALUE_MAX = 1024, /* bytes of UTF-16 */
};

/* The next node of a device path; NULL at its end, or if it is malformed. */
static const EFI_DEVICE_PATH *next_node(const EFI_DEVICE_PATH *node)
{
	size_t len = node->Length[0] | (size_t)node->Length[1] << 8;

	if (node->Type == END_DEVICE_PATH_TYPE || len < sizeof *node)
		return NULL;
	return (const EFI_DEVICE_PATH *)((const uint8_t *)node + len);
}

static size_t node_len(const EFI_DEVICE_PATH *node)
{
	return node->Length[0] | (size_t)node->Length[1] << 8;
}

/* GUIDs are stored with their first three fields little-endian. */
static void uuid_text(const uint8_t guid[static 16], char ret[static ES_PART_UUID_TEXT])
{
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	size_t at = 0;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			ret[at++] = '-';
		es_hex_encode(&guid[order[i]], 1, ret + at);
		at += 2;
	}
}

void es_partition_uuid(const struct es_firmware *fw, char ret[static ES_PART_UUID_TEXT])
{
	EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
	const EFI_DEVICE_PATH *node;
	void *found;

	ret[0] = '\0';
	if (!fw->loaded->DeviceHandle || EFI_ERROR(es_protocol(fw, fw->loaded->DeviceHandle, &guid, &found)))
		return;
	node = found;
	for (int i = 0; i < NODES_MAX && node; i++, node = next_node(node)) {
		HARDDRIVE_DEVICE_PATH part;

		if (node->Type != MEDIA_DEVICE_PATH || node->SubType != MEDIA_HARDDRIVE_DP ||
		    node_len(node) < offsetof(HARDDRIVE_DEVICE_PATH, SignatureType) + 1)
			continue;
		memcpy(&part, node, offsetof(HARDDRIVE_DEVICE_PATH, SignatureType) + 1);
		if (part.SignatureType == SIGNATURE_TYPE_GUID) {
			uuid_text(part.Signature, ret);
			return;
		}
	}
}

static void set(const struct es_firmware *fw, const CHAR16 *name, struct es_span value)
{
	EFI_GUID guid = ES_LOADER_GUID;

	/* They are only hints: a failure isn't a reason to stop. */
	(void)fw->table->RuntimeServices->SetVariable((CHAR16 *)name, &guid,
						      EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS,
						      value.len, (void *)(uintptr_t)value.data);
}

static void set_text(const struct es_firmware *fw, const CHAR16 *name, const char *text)
{
	uint8_t utf16[2 * ES_PART_UUID_TEXT + 64];
	struct es_writer w = { .data = utf16, .cap = sizeof utf16 };

	es_utf16_from_utf8((struct es_span){ (const uint8_t *)text, strlen(text) }, &w);
	if (!w.bad)
		set(fw, name, (struct es_span){ utf16, w.pos });
}

static bool is_unset(const struct es_firmware *fw, const CHAR16 *name)
{
	EFI_GUID guid = ES_LOADER_GUID;
	UINTN size = 0;

	return fw->table->RuntimeServices->GetVariable((CHAR16 *)name, &guid, NULL, &size, NULL) == EFI_NOT_FOUND;
}

/* The path of this image on the volume, with its nodes joined. */
static void set_image_identifier(const struct es_firmware *fw)
{
	uint8_t utf16[VALUE_MAX];
	struct es_writer w = { .data = utf16, .cap = sizeof utf16 };
	const EFI_DEVICE_PATH *node = fw->loaded->FilePath;

	for (int i = 0; i < NODES_MAX && node; i++, node = next_node(node)) {
		struct es_reader name = { .pos = 0 };

		if (node->Type != MEDIA_DEVICE_PATH || node->SubType != MEDIA_FILEPATH_DP ||
		    node_len(node) < sizeof *node)
			continue;
		name.in = (struct es_span){ (const uint8_t *)node + sizeof *node, node_len(node) - sizeof *node };
		for (uint16_t c = es_read_le16(&name); c != 0 && !name.bad; c = es_read_le16(&name))
			es_write_le16(&w, c);
	}
	if (w.pos == 0)
		return;
	es_write_le16(&w, 0);
	if (!w.bad)
		set(fw, u"LoaderImageIdentifier", (struct es_span){ utf16, w.pos });
}

void es_variables_set(const struct es_firmware *fw, const char *part_uuid)
{
	set_text(fw, u"StubInfo", "etcseal-stub " ES_VERSION_TEXT);
	if (part_uuid[0] != '\0') {
		set_text(fw, u"StubDevicePartUUID", part_uuid);
		if (is_unset(fw, u"LoaderDevicePartUUID"))
			set_text(fw, u"LoaderDevicePartUUID", part_uuid);
	}
	if (is_unset(fw, u"LoaderImageIdentifier"))
		set_image_identifier(fw);
}
