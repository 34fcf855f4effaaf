/* SPDX-License-Identifier: Apache-2.0 */
/* Reports an opening in sentences: what happened, why, and what to do next. */
#ifndef ES_INITRD_REPORT_H
#define ES_INITRD_REPORT_H

#include "initrd/say.h"
#include "keys/core/recovery_code.h"
#include "keys/opening/opening.h"

/* "before: what it means", the detail unless it is "", and what to do next. */
void es_report_refusal(const struct es_say *say, const char *before, enum es_reason reason, const char *detail);
/* A fault in the recovery key of the boot options. */
void es_report_code_fault(const struct es_say *say, const struct es_code_fault *fault);
/* A damaged bank, where the other one is usable. */
void es_report_bank(const struct es_say *say, const struct es_bank_damage *damage);
void es_report_opened(const struct es_say *say, const struct es_boot_record *record, uint64_t ms);

#endif
