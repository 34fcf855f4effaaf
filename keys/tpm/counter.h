/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rollback counter: an NV counter in the owner range, noDA, readable and countable with empty auth. A counter that
 * is deleted and made again starts above every value the TPM's counters ever had (TPM 2.0 Library Part 1, "NV counters").
 */
#ifndef ES_TPM_COUNTER_H
#define ES_TPM_COUNTER_H

#include "keys/core/labels.h"
#include "keys/core/reason.h"
#include "keys/tpm/context.h"

/* Makes it, and doesn't count it: until it is first counted it has no value (es_tpm_counter_read: ES_COUNTER_UNCOUNTED).
 * ES_ALREADY_CONFIGURED: it is there, counted or not. ES_TPM_FULL: no NV room. ES_TPM_INDEX_TAKEN: something that isn't a
 * counter of ours has the index (the last refusal describes it); it is left alone. ES_TPM_AUTH. */
ES_MUST_CHECK enum es_reason es_tpm_counter_define(struct es_tpm *tpm, uint32_t index);
/* Makes it unless it is there uncounted, counts it once (which sets it) and reads it. ES_ALREADY_CONFIGURED: it was counted
 * before; *ret_value is then filled in all the same. The others as above. */
ES_MUST_CHECK enum es_reason es_tpm_counter_make(struct es_tpm *tpm, uint32_t index, uint64_t *ret_value);
/* The value that a counter will have once es_tpm_counter_make has made it, if no other counter of this TPM counts in between: one
 * beside it, made and removed again, tells. Another TPM may count otherwise: look at what make returns. ES_TPM_FULL, ES_TPM_INDEX_TAKEN, ES_TPM_AUTH. */
ES_MUST_CHECK enum es_reason es_tpm_counter_foresee(struct es_tpm *tpm, uint64_t *ret_value);
/* ES_COUNTER_MISSING: no such index, or one that isn't a counter of ours (the last refusal describes it).
 * ES_COUNTER_UNCOUNTED: it was made and never counted. ES_TPM_HIERARCHY: it can't be told. HMAC-checked if an SRK is pinned. */
ES_MUST_CHECK enum es_reason es_tpm_counter_read(struct es_tpm *tpm, uint32_t index, uint64_t *ret_value);
/* Whether a counter is there, or could be made. ES_OK, ES_TPM_INDEX_TAKEN. */
ES_MUST_CHECK enum es_reason es_tpm_counter_place(struct es_tpm *tpm, uint32_t index);
ES_MUST_CHECK enum es_reason es_tpm_counter_increment(struct es_tpm *tpm, uint32_t index);
/* Counts it that many times: one command each, and two more where no SRK is pinned. What was counted before a failure
 * stays. */
ES_MUST_CHECK enum es_reason es_tpm_counter_raise(struct es_tpm *tpm, uint32_t index, uint64_t steps);
ES_MUST_CHECK enum es_reason es_tpm_counter_delete(struct es_tpm *tpm, uint32_t index);

#endif
