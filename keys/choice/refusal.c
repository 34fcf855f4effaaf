/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/choice/refusal.h"

#include "keys/core/event_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends, truncated at cap; never moves past the terminator. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t cap, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, cap - used, format, args);
	va_end(args);
}

static void append_change(char *text, size_t cap, const struct es_refusal_evidence *e, unsigned pcr)
{
	struct es_event_change change;
	char then[96], now[96];

	if (e->log_then.len == 0 || e->log_now.len == 0 ||
	    es_event_log_first_change(e->log_then, e->log_now, pcr, &change) != ES_OK)
		return;
	if (change.has_then)
		es_event_describe(&change.then, then, sizeof then);
	if (change.has_now)
		es_event_describe(&change.now, now, sizeof now);
	if (change.has_then && change.has_now && strcmp(then, now) == 0)
		append(text, cap, ": %s changed", now);
	else if (change.has_then && change.has_now)
		append(text, cap, ": %s in place of %s", now, then);
	else if (change.has_now)
		append(text, cap, ": %s is new", now);
	else
		append(text, cap, ": %s is gone", then);
}

void es_refusal_words(const struct es_refusal_evidence *e, char *ret_text, size_t cap)
{
	/* The most informative first: a cause that the owner can identify, before what merely follows from it. */
	static const unsigned order[] = { ES_PCR_IMAGE, ES_PCR_OPTIONS, ES_PCR_SECURE_BOOT, ES_PCR_DRIVERS,
					  ES_PCR_BOOT_LOADER };
	es_pcr_mask differ = es_pcr_differ(e->sealed, e->now, e->pcrs);

	if (cap == 0)
		return;
	ret_text[0] = '\0';
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		unsigned pcr = order[i];

		if ((differ & ES_PCR_BIT(pcr)) == 0)
			continue;
		append(ret_text, cap, "%sPCR %u (%s)", ret_text[0] != '\0' ? "; " : "", pcr, es_pcr_meaning(pcr));
		append_change(ret_text, cap, e, pcr);
	}
}
