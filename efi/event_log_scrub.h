/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removes the recovery key from the firmware's event logs before the kernel copies them. Firmware (edk2) measures every
 * Boot#### variable of the boot order into PCR 1, and boot menus measure the options they pass into PCR 12, with the
 * text itself as event data: a key given there would stay in a log for as long as the system runs.
 *
 * Only event data is overwritten: each character of the option's value, or each digit of a key, becomes '*'. Digests
 * and PCRs don't change, so the log still replays; but the data of that one event no longer matches its digest. The
 * Boot#### variable itself isn't changed: a key given there must be removed from it.
 */
#ifndef ES_EFI_EVENT_LOG_SCRUB_H
#define ES_EFI_EVENT_LOG_SCRUB_H

#include "efi/measure.h"

/* Scrubs TCG2's log, the events that it keeps for after ExitBootServices, and the confidential VM's log. Reports on the
 * console if it overwrote anything. */
void es_event_logs_scrub(const struct es_measuring *m);

/* Pure. Overwrites the text after a recovery option's name and '=', in ASCII or UTF-16, to its end; and each recovery
 * key, or what looks like a mistyped one, under any other name. Returns the number of matches. */
unsigned es_scrub(uint8_t *data, size_t len);

/* Pure. The same in the data of each event of a crypto agile log whose last event begins at last; 0 if it isn't such a
 * log. limit: the maximum length of the log. */
unsigned es_scrub_log(uint8_t *log, size_t last, size_t limit);

/* Pure. The same for a log in the old format, with SHA-1 digests only. */
unsigned es_scrub_sha1_log(uint8_t *log, size_t last, size_t limit);

/* Pure. The same in count events, in the format that the log's header declares. */
unsigned es_scrub_events(struct es_span log, uint8_t *events, size_t limit, uint64_t count);

#endif
