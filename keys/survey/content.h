/* SPDX-License-Identifier: Apache-2.0 */
/* Private to keys/survey: what is in a file, whatever its name. */
#ifndef ES_SURVEY_CONTENT_H
#define ES_SURVEY_CONTENT_H

#include "keys/core/span.h"

enum es_content {
	ES_CONTENT_NOTHING,
	ES_CONTENT_PRIVATE_KEY, /* PEM, DER, PKCS #12 */
	ES_CONTENT_SSH_KEY,     /* OpenSSH's, PuTTY's and dropbear's own forms */
	ES_CONTENT_VPN_KEY,     /* WireGuard's, OpenVPN's static key, IPsec's PSK */
	ES_CONTENT_HASH,        /* of a password, for crypt(5), LDAP or GRUB */
	ES_CONTENT_PSK,         /* of a wireless network */
	ES_CONTENT_PASSWORD,    /* a setting with a value that is a password or token */
};

/* content.c: keys, in text and binary files. */
enum es_content es_content_key(struct es_span file);
/* content_text.c: settings and hashes in a text file; what is in a comment isn't looked at. */
enum es_content es_content_text(struct es_span file);

/* content_value.c: not a word of a setting, a variable, a macro or a path. */
bool es_content_is_value(struct es_span value, bool quoted);

bool es_content_is_text(struct es_span file);
/* Without blanks at its ends; empty if it is a comment. */
struct es_span es_content_setting(struct es_span line);

#endif
