/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/journal.h"

#include "keys/core/span.h"
#include "keys/store/file.h"
#include "tools/output.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

static const char journal_socket[] = "/run/systemd/journal/socket";

const struct es_message_kind es_messages[ES_MESSAGES] = {
	[ES_SAY_SAVED] = { "93b42a9384bb452cbe755636eec9de16", "saved", LOG_INFO },
	[ES_SAY_SAVE_FAILED] = { "37dd77d107e24d0f8838b9e7051aab8e", "save-failed", LOG_ERR },
	[ES_SAY_SAVE_WORKS_AGAIN] = { "ca002e5a37c44420b5d3e795ad635ffd", "save-works-again", LOG_NOTICE },
	[ES_SAY_SAVED_WITHOUT_TPM] = { "225af68ba64a4439994656f8a1f65c0c", "saved-without-tpm", LOG_WARNING },
	[ES_SAY_LEFT_OUT] = { "ee92fcdf47df4d1790e21895d40d8ea7", "left-out", LOG_WARNING },
	[ES_SAY_WATCH_STARTED] = { "957e83aebaa74e5e952ad28b2d925003", "watch-started", LOG_INFO },
	[ES_SAY_WATCH_STOPPED] = { "000253b81b384323b3f8683daa8b9143", "watch-stopped", LOG_INFO },
	[ES_SAY_NOT_SAVED_AT_STOP] = { "27987f57e12843be89208d524e0cceb8", "not-saved-at-stop", LOG_CRIT },
	[ES_SAY_WATCH_WAITING] = { "5b5139db7bd6481da01e14011bb5b487", "watch-waiting", LOG_NOTICE },
	[ES_SAY_ROTATED] = { "bd261534031440689d6068df2842a60e", "rotated", LOG_NOTICE },
	[ES_SAY_ADOPTED] = { "e5a9d30bcfb64c77b03a2f9ee1c0bf7e", "adopted", LOG_NOTICE },
	[ES_SAY_NOT_ADOPTED] = { "5e9f533789684d7b990db50a3701fe61", "not-adopted", LOG_WARNING },
};

enum { FIELDS_MAX = 4096, TEXT_MAX = 1536 };

static void field(struct es_writer *w, const char *name, const char *value)
{
	es_write_text(w, name);
	es_write_text(w, "=");
	es_write_text(w, value);
	es_write_text(w, "\n");
}

static void number(struct es_writer *w, const char *name, uint64_t value)
{
	if (value == 0)
		return;
	es_write_text(w, name);
	es_write_text(w, "=");
	es_write_decimal(w, value);
	es_write_text(w, "\n");
}

/* A line break would end the field, and let the text begin another one. */
static void clean_text(const char *text, char ret[static TEXT_MAX])
{
	snprintf(ret, TEXT_MAX, "%s", text);
	es_replace_controls(ret);
}

bool es_journal_at(const char *path, const struct es_entry *entry)
{
	const struct es_message_kind *kind = &es_messages[entry->message];
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char fields[FIELDS_MAX], text[TEXT_MAX];
	struct es_writer w = { .data = (uint8_t *)fields, .cap = sizeof fields };
	const char priority[] = { (char)('0' + kind->priority), '\0' };
	ES_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof to.sun_path)
		return false;
	strcpy(to.sun_path, path);
	clean_text(entry->text, text);
	field(&w, "MESSAGE", text);
	field(&w, "MESSAGE_ID", kind->id);
	field(&w, "PRIORITY", priority);
	field(&w, "SYSLOG_IDENTIFIER", "etcseal");
	field(&w, "ETCSEAL_EVENT", kind->name);
	if (entry->reason != ES_OK)
		field(&w, "ETCSEAL_REASON", es_reason_words(entry->reason)->id);
	number(&w, "ETCSEAL_GENERATION", entry->generation);
	number(&w, "ETCSEAL_REVISION", entry->revision);
	number(&w, "ETCSEAL_BYTES", entry->bytes);
	number(&w, "ETCSEAL_ENTRIES", entry->entries);
	number(&w, "ETCSEAL_USEC", entry->usec);
	return !w.bad && sendto(fd, fields, w.pos, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&to,
				sizeof to) == (ssize_t)w.pos;
}

void es_journal(const struct es_entry *entry)
{
	char text[TEXT_MAX];

	if (es_journal_at(journal_socket, entry))
		return;
	clean_text(entry->text, text);
	openlog("etcseal", LOG_PID, LOG_AUTHPRIV);
	syslog(es_messages[entry->message].priority, "%s", text);
	closelog();
}
