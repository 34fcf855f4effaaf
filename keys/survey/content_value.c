/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what a setting is set to can be a password at all. */
#include "keys/survey/content.h"

#include <string.h>
#include <strings.h>

enum { VALUE_LEAST = 2 };

static bool begins(struct es_span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.data, text, len) == 0;
}

static bool is_word(struct es_span s, const char *text)
{
	return s.len == strlen(text) && strncasecmp((const char *)s.data, text, s.len) == 0;
}

/* NAME_OF_ONE, as Exim and makefiles use them. */
static bool is_macro(struct es_span value)
{
	bool underscore = false;

	for (size_t i = 0; i < value.len; i++) {
		if (!(value.data[i] >= 'A' && value.data[i] <= 'Z') && value.data[i] != '_')
			return false;
		underscore |= i > 0 && i + 1 < value.len && value.data[i] == '_';
	}
	return underscore;
}

bool es_content_is_value(struct es_span value, bool quoted)
{
	static const char *const words[] = { "yes",      "no",       "true",     "false",    "on",       "off",
					     "none",     "null",     "nil",      "ask",      "prompt",   "default",
					     "required", "optional", "enabled",  "disabled", "enable",   "always",
					     "disable",  "never",    "auto",     "files",    "compat",   "db",
					     "sss",      "systemd",  "ldap",     "nis",      "password", "winbind",
					     "file",     "pam",      "required:" };
	static const char *const paths[] = { "/etc/", "/run/",  "/var/",  "/usr/", "/dev/", "/home/", "/root/",
					     "/sys/", "/proc/", "/lib/",  "/tmp/", "./",    "~/",     "file:",
					     "/bin/", "/sbin/", "/boot/", "/srv/", "/opt/", "/mnt/",  "/conf/" };

	if (value.len < VALUE_LEAST || strchr("$<([{%*&@`\\|>?=", value.data[0]) != NULL)
		return false;
	/* A call, in a script. */
	if (!quoted && (memchr(value.data, '(', value.len) != NULL || is_macro(value)))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (is_word(value, words[i]))
			return false;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (begins(value, paths[i]))
			return false;
	return true;
}
