/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords in settings. A setting is a name, then = or :, then a value, anywhere in a line: as in ini files, shells,
 * YAML, JSON and mount options; or <name>value</name>; or a name and a value in quotation marks. The name's end says
 * what it is, and a value that is a word of a setting, a variable or a path isn't a password.
 */
#include "keys/core/lines.h"
#include "keys/survey/content.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
	NAME_MAX_LEN = 64,
	VALUE_LOOK = 256, /* and no more, or a long line would take the square of its length */
	HASH_LEAST = 20,
	WIREGUARD_KEY = 44, /* base64 of 32 bytes */
	LINK_KEY = 32,      /* hexadecimal of 16 bytes */
};

static bool is_name(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
	       c == '.';
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool is_quote(uint8_t c)
{
	return c == '"' || c == '\'';
}

static bool begins(struct es_span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.data, text, len) == 0;
}

static bool is_word(struct es_span s, const char *text)
{
	return s.len == strlen(text) && strncasecmp((const char *)s.data, text, s.len) == 0;
}

static bool ends_in(struct es_span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && strncasecmp((const char *)s.data + s.len - len, text, len) == 0;
}

static enum es_content kind_of_name(struct es_span name)
{
	static const struct {
		const char *end;
		bool whole;
		enum es_content kind;
	} names[] = {
		{ "psk", true, ES_CONTENT_PSK },
		{ "wpa-psk", true, ES_CONTENT_PSK },
		{ "wpa_psk", true, ES_CONTENT_PSK },
		{ "wpa_passphrase", true, ES_CONTENT_PSK },
		{ "wpa-passphrase", true, ES_CONTENT_PSK },
		{ "sae_password", true, ES_CONTENT_PSK },
		{ "wireless-key", true, ES_CONTENT_PSK },
		{ "wep-key0", true, ES_CONTENT_PSK },
		{ "wep_key0", true, ES_CONTENT_PSK },
		{ "password", false, ES_CONTENT_PASSWORD },
		{ "passwd", false, ES_CONTENT_PASSWORD },
		{ "passphrase", false, ES_CONTENT_PASSWORD },
		{ "secret", false, ES_CONTENT_PASSWORD },
		{ "token", false, ES_CONTENT_PASSWORD },
		{ "apikey", false, ES_CONTENT_PASSWORD },
		{ "api_key", false, ES_CONTENT_PASSWORD },
		{ "api-key", false, ES_CONTENT_PASSWORD },
		{ "access_key", false, ES_CONTENT_PASSWORD },
		{ "secret_key", false, ES_CONTENT_PASSWORD },
		{ "secret-key", false, ES_CONTENT_PASSWORD },
		{ "secretkey", false, ES_CONTENT_PASSWORD },
		{ "private_key", false, ES_CONTENT_PASSWORD },
		{ "private-key", false, ES_CONTENT_PASSWORD },
		{ "preshared-key", false, ES_CONTENT_PASSWORD },
		{ "auth_key", false, ES_CONTENT_PASSWORD },
		{ "authkey", false, ES_CONTENT_PASSWORD },
		{ "encryption_key", false, ES_CONTENT_PASSWORD },
		{ "bindpw", false, ES_CONTENT_PASSWORD },
		{ "rootpw", false, ES_CONTENT_PASSWORD },
		{ "_pass", false, ES_CONTENT_PASSWORD },
		{ "_pwd", false, ES_CONTENT_PASSWORD },
		{ "_pw", false, ES_CONTENT_PASSWORD },
		{ "pass", true, ES_CONTENT_PASSWORD },
		{ "pwd", true, ES_CONTENT_PASSWORD },
		{ "pw", true, ES_CONTENT_PASSWORD },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].whole ? is_word(name, names[i].end) : ends_in(name, names[i].end))
			return names[i].kind;
	return ES_CONTENT_NOTHING;
}

/* The value at the beginning of s. */
static bool has_value(struct es_span s, const char *ends)
{
	struct es_span value;
	uint8_t quote;

	while (s.len > 0 && is_blank(s.data[0])) {
		s.data++;
		s.len--;
	}
	if (s.len == 0)
		return false;
	quote = is_quote(s.data[0]) ? s.data[0] : 0;
	value = (struct es_span){ s.data + (quote != 0), 0 };
	while ((size_t)(value.data - s.data) + value.len < s.len && value.len < VALUE_LOOK) {
		uint8_t c = value.data[value.len];

		if (quote != 0 ? c == quote : c == '\0' || strchr(ends, c) != NULL)
			break;
		value.len++;
	}
	return es_content_is_value(value, quote != 0);
}

/* The name that ends at `at`, with blanks and a quotation mark after it. */
static struct es_span name_before(struct es_span line, size_t at)
{
	size_t end = at, start;

