/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured messages to the system journal, by its native protocol (systemd.journal-fields(7); "Native Journal
 * Protocol" in systemd's documentation); where there is no journal, the text alone goes to syslog(3), authpriv. Neither
 * a message's meaning nor its id changes between releases. etcseal(8) lists them.
 */
#ifndef ES_TOOLS_JOURNAL_H
#define ES_TOOLS_JOURNAL_H

#include "keys/core/reason.h"

#include <stdbool.h>
#include <stdint.h>

enum es_message {
	ES_SAY_SAVED,
	ES_SAY_SAVE_FAILED,
	ES_SAY_SAVE_WORKS_AGAIN,
	ES_SAY_SAVED_WITHOUT_TPM,
	ES_SAY_LEFT_OUT,
	ES_SAY_WATCH_STARTED,
	ES_SAY_WATCH_STOPPED,
	ES_SAY_NOT_SAVED_AT_STOP,
	ES_SAY_WATCH_WAITING,
	ES_SAY_ROTATED,
	ES_SAY_ADOPTED,
	ES_SAY_NOT_ADOPTED,
	ES_MESSAGES,
};

struct es_message_kind {
	const char *id;   /* MESSAGE_ID, 32 hex digits */
	const char *name; /* ETCSEAL_EVENT */
	int priority;     /* of syslog(3) */
};
extern const struct es_message_kind es_messages[ES_MESSAGES];

struct es_entry {
	enum es_message message;
	const char *text;
	uint64_t generation, revision, bytes, entries, usec; /* 0: the field is left out */
	enum es_reason reason;                               /* ES_OK: likewise */
};

void es_journal(const struct es_entry *entry);
/* To the journal that listens at path; false: it isn't there, or refused. */
bool es_journal_at(const char *path, const struct es_entry *entry);

#endif
