/* SPDX-License-Identifier: Apache-2.0 */
/* From TSS2_RC to es_reason; no other file does this. Private to keys/tpm. */
#ifndef ES_TPM_REASON_H
#define ES_TPM_REASON_H

#include "keys/core/reason.h"

#include <tss2/tss2_common.h>

/* The TPM's own code, named like the TPM2_RC_ constants: without the handle, parameter or session number of a
 * format-one code. 0 if it isn't from the TPM (or from a resource manager in the TPM's name). */
TSS2_RC es_tpm_code(TSS2_RC rc);
/* ES_OK only for success. */
enum es_reason es_tpm_reason(TSS2_RC rc);

#endif
