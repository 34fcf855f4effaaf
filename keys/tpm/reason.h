/* SPDX-License-Identifier: Apache-2.0 */
/* TSS2_RC to es_reason: the one place. Private to keys/tpm. */
#ifndef ES_TPM_REASON_H
#define ES_TPM_REASON_H

#include "keys/core/reason.h"

#include <tss2/tss2_common.h>

/* The TPM's own code without the handle, parameter or session number of a format-one code, as the TPM2_RC_ names have it;
 * 0 if it isn't the TPM's (nor a resource manager's in the TPM's name). */
TSS2_RC es_tpm_code(TSS2_RC rc);
/* Never ES_OK but for success. */
enum es_reason es_tpm_reason(TSS2_RC rc);

#endif
