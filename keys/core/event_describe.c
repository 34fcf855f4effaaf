/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for an event of the boot log, for the message that says why a key stays shut. An event's bytes are whatever the
 * measuring program wrote there: only printable ASCII gets through. Boot options never do, since they may hold a
 * recovery key; neither does a credential that firmware hands over.
 */
#include "keys/core/event_log.h"
#include "keys/core/firmware_options.h"
#include "keys/core/labels.h"
#include "keys/core/options_recovery.h"
#include "keys/core/pe.h"
#include "keys/core/wipe.h"

#include <string.h>

enum {
	EV_ACTION = 5,
	EV_EFI_BOOT_SERVICES_DRIVER = (int)0x80000004,
	EV_EFI_RUNTIME_SERVICES_DRIVER = (int)0x80000005,
	PCR_GRUB_COMMANDS = 8,
	PCR_GRUB_FILES = 9,
	GUID_LEN = 16,
	NODE_MEDIA = 4,
	NODE_FILE_PATH = 4,
	NODE_FIRMWARE_FILE = 6,
	TAG_LINUX_OPTIONS = (int)0x8f3b22ec, /* drivers/firmware/efi/libstub/efistub.h */
	TAG_LINUX_INITRD = (int)0x8f3b22ed,
};

/* SHA-256 of ES_RECOVERY_EVENT. Only the digest counts, not the text beside it. */
static const struct es_digest recovery_digest = { {
    0xcc, 0x0a, 0xf0, 0x93, 0xa3, 0x15, 0xfe, 0x8d, 0x25, 0xf0, 0x80, 0x5a, 0x3a, 0x20, 0xa2, 0x23,
    0x55, 0x6d, 0x0e, 0x5c, 0x5a, 0x68, 0x8b, 0xab, 0xdc, 0xe9, 0x0f, 0x8f, 0x9e, 0x00, 0xb3, 0x9b,
} };

static const struct {
	uint32_t type;
	const char *words;
} plain_types[] = {
	{ 1, "firmware code" },
	{ 7, "firmware code that starts the measuring" },
	{ 8, "firmware version" },
	{ 9, "processor microcode" },
	{ 10, "platform configuration" },
	{ 11, "table of devices" },
	{ 15, "code from outside the host" },
	{ 16, "configuration from outside the host" },
	{ 17, "information from outside the host" },
	{ 0x80000006, "partition table of the boot disk" },
	{ 0x80000008, "firmware code" },
	{ 0x80000009, "firmware tables" },
	{ 0x8000000a, "firmware code" },
	{ 0x8000000b, "firmware tables" },
	{ 0x80000010, "H-CRTM event" },
	{ 0x800000e1, "device firmware" },
	{ 0x800000e2, "device firmware" },
};

/* A text of limited size, truncated when it is full. */
struct text {
	char *out;
	size_t cap, len;
};

