/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real TCTI, in a thread of its own: reads and writes of /dev/tpmrm0 block in the kernel, so a caller that must not
 * wait forever has to abandon the thread. Private to keys/tpm.
 */
#ifndef ES_TPM_TCTI_THREAD_H
#define ES_TPM_TCTI_THREAD_H

#include "keys/core/scope.h"
#include "keys/core/span.h"

#include <tss2/tss2_common.h>

struct es_tcti_thread;

enum { ES_TPM_MESSAGE_MAX = 4096, ES_TPM_HEADER_LEN = 10 }; /* Part 2, MAX_COMMAND_SIZE, with tpm2-tss's value */

/* tcti: "device:/dev/tpmrm0" is the kernel's device, opened with device.h; anything else goes to tss2-tctildr(3). All
 * times are in nanoseconds. *left is the remaining time, and is reduced by the time used. Once it is zero, the thread
 * is given up: every further call returns TSS2_TCTI_RC_IO_ERROR at once. */
ES_MUST_CHECK TSS2_RC es_tcti_thread_open(const char *tcti, uint64_t *left, struct es_tcti_thread **ret);

/* One command and its answer, response[0..*ret_len). */
ES_MUST_CHECK TSS2_RC es_tcti_thread_exchange(struct es_tcti_thread *thread, struct es_span command, uint64_t *left,
					      uint8_t response[static ES_TPM_MESSAGE_MAX], size_t *ret_len);

/* Ends the connection. One that hangs is abandoned, and its thread frees it if it ever returns. thread may be NULL. */
void es_tcti_thread_close(struct es_tcti_thread *thread, uint64_t left);

#endif
