/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rollback counter: an NV counter in the owner range, noDA, readable and incrementable with empty auth. A counter
 * that is deleted and made again starts above every value that any of the TPM's counters ever had (TPM 2.0 Library Part
 * 1, "NV counters").
 */
#ifndef ES_TPM_COUNTER_H
#define ES_TPM_COUNTER_H

#include "keys/core/labels.h"
#include "keys/core/reason.h"
#include "keys/tpm/context.h"

/* Makes the counter without incrementing it. Until its first increment it has no value (es_tpm_counter_read:
 * ES_COUNTER_UNCOUNTED). ES_ALREADY_CONFIGURED: it exists, incremented or not. ES_TPM_FULL: no NV room.
 * ES_TPM_INDEX_TAKEN: the index isn't a counter of ours (the last refusal describes it), and is left alone.
 * ES_TPM_AUTH. */
ES_MUST_CHECK enum es_reason es_tpm_counter_define(struct es_tpm *tpm, uint32_t index);
/* Makes the counter unless it exists without a value, increments it once (which sets its value) and reads it.
 * ES_ALREADY_CONFIGURED: it had a value before; *ret_value is written nevertheless. Other reasons as above. */
ES_MUST_CHECK enum es_reason es_tpm_counter_make(struct es_tpm *tpm, uint32_t index, uint64_t *ret_value);
/* Predicts the value of a counter that es_tpm_counter_make will make, if no other counter of this TPM is incremented in
 * between. It makes another counter, reads it and removes it. Another TPM may count differently: check what
 * es_tpm_counter_make returns. ES_TPM_FULL, ES_TPM_INDEX_TAKEN, ES_TPM_AUTH. */
ES_MUST_CHECK enum es_reason es_tpm_counter_predict(struct es_tpm *tpm, uint64_t *ret_value);
/* ES_COUNTER_MISSING: there is no such index, or it isn't a counter of ours (the last refusal describes it).
 * ES_COUNTER_UNCOUNTED: it exists, but was never incremented. ES_TPM_HIERARCHY: it can't be known. HMAC-checked if an
 * SRK is pinned. */
ES_MUST_CHECK enum es_reason es_tpm_counter_read(struct es_tpm *tpm, uint32_t index, uint64_t *ret_value);
/* Whether the counter exists or could be made. ES_OK, ES_TPM_INDEX_TAKEN. */
ES_MUST_CHECK enum es_reason es_tpm_counter_index_check(struct es_tpm *tpm, uint32_t index);
ES_MUST_CHECK enum es_reason es_tpm_counter_increment(struct es_tpm *tpm, uint32_t index);
/* Increments it `steps` times: one command each, and two more if no SRK is pinned. A failure doesn't undo the
 * increments before it. */
ES_MUST_CHECK enum es_reason es_tpm_counter_raise(struct es_tpm *tpm, uint32_t index, uint64_t steps);
ES_MUST_CHECK enum es_reason es_tpm_counter_delete(struct es_tpm *tpm, uint32_t index);

#endif