static void put_char(struct text *t, uint32_t c)
{
	if (t->len + 1 >= t->cap)
		return;
	t->out[t->len++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
}

static void put(struct text *t, const char *words)
{
	while (*words != '\0')
		put_char(t, (uint8_t)*words++);
}

static void put_hex(struct text *t, uint64_t v, unsigned digits)
{
	while (digits-- > 0)
		put_char(t, (uint8_t) "0123456789abcdef"[v >> (4 * digits) & 15]);
}

static void put_number(struct text *t, unsigned v)
{
	if (v >= 10)
		put_number(t, v / 10);
	put_char(t, '0' + v % 10);
}

/* ASCII or UTF-16, up to its NUL or its end; the second byte distinguishes the two. */
static void put_text_of(struct text *t, struct es_span s)
{
	size_t step = s.len >= 2 && s.data[1] == 0 ? 2 : 1;

	for (size_t i = 0; i + step <= s.len; i += step) {
		uint32_t c = s.data[i] | (step == 2 ? (uint32_t)s.data[i + 1] << 8 : 0);

		if (c == 0)
			return;
		put_char(t, c);
	}
}

static bool text_is(struct es_span s, const char *name)
{
	char have[40] = "";
	struct text t = { have, sizeof have, 0 };

	put_text_of(&t, s);
	return strcmp(have, name) == 0;
}

static void put_utf16(struct text *t, struct es_span s)
{
	struct es_reader in = { .in = s };

	while (es_reader_left(&in) >= 2) {
		uint16_t c = es_read_le16(&in);

		if (c == 0)
			return;
		put_char(t, c);
	}
}

static void put_guid(struct text *t, struct es_span guid)
{
	struct es_reader in = { .in = guid };

	put_hex(t, es_read_le32(&in), 8);
	put_char(t, '-');
	put_hex(t, es_read_le16(&in), 4);
	put_char(t, '-');
	put_hex(t, es_read_le16(&in), 4);
	put_char(t, '-');
	for (int i = 0; i < 8; i++) {
		if (i == 2)
			put_char(t, '-');
		put_hex(t, es_read_u8(&in), 2);
	}
}

/* UEFI_IMAGE_LOAD_EVENT: three addresses and sizes, the length of the device path, the path. */
static void describe_program(struct text *t, const struct es_event *event)
{
	struct es_reader in = { .in = event->data };
	bool first = true;

	put(t, event->type == (uint32_t)ES_EV_EFI_BOOT_SERVICES_APPLICATION ? "EFI program" : "EFI driver");
	es_read_span(&in, 24);
	in.in = es_read_span(&in, es_read_le64(&in));
	in.pos = 0;
	while (es_reader_left(&in) >= 4) {
		uint8_t type = es_read_u8(&in), subtype = es_read_u8(&in);
		uint16_t len = es_read_le16(&in);
		struct es_span node;

		if (len < 4)
			return;
		node = es_read_span(&in, len - 4);
		if (type != NODE_MEDIA || in.bad)
			continue;
		if (subtype == NODE_FIRMWARE_FILE)
			put(t, " inside the firmware");
		if (subtype == NODE_FILE_PATH) {
			put(t, first ? " " : "\\");
			put_utf16(t, node);
			first = false;
		}
	}
}

/* UEFI_VARIABLE_DATA: GUID, characters of the name, bytes of the value, name, value. */
static void describe_variable(struct text *t, const struct es_event *event)
{
	struct es_reader in = { .in = event->data };
	struct es_span guid = es_read_span(&in, GUID_LEN), name;
	uint64_t chars = es_read_le64(&in);

	es_read_le64(&in);
	if (in.bad || chars > es_reader_left(&in) / 2) {
		put(t, "an EFI variable (unreadable event)");
		return;
	}
	name = es_read_span(&in, (size_t)chars * 2);
	if (event->type == (uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY)
		put(t, text_is(name, "db") ? "the key that vouched for a program, in " : "Secure Boot authority ");
	else if (event->type == (uint32_t)ES_EV_EFI_VARIABLE_DRIVER_CONFIG && event->pcr == ES_PCR_SECURE_BOOT)
		put(t, "Secure Boot variable ");
	else
		put(t, "EFI variable ");
	put_utf16(t, name);
	put(t, " (");
	put_guid(t, guid);
	put(t, ")");
}

/* On the machine itself anyone can read a variable, but a message is shown in more places. */
static bool holds_credential(struct es_span data)
{
	char options[ES_OPTIONS_MAX] = "";
	struct text t = { options, sizeof options, 0 };
	struct es_span all, value;

	put_text_of(&t, data);
	all = (struct es_span){ (const uint8_t *)options, t.len };
	return es_options_find(all, "systemd.set_credential", &value) ||
	       es_options_find(all, "systemd.set_credential_binary", &value);
}

/* A boot menu measures the options that it passes, including the recovery key. The stub then overwrites the key in the
 * log: the text stays, with stars in place of the key. */
static bool holds_recovery(struct es_span data)
{
	enum { STARS = 24 }; /* at least as many as anything that looks like a key has */
	char options[ES_OPTIONS_MAX] = "";
	struct text t = { options, sizeof options, 0 };
	unsigned stars = 0;
	bool holds;

	put_text_of(&t, data);
	for (size_t i = 0; i < t.len; i++)
		stars += options[i] == '*';
	holds = stars >= STARS || es_options_contain_recovery((struct es_span){ (const uint8_t *)options, t.len });
	es_wipe(options, sizeof options);
	return holds;
}

/* The name without its GUID, and the value, unless it was overwritten (es_event_log_redact) or may be a secret. */
static void describe_firmware(struct text *t, const struct es_firmware_event *e)
{
	enum { GUID_TEXT = 1 + 36 };
	bool guid = e->variable.len > GUID_TEXT && e->variable.data[e->variable.len - GUID_TEXT] == '-';

	if (e->variable.len == 0) {
		put(t, "SMBIOS string ");
		put_text_of(t, es_firmware_string_name(e->value));
		return;
	}
	put(t, "EFI variable ");
	put_text_of(t, (struct es_span){ e->variable.data, e->variable.len - (guid ? (size_t)GUID_TEXT : 0) });
	if (e->value.len == 0 || e->value.data[0] == '*' || holds_recovery(e->value) || holds_credential(e->value))
		return;
	put(t, ": ");
	put_text_of(t, e->value);
}

static void describe_options(struct text *t, const struct es_event *event)
{
	struct es_firmware_event e;

	if (es_firmware_event_read(event->data, &e))
		describe_firmware(t, &e);
	else if (text_is(event->data, ES_UNMEASURED_EVENT))
		put(t, "the stub's mark that something couldn't be measured");
	else if (text_is(event->data, ES_RETURNED_EVENT))
		put(t, "the stub's mark that it gave up");
	else
		put(t, es_digest_equal(&event->sha256, &recovery_digest) ? "a recovery boot"
									 : "boot options from outside the image");
}

static void describe_image(struct text *t, const struct es_event *event)
{
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		if (text_is(event->data, es_uki_section_names[i])) {
			put(t, "section ");
			put(t, es_uki_section_names[i]);
			put(t, " of the image");
			return;
		}
	}
	if (text_is(event->data, ES_FENCE_EVENT))
		put(t, "the fence");
	else if (text_is(event->data, ES_UNMEASURED_EVENT) || text_is(event->data, ES_RETURNED_EVENT))
		describe_options(t, event);
	else
		put(t, "an unknown event of the boot image");
}

static void describe_ipl(struct text *t, const struct es_event *event)
{
	switch (event->pcr) {
	case ES_PCR_IMAGE:
		describe_image(t, event);
		return;
	case ES_PCR_OPTIONS:
		describe_options(t, event);
		return;
	case ES_PCR_BANKS:
		put(t, "bank file ");
		put_text_of(t, event->data);
		return;
	case PCR_GRUB_COMMANDS:
		put(t, "a command or boot options of the boot loader");
		return;
	case PCR_GRUB_FILES:
		put(t, "file ");
		put_text_of(t, event->data);
		put(t, ", read by the boot loader");
		return;
	default:
		put(t, "an event of the boot loader in PCR ");
		put_number(t, event->pcr);
	}
}

static void describe_tagged(struct text *t, const struct es_event *event)
{
	struct es_reader in = { .in = event->data };
	uint32_t tag = es_read_le32(&in);

	if (tag == (uint32_t)TAG_LINUX_OPTIONS)
		put(t, "boot options, as the kernel got them");
	else if (tag == (uint32_t)TAG_LINUX_INITRD)
		put(t, "initrd, as the kernel loaded it");
	else
		put(t, "a tagged event");
}

static void describe_separator(struct text *t, const struct es_event *event)
{
	struct es_reader in = { .in = event->data };
	uint32_t value = es_read_le32(&in);

	put(t, value == 0 || value == UINT32_MAX ? "end of the firmware's part" : "error separator of the firmware");
}

static void describe_other(struct text *t, const struct es_event *event)
{
	for (size_t i = 0; i < sizeof plain_types / sizeof plain_types[0]; i++) {
		if (plain_types[i].type == event->type) {
			put(t, plain_types[i].words);
			return;
		}
	}
	put(t, "event of type 0x");
	put_hex(t, event->type, 8);
	put(t, " in PCR ");
	put_number(t, event->pcr);
}

bool es_event_is_recovery(const struct es_event *event)
{
	return event->pcr == ES_PCR_OPTIONS && event->type == ES_EV_IPL &&
	       (es_digest_equal(&event->sha256, &recovery_digest) || holds_recovery(event->data));
}

void es_event_describe(const struct es_event *event, char *ret_text, size_t cap)
{
	struct text t = { ret_text, cap, 0 };

	switch ((int)event->type) {
	case ES_EV_SEPARATOR:
		describe_separator(&t, event);
		break;
	case ES_EV_EVENT_TAG:
		describe_tagged(&t, event);
		break;
	case ES_EV_IPL:
		describe_ipl(&t, event);
		break;
	case ES_EV_EFI_VARIABLE_DRIVER_CONFIG:
	case ES_EV_EFI_VARIABLE_BOOT:
	case ES_EV_EFI_VARIABLE_BOOT2:
	case ES_EV_EFI_VARIABLE_AUTHORITY:
		describe_variable(&t, event);
		break;
	case ES_EV_EFI_BOOT_SERVICES_APPLICATION:
	case EV_EFI_BOOT_SERVICES_DRIVER:
	case EV_EFI_RUNTIME_SERVICES_DRIVER:
		describe_program(&t, event);
		break;
	case EV_ACTION:
	case ES_EV_EFI_ACTION:
		put(&t, "firmware says \"");
		put_text_of(&t, event->data);
		put(&t, "\"");
		break;
	default:
		describe_other(&t, event);
	}
	if (cap > 0)
		ret_text[t.len] = '\0';
}
