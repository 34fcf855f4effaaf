/* SPDX-License-Identifier: Apache-2.0 */
/* All that `etcseal status` knows, gathered once and shown as text or JSON. */
#ifndef ES_TOOLS_STATUS_H
#define ES_TOOLS_STATUS_H

#include "keys/change/adopt.h"
#include "keys/host/host.h"
#include "keys/image/firmware_now.h"
#include "tools/conditions.h"
#include "tools/elsewhere.h"
#include "tools/output.h"
#include "tools/root_check.h"
#include "tools/watch_status.h"

enum { ES_WARNINGS_MAX = 32, ES_WARNING_TEXT = 800, ES_STATUS_DETAIL = 256 };

struct es_status {
	struct es_host *host;
	enum es_reason state; /* of es_host_verify: ES_OK, or why nothing can be trusted */
	char state_detail[ES_STATUS_DETAIL];
	const struct es_boot_record *boot; /* NULL: not started through the boot helper */
	const struct es_info *info;        /* of the bank that the host uses; NULL: none */
	const struct es_protector *recovery;
	bool bound; /* kdf: to the machine's UUID */
	bool fits;  /* tpm: a seal fits this boot; except for PCR 12, which a recovery boot marks */
	enum es_reason tpm;
	char tpm_detail[ES_STATUS_DETAIL];
	enum es_reason counter;
	uint64_t counter_value;
	struct es_secure_boot secure_boot;
	struct es_root root;
	struct es_firmware_now firmware; /* the options that firmware gives the system */
	bool takes_credentials;          /* systemd was started without the option that keeps them out */
	bool pinned;                     /* the boot image, by its options (keys/core/pins.h) */
	enum es_reason pins;             /* ES_OK: what is saved now fits them */
	bool pinned_to_old_key;          /* it fits, but by an earlier key */
	char pins_detail[ES_STATUS_DETAIL];
	struct es_watch_status watch;
	enum es_reason unsaved_reason; /* ES_OK: unsaved says whether anything has changed since the newest archive */
	bool unsaved;
	char unsaved_detail[ES_STATUS_DETAIL];
	struct es_pack_report packed; /* what a save of the tree would lose */
	enum es_reason below_reason;  /* ES_OK: `below` says what is in the clear below the configuration */
	struct es_adopt_report below;
	struct es_elsewhere_list elsewhere; /* copies of the configuration outside it */
	unsigned warning_count;
	struct es_warning {
		enum es_condition condition;
		char text[ES_WARNING_TEXT];
	} warning[ES_WARNINGS_MAX];
};

void es_status_gather(struct es_host *host, const char *run_dir, struct es_status *ret);
void es_status_free(struct es_status *s);
#define ES_STATUS ES_SCOPED(es_status_free) struct es_status
/* Writes the warnings; run after everything else is gathered. */
void es_status_warn(struct es_status *s);

es_fill_fn es_status_fill_json; /* what: struct es_status */

extern const char *const es_bank_state_names[ES_BANK_WHOLE + 1]; /* "absent" "damaged" "whole" */

#endif
