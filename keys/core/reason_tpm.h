/* SPDX-License-Identifier: Apache-2.0 */
/* The words for what is wrong with a TPM. Private to keys/core/reason.c. */
#ifndef ES_CORE_REASON_TPM_H
#define ES_CORE_REASON_TPM_H

#include "keys/core/reason.h"

#include <stdbool.h>

/* From ES_TPM_ABSENT to ES_SEAL_DAMAGED. */
bool es_is_tpm_reason(enum es_reason reason);

/* reason: one for which es_is_tpm_reason() is true. */
const struct es_words *es_tpm_reason_words(enum es_reason reason);

#endif
