/* SPDX-License-Identifier: Apache-2.0 */
/* Opens, on this computer, what a guest's disk and TPM held at some moment: the guest's next boot, without the
 * guest. */
#ifndef ES_TESTLIB_REOPEN_H
#define ES_TESTLIB_REOPEN_H

#include "keys/core/span.h"
#include "keys/store/boot_record.h"
#include "keys/tests/lib/swtpm.h"

struct reopen {
	struct es_swtpm *tpm;
	const char *state;      /* file: the TPM's NV memory, as swtpm keeps it */
	struct es_span log;     /* the guest's event log: extended into the TPM, as that boot's firmware and stub did */
	const char *uuid;       /* the machine's */
	const char *recovery;   /* its recovery key */
	const char *banks, *to; /* folders: with the banks (may be missing), and to unpack in */
	bool secure_boot;
};

/* Opens automatically; if that is refused, with the recovery key in another boot. Returns ES_OK, ES_NOT_CONFIGURED, or
 * why not. *ret is the record of the last try; *ret_refused is why it didn't open automatically (ES_OK: it did). */
enum es_reason reopen(const struct reopen *how, struct es_boot_record *ret, enum es_reason *ret_refused);

#endif
