/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options that the firmware would hand to the next boot (keys/core/firmware_options.h), as the running system shows
 * them now. They may differ from what this boot's stub measured. This predicts PCR 12 of a coming boot.
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
	/* Whether the system shows them: efivarfs is mounted, there are SMBIOS tables. Otherwise those of this boot are
	 * assumed. */
	bool variables_known, strings_known;
	unsigned count;
	struct es_buf event[ES_FIRMWARE_EVENTS]; /* as the stub will measure them, in its order */
	char refused[ES_FIRMWARE_TEXT];          /* why the stub will shut the seal; "" if it won't */
};

/* firmware: "/sys/firmware", as Linux has it. */
ES_MUST_CHECK enum es_reason es_firmware_now_read(const char *firmware, struct es_firmware_now *ret);
void es_firmware_now_free(struct es_firmware_now *now);
#define ES_FIRMWARE_NOW ES_SCOPED(es_firmware_now_free) struct es_firmware_now

/* Extends PCR 12, which was replayed without such events (es_event_is_firmware_option), with those of the next boot.
 * log is this boot's. now NULL: the next boot has the same events as this one. */
ES_MUST_CHECK enum es_reason es_firmware_extend(const struct es_firmware_now *now, struct es_span log,
						struct es_digest *pcr);

/* How the next boot will differ from this one: "EFI variable SystemdOptions: debug is new; …". Always terminated,
 * truncated at cap; "" if it won't differ. */
void es_firmware_changes(const struct es_firmware_now *now, struct es_span log, char *ret_text, size_t cap);

/* For event number n, below now->count: whether it is an SMBIOS string, and its words, "EFI variable SystemdOptions:
 * debug". */
bool es_firmware_is_string(const struct es_firmware_now *now, unsigned n);
void es_firmware_words(const struct es_firmware_now *now, unsigned n, char *ret_text, size_t cap);

#endif
