/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal init`. */
#ifndef ES_CHANGE_INIT_H
#define ES_CHANGE_INIT_H

#include "keys/change/adopt.h"

struct es_init_request {
	bool kdf; /* don't use the TPM: nothing is sealed */
	/* Seal to PCR 7 or to the boot programs; the default is PCR 7 if a key vouched for the image. ES_NOT_MET,
	 * ES_NOT_VOUCHED. */
	enum { ES_SECURE_BOOT_AS_FOUND, ES_SECURE_BOOT_REQUIRED, ES_SECURE_BOOT_NOT_REQUIRED } secure_boot;
	unsigned path_count;
	const char *const *paths; /* covered; none: /etc */
	/* Adopts the files below the paths that are already covered; NULL: adopts nothing. *ret_adopted is its
	 * report. */
	const struct es_adopt_request *adopt;
	struct es_adopt_report *ret_adopted;
};
/* The first sealing of a host: makes config key, recovery key and protector, and commits the tree in RAM as the first
 * generation. *ret_recovery is the recovery key, to be shown once. A TPM that exists but is unusable is an error, not a
 * fallback: ES_TPM_…; without any TPM the mode is kdf. ES_ALREADY_CONFIGURED, ES_BANKS_DAMAGED (that also means
 * configured: nothing is overwritten). */
ES_MUST_CHECK enum es_reason es_host_init(struct es_host *host, const struct es_init_request *request,
					  struct es_secret **ret_recovery);

#endif
