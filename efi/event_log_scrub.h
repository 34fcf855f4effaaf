/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the recovery key out of the firmware's event logs before the kernel copies them. Firmware (edk2) measures every
 * Boot#### variable of the boot order into PCR 1, and boot menus measure the options they pass into PCR 12, with the text
 * itself as event data: a key given there would stand in a log that lives as long as the system does.
 *
 * Only event data is overwritten, each character of the option's value, or each digit of a key, with '*'. Digests and PCRs stay, so the log still
 * replays; whoever hashes the data of that one event finds that it isn't the data measured. It doesn't reach the Boot####
 * variable itself: a key given there must be taken out of it again.
 */
#ifndef ES_EFI_EVENT_LOG_SCRUB_H
#define ES_EFI_EVENT_LOG_SCRUB_H

#include "efi/measure.h"

/* TCG2's log, the events it keeps for after ExitBootServices, and the confidential VM's log. Says so if it overwrote any. */
void es_event_logs_scrub(const struct es_measuring *m);

/* Pure. Overwrites what follows a recovery option's name and '=' in ASCII or UTF-16, up to the end of the text; and each recovery
 * key, or what looks like a mistyped one, under any other name. Returns how many it found. */
unsigned es_scrub(uint8_t *data, size_t len);

/* Pure. The same in the data of each event of a crypto agile log whose last event begins at last; nothing where it isn't
 * such a log. limit is how far it may reach. */
unsigned es_scrub_log(uint8_t *log, size_t last, size_t limit);

/* Pure. The same for a log of the old form, SHA-1 digests only. */
unsigned es_scrub_sha1_log(uint8_t *log, size_t last, size_t limit);

/* Pure. The same in count events of the form that the log's beginning tells. */
unsigned es_scrub_events(struct es_span log, uint8_t *events, size_t limit, uint64_t count);

#endif
