/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the next boot will open automatically. Lists everything that would stop it, and everything that would cost it
 * its second chance, at once. */
#ifndef ES_CHECK_H
#define ES_CHECK_H

#include "keys/host/host.h"
#include "keys/image/predict.h"

enum { ES_BY_TEXT = 160, ES_FINDING_TEXT = 256, ES_FINDINGS_MAX = 12 };

struct es_finding {
	bool stops; /* the next boot won't open automatically; else it will, and this deserves attention */
	enum es_reason reason;
	char detail[ES_FINDING_TEXT]; /* which bank, which PCR, which generations */
	const char *next;             /* what to do, as long as the host is open */
};

struct es_check {
	bool opens;          /* no finding stops it */
	char by[ES_BY_TEXT]; /* which protector, in words; "" if none */
	unsigned count;      /* findings that stop it come first */
	struct es_finding finding[ES_FINDINGS_MAX];
};

/* Checks the host as it is now (next NULL), or with next's image: both banks, the TPM (whether it is the pinned one,
 * its counters, a lockout), and what the boot will measure. The findings contain ES_NEXT_LOCKED, with the PCRs that
 * differ; ES_NEXT_UNKNOWN; ES_IMAGE_OLD, … The return value only says what prevented the check: ES_NOT_UNLOCKED,
 * ES_NOT_CONFIGURED, ES_LOG_MISMATCH… */
ES_MUST_CHECK enum es_reason es_host_check(struct es_host *host, const struct es_predict_request *next,
					   struct es_check *ret);

/* Whether the next boot's kernel, this image's or next's, could resume a hibernated system (keys/store/hibernation.h),
 * so that the helper won't open automatically. ES_RESUME_POSSIBLE, with the cause in es_host_detail. */
ES_MUST_CHECK enum es_reason es_host_check_resume(struct es_host *host, const struct es_predict_request *next);

#endif
