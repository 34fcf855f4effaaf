/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/survey/sensitive.h"

#include "keys/core/buf.h"
#include "keys/store/file.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define BASE64_32 "mK7Qq1b6Z1nQeG7v2l0fYxTn9c8s5d4a3w2e1r0t9y8="
#define PEM(label)                                                                                                     \
	"-----BEGIN " label "-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END " label "-----\n"

struct sample {
	const char *path;
	mode_t mode;
	const char *content;
	enum es_sensitive kind;
};

static void assert_kinds(const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum es_sensitive got =
		    es_sensitive(samples[i].path, S_IFREG | samples[i].mode, es_text_span(samples[i].content));

		if (got != samples[i].kind)
			fail_msg("%s: %s, and not %s", samples[i].content, es_sensitive_words(got)->name,
				 es_sensitive_words(samples[i].kind)->name);
	}
}

#define ASSERT_KINDS(samples) assert_kinds(samples, sizeof samples / sizeof samples[0])

/* Where Debian has them. */
static void the_twelve_kinds_are_found(void **state)
{
	static const struct sample samples[] = {
		{ "/etc/shadow", 0640,
		  "root:$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o:19000:0:99999:7:::\nbin:*:19000::::::\n",
		  ES_SENSITIVE_PASSWORD_HASH },
		{ "/etc/ssh/ssh_host_ed25519_key", 0600, PEM("OPENSSH PRIVATE KEY"), ES_SENSITIVE_HOST_KEY },
		{ "/etc/wireguard/wg0.conf", 0600, "[Interface]\nPrivateKey = " BASE64_32 "\n", ES_SENSITIVE_VPN_KEY },
		{ "/etc/NetworkManager/system-connections/home.nmconnection", 0600,
		  "[wifi-security]\nkey-mgmt=wpa-psk\npsk=correct horse\n", ES_SENSITIVE_NETWORK },
		{ "/etc/ssl/private/www.key", 0640, PEM("PRIVATE KEY"), ES_SENSITIVE_TLS_KEY },
		{ "/etc/fstab", 0644, "UUID=1 / ext4 defaults 0 1\n//nas/x /x cifs user=me,password=hunter2,ro 0 0\n",
		  ES_SENSITIVE_CREDENTIAL },
		{ "/etc/modprobe.d/local.conf", 0644, "options lab secret=hunter2\n", ES_SENSITIVE_CREDENTIAL },
		{ "/etc/sudoers.d/ops", 0440, "ops ALL=(ALL) NOPASSWD: /bin/true\n", ES_SENSITIVE_PRIVATE },
		{ "/etc/keys/root.key", 0600, "\x01\x02\x03", ES_SENSITIVE_DISK_KEY },
		{ "/etc/cron.d/sync", 0644, "5 * * * * root RSYNC_PASSWORD=hunter2 rsync a b\n",
		  ES_SENSITIVE_CREDENTIAL },
		{ "/etc/apt/auth.conf.d/mirror.conf", 0644, "machine example.org\nlogin apt\npassword hunter2\n",
		  ES_SENSITIVE_CREDENTIAL },
		{ "/etc/samba/credentials", 0644, "username=me\npassword=hunter2\n", ES_SENSITIVE_CREDENTIAL },
	};

	(void)state;
	ASSERT_KINDS(samples);
}

