/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/survey/sensitive.h"

#include "keys/core/lines.h"
#include "keys/survey/content.h"

#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

enum { OLD_HASH = 13 }; /* characters of crypt(3)'s DES hash, the shortest */

/* What a file must contain for its place to say what it is. */
enum must_have {
	ANYTHING, /* any byte, or an unknown content */
	SETTINGS, /* a line that isn't a comment or an include */
	HASHES,   /* "name:hash", as in shadow(5) */
	ANSWERS,  /* "Value: …", as in debconf's databases */
};

static const struct {
	const char *pattern; /* fnmatch(3), in which * matches slashes too */
	enum es_sensitive kind;
	enum must_have must;
} places[] = {
	{ "*/ssh_host_*_key", ES_SENSITIVE_HOST_KEY, ANYTHING },
	{ "*/dropbear*_host_key", ES_SENSITIVE_HOST_KEY, ANYTHING },
	{ "*/shadow", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*/shadow-", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*/gshadow", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*/gshadow-", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*/passwd", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*/passwd-", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*htpasswd*", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*.htdigest", ES_SENSITIVE_PASSWORD_HASH, SETTINGS },
	{ "*/smbpasswd", ES_SENSITIVE_PASSWORD_HASH, SETTINGS },
	{ "*/smbpasswd.bak", ES_SENSITIVE_PASSWORD_HASH, SETTINGS },
	{ "*/shadow.bak", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*/gshadow.bak", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*/passwd.bak", ES_SENSITIVE_PASSWORD_HASH, HASHES },
	{ "*/opasswd", ES_SENSITIVE_PASSWORD_HASH, SETTINGS },
	{ "*.p12", ES_SENSITIVE_TLS_KEY, ANYTHING },
	{ "*.pfx", ES_SENSITIVE_TLS_KEY, ANYTHING },
	{ "*.jks", ES_SENSITIVE_TLS_KEY, ANYTHING },
	{ "*.keystore", ES_SENSITIVE_TLS_KEY, ANYTHING },
	{ "*/ipsec.secrets", ES_SENSITIVE_VPN_KEY, SETTINGS },
	{ "*/ipsec.d/*.secrets", ES_SENSITIVE_VPN_KEY, SETTINGS },
	{ "/etc/keys/*", ES_SENSITIVE_DISK_KEY, ANYTHING },
	{ "*/cryptsetup-keys.d/*", ES_SENSITIVE_DISK_KEY, ANYTHING },
	{ "*/cryptroot/keyfiles/*", ES_SENSITIVE_DISK_KEY, ANYTHING },
	{ "*/luks*.key", ES_SENSITIVE_DISK_KEY, ANYTHING },
	{ "*.keyfile", ES_SENSITIVE_DISK_KEY, ANYTHING },
	{ "*/crypto_keyfile.bin", ES_SENSITIVE_DISK_KEY, ANYTHING },
	{ "/etc/nvdimm*/*.blob", ES_SENSITIVE_DISK_KEY, ANYTHING },
	{ "*/credstore/*", ES_SENSITIVE_CREDENTIAL, ANYTHING },
	{ "*/secrets.tdb", ES_SENSITIVE_CREDENTIAL, ANYTHING },
	{ "*/passdb.tdb", ES_SENSITIVE_CREDENTIAL, ANYTHING },
	{ "*.keytab", ES_SENSITIVE_CREDENTIAL, ANYTHING },
	{ "*/debconf/passwords.dat", ES_SENSITIVE_CREDENTIAL, ANSWERS },
	{ "*/debconf/passwords.dat-old", ES_SENSITIVE_CREDENTIAL, ANSWERS },
	{ "*/munge.key", ES_SENSITIVE_CREDENTIAL, ANYTHING },
	{ "*/corosync/authkey", ES_SENSITIVE_CREDENTIAL, ANYTHING },
	{ "*/chap-secrets", ES_SENSITIVE_CREDENTIAL, SETTINGS },
	{ "*/pap-secrets", ES_SENSITIVE_CREDENTIAL, SETTINGS },
	{ "*/rsyncd.secrets", ES_SENSITIVE_CREDENTIAL, SETTINGS },
	{ "*/sasl_passwd", ES_SENSITIVE_CREDENTIAL, SETTINGS },
	{ "*/.pgpass", ES_SENSITIVE_CREDENTIAL, SETTINGS },
	{ "*/.git-credentials", ES_SENSITIVE_CREDENTIAL, SETTINGS },
};

/* Where a key or password is one of another kind than its content says. */
static const struct {
	const char *pattern;
	enum es_sensitive key, password; /* NO: what the content says */
} areas[] = {
	{ "*/ssh_host_*", ES_SENSITIVE_HOST_KEY, ES_SENSITIVE_NO },
	{ "*/dropbear/*", ES_SENSITIVE_HOST_KEY, ES_SENSITIVE_NO },
	{ "*/wireguard/*", ES_SENSITIVE_VPN_KEY, ES_SENSITIVE_VPN_KEY },
	{ "*/openvpn/*", ES_SENSITIVE_VPN_KEY, ES_SENSITIVE_VPN_KEY },
	{ "*/ipsec.d/*", ES_SENSITIVE_VPN_KEY, ES_SENSITIVE_VPN_KEY },
	{ "*/strongswan*", ES_SENSITIVE_VPN_KEY, ES_SENSITIVE_VPN_KEY },
	{ "*/swanctl/*", ES_SENSITIVE_VPN_KEY, ES_SENSITIVE_VPN_KEY },
	{ "*/NetworkManager/*", ES_SENSITIVE_NO, ES_SENSITIVE_NETWORK },
	{ "*/wpa_supplicant*", ES_SENSITIVE_NO, ES_SENSITIVE_NETWORK },
	{ "*/hostapd/*", ES_SENSITIVE_NO, ES_SENSITIVE_NETWORK },
	{ "*/netplan/*", ES_SENSITIVE_NO, ES_SENSITIVE_NETWORK },
	{ "*/iwd/*", ES_SENSITIVE_NO, ES_SENSITIVE_NETWORK },
	{ "*/network/interfaces*", ES_SENSITIVE_NO, ES_SENSITIVE_NETWORK },
	{ "*/systemd/network/*", ES_SENSITIVE_NO, ES_SENSITIVE_NETWORK },
};

/* systemd-sysusers' own word for a root without a password, in the initramfs of dracut 106. */
static bool is_word(const uint8_t *field, size_t len)
{
	static const char word[] = "unprovisioned";

	return len == sizeof word - 1 && memcmp(field, word, len) == 0;
}

/* Whether a line has a second field that can be a hash, also a locked one. */
static bool has_hash_field(struct es_span file)
{
	struct es_span line;

	if (!es_content_is_text(file))
		return false; /* the program of that name */
	while (es_line_next(&file, &line)) {
		const uint8_t *colon = line.len > 0 ? memchr(line.data, ':', line.len) : NULL;
		size_t at = colon != NULL ? (size_t)(colon - line.data) + 1 : line.len, len = 0;

		while (at < line.len && (line.data[at] == '!' || line.data[at] == '*'))
			at++;
		while (at + len < line.len && line.data[at + len] != ':' && line.data[at + len] != ' ')
			len++;
		if (len >= OLD_HASH && line.data[0] != '#' && !is_word(&line.data[at], len))
			return true;
	}
	return false;
}

static bool has_settings(struct es_span file)
{
	struct es_span line;

	if (!es_content_is_text(file))
		return false;
	while (es_line_next(&file, &line)) {
		struct es_span s = es_content_setting(line);

		if (s.len > 0 && !(s.len > 7 && memcmp(s.data, "include", 7) == 0))
			return true;
	}
	return false;
}

/* An answer that was given: a question alone has no value, or an empty one. */
static bool has_answers(struct es_span file)
{
	static const char value[] = "Value: ";
	struct es_span line;

	while (es_line_next(&file, &line))
		if (line.len >= sizeof value && memcmp(line.data, value, sizeof value - 1) == 0)
			return true;
	return false;
}

static bool has(enum must_have must, struct es_span content)
{
	switch (must) {
	case SETTINGS:
		return has_settings(content);
	case HASHES:
		return has_hash_field(content);
	case ANSWERS:
		return has_answers(content);
	case ANYTHING:
		break;
	}
	return true;
}

static enum es_sensitive by_place(const char *path, struct es_span content)
{
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (fnmatch(places[i].pattern, path, 0) != 0)
			continue;
		if (has(places[i].must, content))
			return places[i].kind;
	}
	return ES_SENSITIVE_NO;
}

