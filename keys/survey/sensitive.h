/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of secret a configuration file holds, by its place, its mode and its content. For telling an administrator:
 * nothing is decided by it that protects anything.
 */
#ifndef ES_SURVEY_SENSITIVE_H
#define ES_SURVEY_SENSITIVE_H

#include "keys/core/span.h"

#include <sys/types.h>

enum es_sensitive {
	ES_SENSITIVE_NO,
	ES_SENSITIVE_PASSWORD_HASH, /* shadow, htpasswd, GRUB's, … */
	ES_SENSITIVE_HOST_KEY,      /* of sshd, dropbear */
	ES_SENSITIVE_TLS_KEY,       /* a private key in PEM or DER, PKCS #12, a keystore */
	ES_SENSITIVE_VPN_KEY,       /* WireGuard, IPsec, OpenVPN */
	ES_SENSITIVE_NETWORK,    /* Wi-Fi and 802.1X: NetworkManager, wpa_supplicant, netplan, iwd, systemd-networkd */
	ES_SENSITIVE_DISK_KEY,   /* crypttab's key files */
	ES_SENSITIVE_CREDENTIAL, /* a password or token in a setting: fstab, apt, Samba, a database, a cron job, … */
	ES_SENSITIVE_PRIVATE,    /* not readable by everybody, of no kind that we know */
	ES_SENSITIVE_COUNT
};

/* path is absolute, as on the host. content may be empty: a folder or symlink is never sensitive, and a file is if its
 * place says so whatever it contains. ES_SENSITIVE_PRIVATE needs a content. */
enum es_sensitive es_sensitive(const char *path, mode_t mode, struct es_span content);

struct es_sensitive_words {
	const char *name;  /* "an SSH host key" */
	const char *renew; /* what its owner does if somebody may have read it */
	const char *id;    /* for --json, stable: "host-key" */
};
const struct es_sensitive_words *es_sensitive_words(enum es_sensitive kind);

#endif
