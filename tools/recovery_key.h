/* SPDX-License-Identifier: Apache-2.0 */
/* The recovery key: shown, read from a file, asked for. It stays in locked, wiped memory on its way. */
#ifndef ES_TOOLS_RECOVERY_KEY_H
#define ES_TOOLS_RECOVERY_KEY_H

#include "keys/host.h"
#include "tools/output.h"

struct es_recovery_shown {
	const struct es_protector *protector;
	const struct es_secret *key; /* ES_RECOVERY_LEN */
};

/* "{GUID}  478269-…" and a line end. For es_print only. */
void es_recovery_fill_line(struct es_writer *w, const struct es_recovery_shown *shown);
void es_recovery_fill_object(struct es_emit *j, const char *name, const struct es_recovery_shown *shown);

/* The text of a key file, "-" for standard input; at most ES_RECOVERY_INPUT_MAX bytes of it. Warns if others may read the
 * file. ES_MISSING, ES_PERMISSION, ES_IO, ES_TOO_LARGE, ES_MEMORY. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_recovery_from_file(const char *path, struct es_secret **ret, size_t *ret_len);

/* Asks at the controlling terminal, without echo. ES_MISSING: there is none; ES_ARGUMENT: given up (nothing
 * typed, end of file, a signal). The terminal is put back on every path. */
ES_MUST_CHECK enum es_reason es_recovery_ask(const char *id, struct es_secret **ret, size_t *ret_len);

#endif
