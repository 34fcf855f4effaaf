/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/surroundings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char *const others[] = {
	"ro",
	"quiet",
	"root=UUID=12345678-1234-1234-1234-123456789012",
	"root=/dev/nvme0n1p3",
	"rd.break",
	"3",
	"--",
	"s",
	"ip=192.168.100.101:192.168.100.102:192.168.100.1:255.255.255.000:host123456:eth0:off:192.168.100.103",
	"console=ttyS0,115200n8",
	"isolcpus=0-3,8-11,100,101,102,103,104,105,106,107,108,109,110,111,112,113,114",
	"mem=4096M",
	"init=/bin/sh",
	"crashkernel=512M-2G:64M,2G-:128M",
	"8250.nr_uarts=4",
	"title=\"a b  c\"",
	"x=",
	"\"y=1 2\"",
	"memmap=64K$0x18690000",
	"rd.luks.uuid=luks-00000000-1111-2222-3333-444444444444",
	"usbcore.quirks=1234:5678:b",
	"vga=791",
	"dom=\xc3\xa4\xe2\x82\xac",
	"roothash=4f2b9c31aa0e6675000912345678901234567890abcdef0123456789abcdef01",
	"rtc=1234567890",
	"a=12345",
	"pci=00:1f.2",
	"systemd.unit=rescue.target",
	"etcseal.device=/dev/vda1",
	"etcseal.key-id=0123456789abcdef",
	"date=2024-11-28",
	"n=478270",
};
static const char *const names[] = {
	"etcseal.recovery=",
	"encryptionRecoveryKey=",
	"EncryptionRecoveryKey=",
	"ENCRYPTIONRECOVERYKEY=",
	"encryptionrecoverykey=",
	"Etcseal.Recovery=",
	"etcseal-recovery=",
	"etcseal_recovery=",
	"recoverykey=",
	"RecoveryKey:",
	"k=",
	"key==",
	"foo.bar=",
	"etcseal.recovry=",
	"",
	"encryptionRecoveryKey= ",
	"encryptionRecoveryKey = ",
	"etcseal.recovery ",
	"etcseal.recovery={0A000000-1234-0000-5678-000000000000}  ",
	"{00000000-0000-0000-0000-000000000000}  ",
	"x={00000000-0000-0000-0000-000000000000} ",
	"root=/dev/sda1,",
	"--key=",
	"\xef\xbb\xbf",
};
static const char *const quotes[][2] = {
	{ "", "" },
	{ "", "" },
	{ "\"", "\"" },
	{ "'", "'" },
	{ "\xe2\x80\x9c", "\xe2\x80\x9d" },
	{ "\xe2\x80\x98", "\xe2\x80\x99" },
	{ "\xe2\x80\x9e", "\xe2\x80\x9c" },
	{ "\xc2\xab", "\xc2\xbb" },
	{ "<", ">" },
	{ "(", ")" },
	{ "[", "]" },
	{ "`", "`" },
	{ "", "," },
	{ "", "." },
	{ "", ";" },
	{ "\xe2\x80\xad", "\xe2\x80\xac" },
	{ "", "\r\n" },
};
static const char *const joints[] = {
	"-",
	"-",
	"/",
	".",
	"_",
	":",
	",",
	" ",
	"  ",
	"\t",
	"\n",
	"\r\n",
	" - ",
	"",
	"--",
	";",
	"|",
	"+",
	"#",
	"=",
	"~",
	"*",
	"%2D",
	"%20",
	"\\x2d",
	"\\u2011",
	"%E2%80%91",
	"\xc2\xa0",
	"\xc2\xad",
	"\xe2\x80\x90",
	"\xe2\x80\x91",
	"\xe2\x80\x92",
	"\xe2\x80\x93",
	"\xe2\x80\x94",
	"\xe2\x80\x95",
	"\xe2\x88\x92",
	"\xe2\x80\x8b",
	"\xe2\x81\xa0",
	"\xe3\x80\x80",
	"\xef\xbc\x8d",
	"\xe2\x80\xa2",
	" \xe2\x80\x93 ",
	"\\ ",
	"\xe2\x80\xaf",
};
/* Only between whole groups. */
static const char *const words[] = { "x", "n", "\\n", "\\r\\n", "&#8209;", "&nbsp;", "group" };
/* Zeros of other scripts: full-width, Arabic, Persian, Devanagari, Thai. */
static const uint16_t zeros[] = { 0xff10, 0x0660, 0x06f0, 0x0966, 0x0e50 };

#define PICK(s, list) ((list)[next(s) % (sizeof(list) / sizeof(list)[0])])

/* xorshift64*: the same on every machine. */
static uint32_t next(struct surroundings *s)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return (uint32_t)(s->random * 0x2545f4914f6cdd1dull >> 32);
}

static void put(char *to, const char *text)
{
	if (strlen(to) + strlen(text) >= SURROUNDINGS_MAX)
		fail_msg("no room");
	strcat(to, text);
}

static void put_both(struct surroundings *s, const char *text)
{
	put(s->text, text);
	put(s->rest, text);
}

static void put_others(struct surroundings *s, unsigned most)
{
	for (unsigned n = next(s) % (most + 1); n > 0; n--) {
		put_both(s, PICK(s, others));
		put_both(s, next(s) % 8 == 0 ? "  " : " ");
	}
}