static void they_are_found_in_other_places_and_forms(void **state)
{
	static const struct sample samples[] = {
		{ "/srv/app/users", 0644, "me:{SSHA}0123456789abcdefghijklmnop\n", ES_SENSITIVE_PASSWORD_HASH },
		{ "/etc/grub.d/40_custom", 0755,
		  "password_pbkdf2 root grub.pbkdf2.sha512.10000.0123456789ABCDEF0123.0123456789\n",
		  ES_SENSITIVE_PASSWORD_HASH },
		{ "/etc/nginx/htpasswd", 0644, "me:$apr1$abcdefgh$0123456789abcdefghijkl\n",
		  ES_SENSITIVE_PASSWORD_HASH },
		{ "/etc/cloud/cloud.cfg.d/x.cfg", 0644, "users:\n  - passwd: $6$saltsalt$0123456789abcdefghijklmnop\n",
		  ES_SENSITIVE_PASSWORD_HASH },
		{ "/etc/shadow-", 0640, "root:!$6$saltsalt$0123456789abcdefg:1::::::\n", ES_SENSITIVE_PASSWORD_HASH },
		{ "/etc/shadow", 0640, "old:aaXXabcdefghi:1::::::\n", ES_SENSITIVE_PASSWORD_HASH },
		{ "/root/.ssh/id_rsa", 0600, PEM("OPENSSH PRIVATE KEY"), ES_SENSITIVE_CREDENTIAL },
		{ "/opt/x/server.pem", 0644, "subject\n" PEM("CERTIFICATE") PEM("EC PRIVATE KEY"),
		  ES_SENSITIVE_TLS_KEY },
		{ "/opt/x/server.pem", 0644, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
		  ES_SENSITIVE_TLS_KEY },
		{ "/opt/x/account.json", 0644,
		  "{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQ\\n\"}",
		  ES_SENSITIVE_TLS_KEY },
		{ "/etc/openvpn/ta.key", 0644,
		  "-----BEGIN OpenVPN Static key V1-----\n0123456789abcdef0123456789abcdef\n", ES_SENSITIVE_VPN_KEY },
		{ "/etc/swanctl/private/a.pem", 0644, PEM("PRIVATE KEY"), ES_SENSITIVE_VPN_KEY },
		{ "/etc/ipsec.secrets", 0600, "# keys\n: PSK \"hunter2\"\n", ES_SENSITIVE_VPN_KEY },
		{ "/etc/systemd/network/wg.netdev", 0644, "[WireGuardPeer]\nPresharedKey=" BASE64_32 "\n",
		  ES_SENSITIVE_VPN_KEY },
		{ "/etc/wpa_supplicant/wpa_supplicant.conf", 0644, "network={\n\tssid=\"x\"\n\tpsk=\"hunter22\"\n}\n",
		  ES_SENSITIVE_NETWORK },
		{ "/etc/netplan/50.yaml", 0644,
		  "wifis:\n  w:\n    access-points:\n      x:\n        password: hunter22\n", ES_SENSITIVE_NETWORK },
		{ "/etc/network/interfaces", 0644, "iface w inet dhcp\n\twpa-psk hunter22\n", ES_SENSITIVE_NETWORK },
		{ "/var/lib/iwd/home.psk", 0644, "[Security]\nPreSharedKey=0123456789abcdef\n", ES_SENSITIVE_NETWORK },
		{ "/etc/iscsi/iscsid.conf", 0644, "node.session.auth.password = hunter2\n", ES_SENSITIVE_CREDENTIAL },
		{ "/etc/app.json", 0644, "{ \"db\": { \"user\": \"x\", \"password\": \"hunter2\" } }\n",
		  ES_SENSITIVE_CREDENTIAL },
		{ "/etc/app.xml", 0644, "<a>\n  <password>hunter2</password>\n</a>\n", ES_SENSITIVE_CREDENTIAL },
		{ "/etc/bind/named.conf.keys", 0644,
		  "key k {\n\talgorithm hmac-sha256;\n\tsecret \"aGVsbG8gd29ybGQ=\";\n};\n", ES_SENSITIVE_CREDENTIAL },
		{ "/etc/apt/sources.list.d/x.list", 0644, "deb https://me:hunter2@example.org/ x main\n",
		  ES_SENSITIVE_CREDENTIAL },
		{ "/etc/environment", 0644, "GITHUB=ghp_0123456789abcdefghijklmnopqrstuvwxyz\n",
		  ES_SENSITIVE_CREDENTIAL },
		{ "/etc/app.conf", 0644, "export DB_PASSWORD='hunter2'\n", ES_SENSITIVE_CREDENTIAL },
		{ "/etc/cron.daily/push", 0755, "#!/bin/sh\ncurl -u me:hunter2 https://example.org/\n",
		  ES_SENSITIVE_CREDENTIAL },
		{ "/etc/ldap.conf", 0644, "bindpw=hunter2\n", ES_SENSITIVE_CREDENTIAL },
		{ "/cryptroot/keyfiles/root.key", 0400, "binary", ES_SENSITIVE_DISK_KEY },
		{ "/etc/mystery", 0600, "x", ES_SENSITIVE_PRIVATE },
		/* its place says so, whatever it contains */
		{ "/etc/ssh/ssh_host_rsa_key", 0600, "", ES_SENSITIVE_HOST_KEY },
	};

	(void)state;
	ASSERT_KINDS(samples);
}

