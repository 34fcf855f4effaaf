/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TCG event log in its crypto agile form, as Linux shows it in /sys/kernel/security/tpm0/binary_bios_measurements.
 * Untrusted input: every length is checked. TCG PC Client Platform Firmware Profile 1.05, section 10.
 */
#ifndef ES_CORE_EVENT_LOG_H
#define ES_CORE_EVENT_LOG_H

#include "keys/core/pcr.h"
#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

enum { ES_EVENT_LOG_ALGS_MAX = 8 };

enum es_event_type {
	ES_EV_NO_ACTION = 3,
	ES_EV_SEPARATOR = 4,
	ES_EV_EVENT_TAG = 6,
	ES_EV_IPL = 13,
	ES_EV_EFI_VARIABLE_DRIVER_CONFIG = (int)0x80000001,
	ES_EV_EFI_VARIABLE_BOOT = (int)0x80000002,
	ES_EV_EFI_BOOT_SERVICES_APPLICATION = (int)0x80000003,
	ES_EV_EFI_ACTION = (int)0x80000007,
	ES_EV_EFI_VARIABLE_BOOT2 = (int)0x8000000c,
	ES_EV_EFI_VARIABLE_AUTHORITY = (int)0x800000e0,
};

struct es_event {
	unsigned index; /* in the log, from 0 */
	unsigned pcr;
	uint32_t type;
	struct es_digest sha256; /* from the SHA-256 bank */
	struct es_span data;     /* the event's data, in place */
};

struct es_event_log {
	struct es_reader in;
	unsigned next;
	unsigned alg_count;
	struct {
		uint16_t id, len;
	} algs[ES_EVENT_LOG_ALGS_MAX];
	uint8_t startup_locality; /* PCR 0 starts from this value */
};

/* Reads the header. ES_FORMAT: not a log; ES_VERSION: the SHA-1 form (of a TPM 1.2); ES_TPM_NO_SHA256: the log has no
 * SHA-256 digests. The caller keeps the log's bytes, which must outlive *ret. */
ES_MUST_CHECK enum es_reason es_event_log_open(struct es_span bytes, struct es_event_log *ret);

/* The next event. ES_MISSING at the end, ES_FORMAT where the log is cut short. */
ES_MUST_CHECK enum es_reason es_event_log_next(struct es_event_log *log, struct es_event *ret);

/* Whether a replay leaves this event out. */
typedef bool es_event_skip_fn(const struct es_event *event);

/* The value of every PCR after the log's events. All 24 are present; those without events have their reset value:
 * zeros, or ones for 17 to 22. skip may be NULL. */
ES_MUST_CHECK enum es_reason es_event_log_replay(struct es_span bytes, es_sha256_fn *sha256, es_event_skip_fn *skip,
						 struct es_pcr_values *ret);

/* PCR 12 events that a later automatic boot won't have: the stub's "recovery boot", and a boot menu's event for options
 * that included a recovery key. */
bool es_event_is_recovery(const struct es_event *event);

/* PCR 12 events for the options that firmware handed over (keys/core/firmware_options.h). A later boot measures its
 * own. */
bool es_event_is_firmware_option(const struct es_event *event);
/* Overwrites the values in those events: they may be credentials, and a copy of the log goes to disk. The digests stay
 * unchanged. */
void es_event_log_redact(uint8_t *bytes, size_t len);

/* What one event measured, in words for a message: "section .initrd of the image", "Secure Boot variable db", "EFI
 * program \EFI\BOOT\BOOTX64.EFI". Always NUL-terminated, never longer than cap, printable ASCII only. */
void es_event_describe(const struct es_event *event, char *ret_text, size_t cap);

/* The first event of pcr in which two logs differ, as each log has it; has_* is false where one log had no more events.
 * ES_MISSING if the logs are alike in that PCR. */
struct es_event_change {
	bool has_then, has_now;
	struct es_event then, now;
};
ES_MUST_CHECK enum es_reason es_event_log_first_change(struct es_span then, struct es_span now, unsigned pcr,
						       struct es_event_change *ret);

#endif