	while (end > 0 && is_blank(line.data[end - 1]))
		end--;
	if (end > 0 && is_quote(line.data[end - 1]))
		end--;
	for (start = end; start > 0 && end - start < NAME_MAX_LEN && is_name(line.data[start - 1]);)
		start--;
	return (struct es_span){ line.data + start, end - start };
}

/* WireGuard's own settings; its names are also used by others, for names of files. */
static bool is_wireguard(struct es_span name, struct es_span value)
{
	while (value.len > 0 && is_blank(value.data[0])) {
		value.data++;
		value.len--;
	}
	return (is_word(name, "PrivateKey") || is_word(name, "PresharedKey") || is_word(name, "private-key") ||
		is_word(name, "preshared-key")) &&
	       value.len >= WIREGUARD_KEY && value.data[WIREGUARD_KEY - 1] == '=' &&
	       memchr(value.data, ' ', WIREGUARD_KEY) == NULL;
}

/* BlueZ's keys of paired devices. */
static bool is_link_key(struct es_span name, struct es_span value)
{
	size_t hex = 0;

	while (hex < value.len && isxdigit(value.data[hex]))
		hex++;
	return is_word(name, "Key") && hex == value.len && hex >= LINK_KEY;
}

/* A setting whose separator, or quotation mark, is at `at`. */
static enum es_content setting_at(struct es_span line, size_t at)
{
	struct es_span name = name_before(line, at), after = { line.data + at + 1, line.len - at - 1 };
	bool at_start = name.data == line.data || (name.data == line.data + 1 && is_quote(line.data[0])) ||
			(name.data == line.data + 2 && begins(line, "- "));
	enum es_content kind = name.len > 0 ? kind_of_name(name) : ES_CONTENT_NOTHING;

	switch (line.data[at]) {
	case '=':
		if (is_wireguard(name, after))
			return ES_CONTENT_VPN_KEY;
		if (is_link_key(name, after))
			return ES_CONTENT_PASSWORD;
		if (is_word(name, "PreSharedKey")) /* iwd */
			kind = ES_CONTENT_PSK;
		return kind != ES_CONTENT_NOTHING && has_value(after, " \t,;&|\"'") ? kind : ES_CONTENT_NOTHING;
	case ':':
		/* "a:passwd:b" isn't a setting. JSON may have it in the middle of a line, with its quotation marks. */
		if (kind == ES_CONTENT_NOTHING || after.len == 0 ||
		    (!is_blank(after.data[0]) && !is_quote(after.data[0])) ||
		    (!at_start && !is_quote(line.data[at - 1])))
			return ES_CONTENT_NOTHING;
		return has_value(after, " \t,") ? kind : ES_CONTENT_NOTHING;
	case '>':
		return kind != ES_CONTENT_NOTHING && name.data > line.data && name.data[-1] == '<' &&
			       has_value(after, "<")
			   ? kind
			   : ES_CONTENT_NOTHING;
	default: /* a quotation mark: BIND's `secret "…";` */
		if (at == 0 || !is_blank(line.data[at - 1]) || !at_start || name.len == 0)
			return ES_CONTENT_NOTHING;
		return kind != ES_CONTENT_NOTHING && has_value((struct es_span){ line.data + at, line.len - at }, "")
			   ? kind
			   : ES_CONTENT_NOTHING;
	}
}

static bool is_hash_char(uint8_t c)
{
	return is_name(c) || c == '/' || c == '$' || c == '+' || c == '=' || c == ',';
}

static bool has_hash(struct es_span line)
{
	static const char *const marks[] = { "$y$",      "$gy$",    "$7$",          "$6$",           "$5$",
					     "$1$",      "$2a$",    "$2b$",         "$2y$",          "$apr1$",
					     "$sha1",    "$argon2", "{SSHA}",       "{SSHA",         "{SHA}",
					     "{CRYPT}$", "{PBKDF2", "grub.pbkdf2.", "SCRAM-SHA-256$" };

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		const uint8_t *at = memmem(line.data, line.len, marks[i], strlen(marks[i]));
		const uint8_t *end = line.data + line.len;
		size_t run = 0;

		if (at == NULL)
			continue;
		at += strlen(marks[i]);
		while (at + run < end && run < HASH_LEAST && is_hash_char(at[run]))
			run++;
		/* In a shell, $1$2 isn't a hash. */
		if (run == HASH_LEAST && (marks[i][0] != '$' || memchr(at, '$', run) != NULL))
			return true;
	}
	return false;
}

/* "scheme://user:password@host" */
static bool has_url_password(struct es_span line)
{
	const uint8_t *end = line.data + line.len, *at = line.data;

	while ((at = memmem(at, (size_t)(end - at), "://", 3)) != NULL) {
		const uint8_t *colon = NULL, *p = at += 3;

		while (p<end && * p> ' ' && strchr("/@\"'<>${}()[]", *p) == NULL) {
			if (*p == ':' && colon == NULL && p > at)
				colon = p;
			p++;
		}
		if (p < end && *p == '@' && colon != NULL &&
		    es_content_is_value((struct es_span){ colon + 1, (size_t)(p - colon - 1) }, false))
			return true;
	}
	return false;
}