static void what_holds_no_secret_is_not_called_one(void **state)
{
	static const struct sample samples[] = {
		{ "/etc/a.conf", 0644, "#password=hunter2\n  # password = hunter2\n;psk=hunter22\n", ES_SENSITIVE_NO },
		{ "/etc/a.xml", 0644,
		  "<!-- <password>hunter2</password> -->\n<!--\n<password>hunter2</password>\n-->\n", ES_SENSITIVE_NO },
		{ "/etc/a.c", 0644, "// password=hunter2\n/* a\npassword=hunter2\n*/\n", ES_SENSITIVE_NO },
		{ "/etc/a.conf", 0644, "password=\npassword = \"\"\ntoken:\nsecret=''\n", ES_SENSITIVE_NO },
		{ "/etc/a.conf", 0644, "mode=1 # password=hunter2\n", ES_SENSITIVE_NO },
		{ "/etc/exim4/a", 0644, "dkim_private_key = DKIM_PRIVATE_KEY\n", ES_SENSITIVE_NO },
		{ "/etc/a.conf", 0644, "password=HUNTER\n", ES_SENSITIVE_CREDENTIAL },
		{ "/var/lib/snmp/snmpd.conf", 0644, "engineBoots 3\n# createUser x\n", ES_SENSITIVE_NO },
		{ "/var/lib/snmp/snmpd.conf", 0644, "usmUser 1 3 0x80 \"me\" 0x00\n", ES_SENSITIVE_CREDENTIAL },
		{ "/var/lib/bluetooth/A/B/info", 0644, "[LinkKey]\nKey=00112233445566778899AABBCCDDEEFF\n",
		  ES_SENSITIVE_CREDENTIAL },
		{ "/var/lib/bluetooth/A/B/info", 0644, "Key=1\n", ES_SENSITIVE_NO },
		{ "/var/cache/debconf/passwords.dat", 0644, "Name: a/b\nTemplate: a/b\n", ES_SENSITIVE_NO },
		{ "/var/cache/debconf/passwords.dat", 0644, "Name: a/b\nValue: hunter2\n", ES_SENSITIVE_CREDENTIAL },
		{ "/var/backups/smbpasswd.bak", 0644, "me:1000:X:0123:[U]:LCT-0:\n", ES_SENSITIVE_PASSWORD_HASH },
		{ "/etc/init.d/a", 0755, "#!/bin/sh\nPASSWORD=\"$1\"\npasswd=$(cat x)\nTOKEN=${T:-}\n",
		  ES_SENSITIVE_NO },
		{ "/etc/a.py", 0644, "password = getpass(prompt)\nself.token=None\n", ES_SENSITIVE_NO },
		{ "/etc/a.conf", 0644, "password_file=/etc/a.secret\npassword=/etc/a.secret\nsecret=file:/x\n",
		  ES_SENSITIVE_NO },
		{ "/etc/ssh/sshd_config", 0644, "PasswordAuthentication yes\nPermitEmptyPasswords no\n",
		  ES_SENSITIVE_NO },
		{ "/etc/nsswitch.conf", 0644, "passwd:         files systemd\nshadow:         files\n",
		  ES_SENSITIVE_NO },
		{ "/etc/pam.d/common-password", 0644,
		  "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\n"
		  "password requisite pam_deny.so\n",
		  ES_SENSITIVE_NO },
	};

	(void)state;
	ASSERT_KINDS(samples);
}

