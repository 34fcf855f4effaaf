/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/survey/content.h"

#include <string.h>

enum {
	TEXT_LOOK = 8192,  /* a NUL in the first so many bytes: not a text */
	BASE64_LEAST = 16, /* after a PEM header; a program that writes PEM contains the header alone */
};

bool es_content_is_text(struct es_span file)
{
	return file.len == 0 || memchr(file.data, '\0', file.len < TEXT_LOOK ? file.len : TEXT_LOOK) == NULL;
}

static bool begins(struct es_span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.data, text, len) == 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* "//" begins a comment, and the name of a share in fstab: "//nas/share". */
static bool is_share(struct es_span s)
{
	size_t i = 2;

	while (i < s.len && !is_blank(s.data[i]) && s.data[i] != '/')
		i++;
	return begins(s, "//") && i > 2 && i < s.len && s.data[i] == '/';
}

/* A quotation mark begins a comment in vim's files, and a name in JSON. */
static bool is_comment(struct es_span s)
{
	static const char *const comments[] = { "#", ";", "//", "/*", "* ", "<!--", "dnl ", "--" };

	if (s.len > 0 && s.data[0] == '"')
		return memchr(s.data + 1, '"', s.len - 1) == NULL;
	for (size_t i = 0; i < sizeof comments / sizeof comments[0]; i++)
		if (begins(s, comments[i]))
			return !is_share(s);
	return false;
}

struct es_span es_content_setting(struct es_span line)
{

	while (line.len > 0 && is_blank(line.data[0])) {
		line.data++;
		line.len--;
	}
	if (is_comment(line))
		line.len = 0;
	for (size_t i = 1; i < line.len; i++)
		if (line.data[i] == '#' && is_blank(line.data[i - 1]))
			line.len = i;
	while (line.len > 0 && is_blank(line.data[line.len - 1]))
		line.len--;
	return line;
}

static bool is_base64(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* Whether what follows a header is a key: base64, perhaps after RFC 1421's headers. Line ends may be written as \n, in
 * a value of JSON. */
static bool key_follows(struct es_span s)
{
	size_t run = 0;

	while (s.len > 0 && (is_blank(*s.data) || *s.data == '\n' || *s.data == '\\')) {
		bool written = *s.data == '\\';

		s.data += written && s.len > 1 ? 2 : 1;
		s.len -= written && s.len > 1 ? 2 : 1;
	}
	if (begins(s, "Proc-Type:") || begins(s, "Version:") || begins(s, "Comment:"))
		return true;
	while (run < s.len && run < BASE64_LEAST && is_base64(s.data[run]))
		run++;
	return run == BASE64_LEAST;
}

static enum es_content pem_key(struct es_span file)
{
	static const struct {
		const char *label;
		enum es_content kind;
	} labels[] = {
		{ "PRIVATE KEY-----", ES_CONTENT_PRIVATE_KEY },
		{ "RSA PRIVATE KEY-----", ES_CONTENT_PRIVATE_KEY },
		{ "EC PRIVATE KEY-----", ES_CONTENT_PRIVATE_KEY },
		{ "DSA PRIVATE KEY-----", ES_CONTENT_PRIVATE_KEY },
		{ "ENCRYPTED PRIVATE KEY-----", ES_CONTENT_PRIVATE_KEY },
		{ "ANY PRIVATE KEY-----", ES_CONTENT_PRIVATE_KEY },
		{ "TSS2 PRIVATE KEY-----", ES_CONTENT_PRIVATE_KEY },
		{ "PGP PRIVATE KEY BLOCK-----", ES_CONTENT_PRIVATE_KEY },
		{ "OPENSSH PRIVATE KEY-----", ES_CONTENT_SSH_KEY },
		{ "SSH2 ENCRYPTED PRIVATE KEY ----", ES_CONTENT_SSH_KEY },
		{ "OpenVPN Static key V1-----", ES_CONTENT_VPN_KEY },
		{ "OpenVPN tls-crypt-v2 client key-----", ES_CONTENT_VPN_KEY },
		{ "OpenVPN tls-crypt-v2 server key-----", ES_CONTENT_VPN_KEY },
	};
	static const char begin[] = "-----BEGIN ";

	while (file.len > 0) {
		const uint8_t *at = memmem(file.data, file.len, begin, strlen(begin));

		if (at == NULL)
			break;
		at += strlen(begin);
		file.len -= (size_t)(at - file.data);
		file.data = at;
		for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
			size_t len = strlen(labels[i].label);

			if (begins(file, labels[i].label) &&
			    key_follows((struct es_span){ file.data + len, file.len - len }))
				return labels[i].kind;
		}
	}
	return ES_CONTENT_NOTHING;
}

/* A SEQUENCE that fills the file and begins with a small version: PKCS #1, #8 (RFC 5208, 5958), #12 (RFC 7292) and SEC
 * 1 keys. A certificate begins with another SEQUENCE. */
static bool is_der_key(struct es_span file)
{
	struct es_reader r = { .in = file };
	size_t len, lengths;
	uint8_t next;

	if (file.len < 32 || es_read_u8(&r) != 0x30)
		return false;
	len = es_read_u8(&r);
	if (len >= 0x80) {
		lengths = len & 0x7f;
		if (lengths == 0 || lengths > 3)
			return false;
		for (len = 0; lengths > 0; lengths--)
			len = len << 8 | es_read_u8(&r);
	}
	if (r.bad || len != es_reader_left(&r) || es_read_u8(&r) != 0x02 || es_read_u8(&r) != 0x01)
		return false;
	next = es_read_u8(&r);
	if (next == 3)
		return es_read_u8(&r) == 0x30; /* a PFX */
	if (next > 1)
		return false;
	next = es_read_u8(&r);
	return next == 0x30 || next == 0x02 || next == 0x04;
}

/* dropbear keeps a length and a name, then the numbers. */
static bool is_dropbear_key(struct es_span file)
{
	static const char *const names[] = { "ssh-ed25519", "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp" };

	if (file.len < 64 || file.len > 8192 || file.data[0] != 0 || file.data[1] != 0 || file.data[2] != 0)
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (begins((struct es_span){ file.data + 4, file.len - 4 }, names[i]))
			return true;
	return false;
}

enum es_content es_content_key(struct es_span file)
{
	enum es_content kind;

	if (file.len == 0)
		return ES_CONTENT_NOTHING;
	kind = pem_key(file);
	if (kind != ES_CONTENT_NOTHING)
		return kind;
	if (begins(file, "PuTTY-User-Key-File-") || is_dropbear_key(file))
		return ES_CONTENT_SSH_KEY;
	return is_der_key(file) ? ES_CONTENT_PRIVATE_KEY : ES_CONTENT_NOTHING;
}
