/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the recovery key out of the firmware's event logs before the kernel copies them. Firmware (edk2) measures every
 * Boot#### variable of the boot order into PCR 1, and boot menus measure the options they pass into PCR 12, with the text
 * itself as event data: a key given there would stand in a log that lives as long as the system does.
 *
 * Only event data is overwritten, each character of the option's value with '*'. Digests and PCRs stay, so the log still
 * replays; whoever hashes the data of that one event finds that it isn't the data measured. It doesn't reach the Boot####
 * variable itself: a key given there must be taken out of it again.
 */
#ifndef ES_EFI_EVENT_LOG_SCRUB_H
#define ES_EFI_EVENT_LOG_SCRUB_H

#include "efi/measure.h"

/* TCG2's log, the events it keeps for after ExitBootServices, and the confidential VM's log. Says so if it overwrote any. */
void es_event_logs_scrub(const struct es_measuring *m);

/* Pure. Overwrites what follows a recovery option's name and '=' in ASCII or UTF-16, up to the end of the text. Returns how
 * many values it found. */
unsigned es_scrub(uint8_t *data, size_t len);

/* Pure. Where a crypto agile log ends, whose last event begins at last: 0 if it isn't one. limit is how far it may reach. */
size_t es_log_end(const uint8_t *log, size_t last, size_t limit);

/* Pure. Where count events in the log's form end, given that log's beginning: 0 if they aren't such. */
size_t es_log_events_end(struct es_span log, struct es_span events, uint64_t count);

#endif