/* Tokens that are known by their beginning; followed by many of their characters. */
static bool has_token(struct es_span line)
{
	static const struct {
		const char *begin;
		size_t least;
	} tokens[] = {
		{ "ghp_", 30 },
		{ "github_pat_", 30 },
		{ "glpat-", 20 },
		{ "xoxb-", 20 },
		{ "AKIA", 16 },
		{ "eyJhbGci", 40 },
		{ "sk_live_", 16 },
		{ "Authorization: Basic ", 8 },
		{ "Authorization: Bearer ", 8 },
	};

	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
		const uint8_t *at = memmem(line.data, line.len, tokens[i].begin, strlen(tokens[i].begin));
		const uint8_t *end = line.data + line.len;
		size_t run = 0;

		if (at == NULL || (at > line.data && is_name(at[-1])))
			continue;
		at += strlen(tokens[i].begin);
		while (at + run < end && (is_hash_char(at[run]) && at[run] != '$'))
			run++;
		if (run >= tokens[i].least)
			return true;
	}
	return false;
}

static struct es_span cut_word(struct es_span *line)
{
	struct es_span word;

	while (line->len > 0 && is_blank(line->data[0])) {
		line->data++;
		line->len--;
	}
	word = (struct es_span){ line->data, 0 };
	while (word.len < line->len && !is_blank(line->data[word.len]))
		word.len++;
	line->data += word.len;
	line->len -= word.len;
	return word;
}

/* Words without separators: netrc(5), apt_auth.conf(5), ifupdown's wpa-psk, curl's -u, snmpd's users. */
static enum es_content by_words(struct es_span line, bool *netrc)
{
	struct es_span word = cut_word(&line), next, first = word;

	if ((is_word(word, "usmUser") || is_word(word, "createUser")) && line.len > 1)
		return ES_CONTENT_PASSWORD;
	for (; word.len > 0; word = next) {
		next = cut_word(&line);
		*netrc = *netrc || ((is_word(word, "machine") || is_word(word, "login")) && next.len > 0);
		if (*netrc && is_word(word, "password") && es_content_is_value(next, false))
			return ES_CONTENT_PASSWORD;
		if (word.data == first.data && (is_word(word, "wpa-psk") || is_word(word, "wireless-key")) &&
		    es_content_is_value(next, false))
			return ES_CONTENT_PSK;
		if ((is_word(word, "-u") || is_word(word, "--user")) && next.len > 3 && !is_quote(next.data[0]) &&
		    memchr(next.data, '$', next.len) == NULL && memchr(next.data + 1, ':', next.len - 2) != NULL)
			return ES_CONTENT_PASSWORD;
	}
	return ES_CONTENT_NOTHING;
}

static enum es_content by_line(struct es_span line, bool *netrc)
{
	enum es_content kind = by_words(line, netrc);

	if (kind != ES_CONTENT_NOTHING)
		return kind;
	if (has_hash(line))
		return ES_CONTENT_HASH;
	for (size_t i = 0; i < line.len; i++) {
		uint8_t c = line.data[i];

		if (c != '=' && c != ':' && c != '>' && !is_quote(c))
			continue;
		kind = setting_at(line, i);
		if (kind != ES_CONTENT_NOTHING)
			return kind;
	}
	return has_url_password(line) || has_token(line) ? ES_CONTENT_PASSWORD : ES_CONTENT_NOTHING;
}

/* Whether the line is in a comment of several lines, of XML or C; *end is what closes it, or NULL. */
static bool in_comment(struct es_span line, const char **end)
{
	struct es_span s = line;

	if (*end == NULL) {
		while (s.len > 0 && is_blank(s.data[0])) {
			s.data++;
			s.len--;
		}
		if (!begins(s, "<!--") && !begins(s, "/*"))
			return false;
		*end = s.data[0] == '<' ? "-->" : "*/";
	}
	if (memmem(s.data, s.len, *end, strlen(*end)) != NULL)
		*end = NULL;
	return true;
}

enum es_content es_content_text(struct es_span file)
{
	enum es_content found = ES_CONTENT_NOTHING;
	const char *comment = NULL;
	bool netrc = false;
	struct es_span line;

	/* The strongest kind of the file: a hash says more than a password in its comment field. */
	while (es_line_next(&file, &line)) {
		struct es_span setting = es_content_setting(line);
		enum es_content kind = ES_CONTENT_NOTHING;

		if (!in_comment(line, &comment) && setting.len > 0)
			kind = by_line(setting, &netrc);
		if (kind != ES_CONTENT_NOTHING && (found == ES_CONTENT_NOTHING || kind < found))
			found = kind;
	}
	return found;
}
