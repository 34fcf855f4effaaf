/* SPDX-License-Identifier: Apache-2.0 */
/* A TPM, and a confidential VM's registers, that keep what they are told, or fail when a test wants it. */
#ifndef ES_EFI_TESTLIB_MOCK_TPM_H
#define ES_EFI_TESTLIB_MOCK_TPM_H

#include "efi/protocol.h"
#include "efi/tests/lib/mock.h"

enum { MOCK_EVENTS = 64, MOCK_EVENT_MAX = 8500 };

struct mock_event {
	unsigned pcr;
	uint8_t data[MOCK_EVENT_MAX], description[MOCK_EVENT_MAX]; /* data: as far as it fits */
	size_t len, description_len;
};

struct mock_registers {
	struct es_tcg2 tcg2;
	struct es_cc cc; /* its register for a PCR is 100 more */
	struct mock_event events[MOCK_EVENTS];
	unsigned count;
	bool absent;
	EFI_STATUS capability_fails;
	unsigned fails_at; /* this event, from 1, and all later ones, answer fails_with */
	EFI_STATUS fails_with;
	uint8_t capability_size;
};

void mock_tpm_start(struct mock_registers *tpm);
void mock_vm_start(struct mock_registers *vm);
/* Makes it one that the firmware offers. */
void mock_tpm_offer(struct mock *m, struct mock_registers *tpm);
void mock_vm_offer(struct mock *m, struct mock_registers *vm);

#endif