static enum es_sensitive in_area(const char *path, bool key, enum es_sensitive kind)
{
	for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
		enum es_sensitive there = key ? areas[i].key : areas[i].password;

		if (there != ES_SENSITIVE_NO && fnmatch(areas[i].pattern, path, 0) == 0)
			return there;
	}
	return kind;
}

static enum es_sensitive by_content(const char *path, struct es_span content)
{
	enum es_content kind = es_content_key(content);

	if (kind == ES_CONTENT_NOTHING && es_content_is_text(content))
		kind = es_content_text(content);
	switch (kind) {
	case ES_CONTENT_PRIVATE_KEY:
		return in_area(path, true, ES_SENSITIVE_TLS_KEY);
	case ES_CONTENT_SSH_KEY:
		return in_area(path, true, ES_SENSITIVE_CREDENTIAL);
	case ES_CONTENT_VPN_KEY:
		return ES_SENSITIVE_VPN_KEY;
	case ES_CONTENT_HASH:
		return ES_SENSITIVE_PASSWORD_HASH;
	case ES_CONTENT_PSK:
		return ES_SENSITIVE_NETWORK;
	case ES_CONTENT_PASSWORD:
		return in_area(path, false, ES_SENSITIVE_CREDENTIAL);
	case ES_CONTENT_NOTHING:
		break;
	}
	return ES_SENSITIVE_NO;
}

