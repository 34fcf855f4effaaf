/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host before the boot helper runs: firmware and stub have measured, there is a handover, and the command's facade
 * made the banks in it. Also what the helper must leave. cmocka setups and teardown; *state becomes it.
 */
#ifndef ES_TESTLIB_SEALED_H
#define ES_TESTLIB_SEALED_H

#include "keys/tests/lib/machine.h"

struct sealed {
	struct machine m;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	/* of the tested boot; the machine's own run folder is that of the boot that sealed */
	char handover[96], run[96], ram[112], cmdline[96];
	const char *tcti, *tpm_device; /* the latter is NULL unless the test sets it */
	struct es_boot_record record;  /* the helper's record: sealed_read_record */
	int keyring_lock;
};

int sealed_unconfigured(void **state); /* a TPM, no bank */
int sealed_to_tpm(void **state);
int sealed_without_tpm(void **state); /* mode kdf */
int sealed_remove(void **state);

/* Power cycle; `image` is measured into PCR 11. Makes a new handover. */
void sealed_power_on(struct sealed *b, const char *image);
void sealed_read_record(struct sealed *b);
/* Checks the tree, the record, the key in the keyring, and the fence. */
void sealed_assert_opened(struct sealed *b, enum es_opened_by by);
/* Checks that there is no tree, no mount, and no key, but the fence. */
void sealed_assert_shut(struct sealed *b, const char *refusal);

void sealed_write(const char *folder, const char *name, const char *text);
void sealed_shell(const char *format, ...) __attribute__((format(printf, 1, 2))); /* must succeed */

#endif
