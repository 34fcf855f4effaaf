/* SPDX-License-Identifier: Apache-2.0 */
/* TPM2_PCR_Extend without a tool: a test that boots a thousand times can't start one for each measurement. */
#ifndef ES_TESTLIB_EXTEND_H
#define ES_TESTLIB_EXTEND_H

#include "keys/core/pcr.h"
#include "keys/tests/lib/swtpm.h"

/* Extends the SHA-256 bank; the test fails if the TPM refuses. */
void es_swtpm_extend(const struct es_swtpm *s, unsigned pcr, const struct es_digest *digest);

#endif