static void debians_own_files_and_public_keys_are_not(void **state)
{
	static const struct sample samples[] = {
		{ "/etc/passwd", 0644,
		  "root:x:0:0:root:/root:/bin/bash\nme:x:1000:1000:A very long comment,,,:/home/me:/bin/sh\n",
		  ES_SENSITIVE_NO },
		{ "/etc/group", 0644, "root:x:0:\npasswd:x:90:someone,else\n", ES_SENSITIVE_NO },
		{ "/etc/shadow", 0644, "root:*:19000:0:99999:7:::\nme:!:19000::::::\nx:!*:1::::::\n", ES_SENSITIVE_NO },
		/* dracut 106's initramfs: systemd-sysusers made it */
		{ "/etc/shadow", 0000, "root:!unprovisioned:20000::::::\ndaemon:!*:20000::::::\n",
		  ES_SENSITIVE_PRIVATE },
		{ "/etc/login.defs", 0644, "PASS_MAX_DAYS\t99999\nENCRYPT_METHOD YESCRYPT\nUSERGROUPS_ENAB yes\n",
		  ES_SENSITIVE_NO },
		{ "/etc/debconf.conf", 0644,
		  "Config: configdb\nAccept-Type: password\nReject-Type: password\nName: passwords\n",
		  ES_SENSITIVE_NO },
		{ "/etc/samba/smb.conf", 0644,
		  "unix password sync = yes\npasswd program = /usr/bin/passwd %u\n"
		  "passwd chat = *Enter\\snew* %n\\n .\nencrypt passwords = true\n",
		  ES_SENSITIVE_NO },
		{ "/etc/ssl/certs/x.pem", 0644, PEM("CERTIFICATE"), ES_SENSITIVE_NO },
		{ "/etc/ssh/ssh_host_rsa_key.pub", 0644, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ root@x\n",
		  ES_SENSITIVE_NO },
		{ "/etc/pubkey.pem", 0644, PEM("PUBLIC KEY"), ES_SENSITIVE_NO },
		{ "/usr/lib/libcrypto", 0644, "-----BEGIN RSA PRIVATE KEY-----", ES_SENSITIVE_NO },
		{ "/usr/bin/a", 0755, "#!/bin/sh\ngrep -q -- '-----BEGIN PRIVATE KEY-----' \"$1\"\n", ES_SENSITIVE_NO },
		{ "/etc/wireguard/wg0.conf", 0644, "[Peer]\nPublicKey = " BASE64_32 "\n", ES_SENSITIVE_NO },
		{ "/etc/systemd/network/wg.netdev", 0644, "[WireGuard]\nPrivateKeyFile=/etc/wg.key\n",
		  ES_SENSITIVE_NO },
		{ "/etc/netconfig", 0644, "key-mgmt=wpa-psk\nssid=psk\npsk-flags=1\n", ES_SENSITIVE_NO },
		{ "/etc/apt/sources.list", 0644, "deb http://deb.debian.org/debian bookworm main\n", ES_SENSITIVE_NO },
		{ "/etc/x.conf", 0644, "proxy=http://proxy:3128/\nurl=ssh://git@example.org:22/\ntime=12:34:56\n",
		  ES_SENSITIVE_NO },
		{ "/etc/fstab", 0644, "UUID=1 / ext4 errors=remount-ro 0 1\n//nas/x /x cifs credentials=/etc/c 0 0\n",
		  ES_SENSITIVE_NO },
		{ "/etc/crypttab", 0644, "root UUID=1 none luks,discard\nhome UUID=2 /etc/keys/home luks\n",
		  ES_SENSITIVE_NO },
		{ "/etc/ipsec.secrets", 0644, "# nothing\ninclude /var/lib/strongswan/ipsec.secrets.inc\n",
		  ES_SENSITIVE_NO },
		{ "/etc/a.sh", 0755, "x=$1$2$3$4$5$6$7$8$9\necho $1$name\n", ES_SENSITIVE_NO },
		{ "/etc/bash_completion.d/a", 0644, "--password=*) ;;\n\t--token) return ;;\n", ES_SENSITIVE_NO },
		{ "/etc/sudoers", 0644, "Defaults\tenv_reset,passwd_tries=3\nme ALL=(ALL) NOPASSWD: ALL\n",
		  ES_SENSITIVE_NO },
		{ "/etc/a.json", 0644, "{ \"password\": null, \"token\": \"\", \"secret\": true }\n", ES_SENSITIVE_NO },
		{ "/etc/.pwd.lock", 0600, "", ES_SENSITIVE_NO },
		{ "/etc/netrc-like", 0644, "the password hunter is here\n", ES_SENSITIVE_NO },
	};

	(void)state;
	ASSERT_KINDS(samples);
}