enum es_sensitive es_sensitive(const char *path, mode_t mode, struct es_span content)
{
	enum es_sensitive kind;

	if ((mode & S_IFMT) != 0 && !S_ISREG(mode))
		return ES_SENSITIVE_NO;
	kind = by_place(path, content);
	if (kind == ES_SENSITIVE_NO)
		kind = by_content(path, content);
	if (kind == ES_SENSITIVE_NO && content.len > 0 && (mode & S_IROTH) == 0)
		return ES_SENSITIVE_PRIVATE;
	return kind;
}

const struct es_sensitive_words *es_sensitive_words(enum es_sensitive kind)
{
	static const struct es_sensitive_words words[ES_SENSITIVE_COUNT] = {
		[ES_SENSITIVE_NO] = { "nothing secret", "nothing", "none" },
		[ES_SENSITIVE_PASSWORD_HASH] = { "password hashes", "set new passwords (passwd, htpasswd, …)",
						 "password-hash" },
		[ES_SENSITIVE_HOST_KEY] = { "an SSH host key",
					    "make a new one (ssh-keygen -A, dropbearkey), and tell those "
					    "who connect",
					    "host-key" },
		[ES_SENSITIVE_TLS_KEY] = { "a private key",
					   "make a new key, get a new certificate, and revoke the old one",
					   "private-key" },
		[ES_SENSITIVE_VPN_KEY] = { "a VPN key",
					   "make a new key, and give its public half, or the shared key, to the "
					   "peers",
					   "vpn-key" },
		[ES_SENSITIVE_NETWORK] = { "a network password",
					   "change the network's password, at the access point or the "
					   "authentication server",
					   "network-password" },
		[ES_SENSITIVE_DISK_KEY] = { "a disk key",
					    "replace it (cryptsetup luksChangeKey); the volume key stays the "
					    "same without cryptsetup reencrypt",
					    "disk-key" },
		[ES_SENSITIVE_CREDENTIAL] = { "a password or token", "change it where it is used to log in",
					      "credential" },
		[ES_SENSITIVE_PRIVATE] = { "readable by its owner only", "look at it: if it holds a secret, renew that",
					   "private" },
	};

	return &words[(unsigned)kind < ES_SENSITIVE_COUNT ? kind : ES_SENSITIVE_NO];
}
