/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real TCTI, in a thread of its own: reads and writes of /dev/tpmrm0 block in the kernel, so whoever must not wait
 * for ever has to leave the thread behind. Private to keys/tpm.
 */
#ifndef ES_TPM_TCTI_THREAD_H
#define ES_TPM_TCTI_THREAD_H

#include "keys/core/scope.h"
#include "keys/core/span.h"

#include <tss2/tss2_common.h>

struct es_tcti_thread;

enum { ES_TPM_MESSAGE_MAX = 4096, ES_TPM_HEADER_LEN = 10 }; /* Part 2, MAX_COMMAND_SIZE as tpm2-tss has it */

/* tcti: "device:/dev/tpmrm0" is the kernel's, by device.h; anything else goes to tss2-tctildr(3).
 * All times in nanoseconds; *left is what may still be used, and is reduced by what was. Once it is zero the thread is
 * given up on: every further call is TSS2_TCTI_RC_IO_ERROR at once. */
ES_MUST_CHECK TSS2_RC es_tcti_thread_open(const char *tcti, uint64_t *left, struct es_tcti_thread **ret);

/* One command and its answer, response[0..*ret_len). */
ES_MUST_CHECK TSS2_RC es_tcti_thread_exchange(struct es_tcti_thread *line, struct es_span command, uint64_t *left,
				       uint8_t response[static ES_TPM_MESSAGE_MAX], size_t *ret_len);

/* Ends the connection; one that hangs is abandoned: its thread frees it when it ever returns. NULL is fine. */
void es_tcti_thread_close(struct es_tcti_thread *line, uint64_t left);

#endif