static void folders_and_links_are_not_sensitive(void **state)
{
	(void)state;
	assert_int_equal(es_sensitive("/etc/keys/x", S_IFDIR | 0700, (struct es_span){ NULL, 0 }), ES_SENSITIVE_NO);
	assert_int_equal(es_sensitive("/etc/keys/x", S_IFLNK | 0777, (struct es_span){ NULL, 0 }), ES_SENSITIVE_NO);
}

/* Made by the programs that make them. */
static void binary_keys_are_found(void **state)
{
	static const char *const make[] = {
		"openssl genpkey -algorithm ed25519 -outform DER -out k",
		"openssl genrsa -traditional 2048 2>/dev/null | openssl rsa -traditional -outform DER -out k "
		"2>/dev/null",
		"openssl ecparam -name prime256v1 -genkey -noout -outform DER -out k",
		"openssl genpkey -algorithm ed25519 -out p && openssl req -x509 -key p -subj /CN=x -out c && "
		"openssl pkcs12 -export -inkey p -in c -passout pass:x -out k",
	};

	for (size_t i = 0; i < sizeof make / sizeof make[0]; i++) {
		ES_BUF k = { NULL, 0 };

		assert_int_equal(oracle_shell(state, "%s", make[i]), 0);
		k = oracle_read(state, "k");
		assert_int_equal(es_sensitive("/opt/x", S_IFREG | 0644, es_buf_span(&k)), ES_SENSITIVE_TLS_KEY);
	}
}

static void binary_certificates_and_public_keys_are_not(void **state)
{
	static const char *const make[] = {
		"openssl genpkey -algorithm ed25519 -out p && openssl req -x509 -key p -subj /CN=x -outform DER -out k",
		"openssl genpkey -algorithm ed25519 -out p && openssl pkey -in p -pubout -outform DER -out k",
		"head -c 100 /dev/zero >k",
		"printf '\\060\\202' >k",
		"printf "
		"'\\060\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377'"
		" >k && "
		"cat k k k k >l && mv l k",
	};

	for (size_t i = 0; i < sizeof make / sizeof make[0]; i++) {
		ES_BUF k = { NULL, 0 };

		assert_int_equal(oracle_shell(state, "%s", make[i]), 0);
		k = oracle_read(state, "k");
		assert_int_equal(es_sensitive("/opt/x", S_IFREG | 0644, es_buf_span(&k)), ES_SENSITIVE_NO);
	}
}

/* Each byte of a line could be the begin of a name or value; the time may not grow with the square of it. */
static void a_long_line_takes_no_longer_than_its_length(void **state)
{
	static const char *const parts[] = { "password=$", "://a:b", "psk=\"", "-----BEGIN ", " = \"'" };
	ES_BUF b = { NULL, 0 };

	(void)state;
	assert_int_equal(es_buf_new((size_t)8 << 20, &b), ES_OK);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		size_t len = strlen(parts[i]);

		for (size_t at = 0; at < b.len; at++)
			b.data[at] = (uint8_t)parts[i][at % len];
		(void)es_sensitive("/etc/x", S_IFREG | 0644, es_buf_span(&b));
	}
}

static void every_kind_has_words(void **state)
{
	(void)state;
	for (int i = 0; i < ES_SENSITIVE_COUNT; i++) {
		const struct es_sensitive_words *w = es_sensitive_words((enum es_sensitive)i);

		assert_non_null(w);
		assert_true(w->name != NULL && w->name[0] != '\0' && w->renew != NULL && w->renew[0] != '\0' &&
			    w->id != NULL);
	}
	assert_non_null(es_sensitive_words(ES_SENSITIVE_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_twelve_kinds_are_found),
		cmocka_unit_test(they_are_found_in_other_places_and_forms),
		cmocka_unit_test(what_holds_no_secret_is_not_called_one),
		cmocka_unit_test(debians_own_files_and_public_keys_are_not),
		cmocka_unit_test(folders_and_links_are_not_sensitive),
		cmocka_unit_test_setup_teardown(binary_keys_are_found, oracle_folder_make, oracle_folder_remove),
		cmocka_unit_test_setup_teardown(binary_certificates_and_public_keys_are_not, oracle_folder_make,
						oracle_folder_remove),
		cmocka_unit_test(a_long_line_takes_no_longer_than_its_length),
		cmocka_unit_test(every_kind_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
