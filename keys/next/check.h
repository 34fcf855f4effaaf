/* SPDX-License-Identifier: Apache-2.0 */
/* Will the next boot open by itself? All that would stop it, and all that would cost it its second chance, at once. */
#ifndef ES_CHECK_H
#define ES_CHECK_H

#include "keys/host/host.h"
#include "keys/image/predict.h"

enum { ES_BY_TEXT = 160, ES_FINDING_TEXT = 256, ES_FINDINGS_MAX = 12 };

struct es_finding {
	bool stops; /* the next boot won't open by itself; else it will, and this deserves attention */
	enum es_reason reason;
	char detail[ES_FINDING_TEXT]; /* which bank, which PCR, which generations */
	const char *next;             /* what to do, as long as the host is open */
};

struct es_check {
	bool opens;          /* no finding stops it */
	char by[ES_BY_TEXT]; /* which protector, in words; "" if none */
	unsigned count;      /* those that stop it come first */
	struct es_finding finding[ES_FINDINGS_MAX];
};

/* As the host is now (next NULL), or with next's image. Looks at both banks, the TPM (is it the pinned one, its counters, a
 * lockout), and what the boot will measure: ES_NEXT_LOCKED, with the PCRs that differ; ES_NEXT_UNKNOWN; ES_IMAGE_OLD, …
 * stand in the findings. Returned is only what kept it from looking: ES_NOT_UNLOCKED, ES_NOT_CONFIGURED, ES_LOG_MISMATCH… */
ES_MUST_CHECK enum es_reason es_host_check(struct es_host *host, const struct es_predict_request *next,
					   struct es_check *ret);

/* Whether the next boot's kernel could resume a hibernated system (keys/store/hibernation.h), so that the helper won't open
 * automatically: this image's, or next's. ES_RESUME_POSSIBLE, with the cause in es_host_detail. */
ES_MUST_CHECK enum es_reason es_host_check_resume(struct es_host *host, const struct es_predict_request *next);

#endif