static void put_digit(struct surroundings *s, char c, uint16_t zero)
{
	unsigned u = zero + (unsigned)(c - '0');
	char text[4] = { (char)(0xe0 | u >> 12), (char)(0x80 | (u >> 6 & 0x3f)), (char)(0x80 | (u & 0x3f)), '\0' };

	if (zero == 0 || c < '0' || c > '9')
		text[0] = c, text[1] = '\0';
	else if (u < 0x800)
		text[0] = (char)(0xc0 | u >> 6), text[1] = (char)(0x80 | (u & 0x3f)), text[2] = '\0';
	put(s->text, text);
}

/* 16 groups, separated and grouped in any way. */
static void put_code(struct surroundings *s, const char *code)
{
	static const unsigned sizes[] = { 6, 6, 6, 6, 3, 2, 4, 1, 12, 96 };
	unsigned size = PICK(s, sizes), at = 0;
	const char *joint = PICK(s, joints);
	bool mixed = next(s) % 4 == 0;
	uint16_t zero = next(s) % 8 == 0 ? PICK(s, zeros) : 0;

	if (mixed)
		size = 6;
	if (!mixed && size == 6 && next(s) % 4 == 0)
		joint = PICK(s, words);
	for (const char *p = code; *p != '\0'; p++) {
		if (*p == '-')
			continue;
		if (at > 0 && at % size == 0)
			put(s->text, mixed ? PICK(s, joints) : joint);
		put_digit(s, *p, zero);
		at++;
	}
}

static void put_carrier(struct surroundings *s, const char *code)
{
	const char *const *quote = PICK(s, quotes);

	put(s->text, PICK(s, names));
	put(s->text, quote[0]);
	put_code(s, code);
	put(s->text, quote[1]);
	put(s->text, " ");
}

/* Two or more groups in each option. */
static void put_scattered(struct surroundings *s)
{
	unsigned group = 0, option = 0;
	char text[32];

	while (group < ES_RECOVERY_GROUPS) {
		unsigned groups = 2 + next(s) % 6;

		snprintf(text, sizeof text, "key%u=", ++option);
		put(s->text, text);
		for (unsigned i = 0; i < groups && group < ES_RECOVERY_GROUPS; i++, group++) {
			snprintf(text, sizeof text, "%s%.6s", i > 0 ? "-" : "", s->code + 7 * group);
			put(s->text, text);
		}
		put(s->text, " ");
		put_both(s, next(s) % 2 == 0 ? "quiet " : "a=12 ");
	}
}

/* Six digits in each group, as handed out: a surplus or missing digit is noticed only in that form. */
static void put_mistyped(struct surroundings *s)
{
	static const char *const parted[] = { "-", "/", " ", "\xe2\x80\x91", ":" };
	unsigned faulty = next(s) % ES_RECOVERY_GROUPS, kind = next(s) % 4, digit = next(s) % 6;
	const char *joint = PICK(s, parted);
	char group[8], wrong[12];

	s->faulty = faulty + 1;
	put(s->text, next(s) % 2 == 0 ? "EncryptionKey=" : "k='");
	for (unsigned i = 0; i < ES_RECOVERY_GROUPS; i++) {
		snprintf(group, sizeof group, "%.6s", s->code + 7 * i);
		snprintf(wrong, sizeof wrong, "%s", group);
		if (kind == 0)
			wrong[digit] = (char)('0' + (wrong[digit] - '0' + 1 + (char)(next(s) % 9)) % 10);
		else if (kind == 1)
			wrong[digit] = "OlISBo"[digit];
		else if (kind == 2)
			snprintf(wrong, sizeof wrong, "%.*s%s", digit, group, group + digit + 1);
		else
			snprintf(wrong, sizeof wrong, "%.*s7%s", digit, group, group + digit);
		put(s->text, i > 0 ? joint : "");
		put(s->text, i == faulty ? wrong : group);
	}
	put(s->text, " ");
}

void surroundings_make(struct surroundings *s, enum surroundings_form form, uint64_t number)
{
	size_t n;

	memset(s, 0, sizeof *s);
	s->random = number * 0x9e3779b97f4a7c15ull + (uint64_t)form + 1;
	for (int i = 0; i < 20; i++)
		next(s);
	for (unsigned i = 0; i < ES_RECOVERY_LEN; i++)
		s->key[i] = (uint8_t)next(s);
	es_recovery_code_write(s->key, s->code);
	put_others(s, 5);
	if (form == SURROUNDINGS_SCATTERED) {
		put_scattered(s);
	} else if (form == SURROUNDINGS_MISTYPED) {
		put_mistyped(s);
	} else {
		put_carrier(s, s->code);
		if (form == SURROUNDINGS_TWICE) {
			put_others(s, 3);
			put_carrier(s, s->code);
		}
	}
	put_others(s, 5);
	/* The last word has no space after it: firmware's text is cleaned in that way. */
	for (n = strlen(s->text); n > 0 && s->text[n - 1] == ' ';)
		s->text[--n] = '\0';
	for (n = strlen(s->rest); n > 0 && s->rest[n - 1] == ' ';)
		s->rest[--n] = '\0';
}

void surroundings_assert_hidden(const struct surroundings *s, const void *data, size_t len)
{
	for (unsigned i = 0; i < ES_RECOVERY_GROUPS; i++)
		if (memmem(data, len, s->code + 7 * i, 6) != NULL &&
		    memmem(s->rest, strlen(s->rest), s->code + 7 * i, 6) == NULL)
			fail_msg("group %u of the key is still there: <%.*s> of <%s>", i + 1, (int)len,
				 (const char *)data, s->text);
}
