/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What firmware would give the next boot as options (keys/core/firmware_options.h): as the running system shows it now, which
 * needn't be what this boot's stub measured. So PCR 12 of a boot to come is foreseen.
 */
#ifndef ES_FIRMWARE_NOW_H
#define ES_FIRMWARE_NOW_H

#include "keys/core/buf.h"
#include "keys/core/firmware_options.h"
#include "keys/core/pcr.h"
#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>

enum { ES_FIRMWARE_TEXT = 200 };

struct es_firmware_now {
	/* Whether the system shows them: efivarfs is mounted, there are SMBIOS tables. Else those of this boot are taken. */
	bool variables_known, strings_known;
	unsigned count;
	struct es_buf event[ES_FIRMWARE_EVENTS]; /* as the stub will measure them, in that order */
	char refused[ES_FIRMWARE_TEXT];          /* what the stub will shut the seal for; "" if nothing */
};

/* firmware: "/sys/firmware" as Linux has it. */
ES_MUST_CHECK enum es_reason es_firmware_now_read(const char *firmware, struct es_firmware_now *ret);
void es_firmware_now_free(struct es_firmware_now *now);
#define ES_FIRMWARE_NOW ES_SCOPED(es_firmware_now_free) struct es_firmware_now

/* Extends PCR 12, replayed without such events (es_event_is_firmware_option), by those of the next boot. log: this boot's;
 * now NULL: the next boot has those of this one. */
ES_MUST_CHECK enum es_reason es_firmware_extend(const struct es_firmware_now *now, struct es_span log,
						struct es_digest *pcr);

/* In which the next boot will differ from this one, "EFI variable SystemdOptions: debug is new; …". Always terminated, cut at
 * cap; "" if in nothing. */
void es_firmware_changes(const struct es_firmware_now *now, struct es_span log, char *ret_text, size_t cap);

/* Of the n-th, below now->count: is it a string of SMBIOS; in words, "EFI variable SystemdOptions: debug". */
bool es_firmware_is_string(const struct es_firmware_now *now, unsigned n);
void es_firmware_words(const struct es_firmware_now *now, unsigned n, char *ret_text, size_t cap);

#endif
