/* SPDX-License-Identifier: Apache-2.0 */
/* A host that was sealed once, and how it boots: for tests of what it reports and does about its next boot and Secure
 * Boot. */
#ifndef ES_TESTLIB_HOST_SCENE_H
#define ES_TESTLIB_HOST_SCENE_H

#include "keys/tests/lib/machine.h"

struct host_scene {
	struct machine m;
	struct machine_boot boot; /* of host_scene_boot */
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

/* Boots a machine with a TPM for the first time, and seals it. */
void host_scene_start(struct host_scene *s, struct machine_boot how);
enum es_reason host_scene_boot(struct host_scene *s);

/* es_host_require_secure_boot: ES_OK, or the reason, with these words in the detail. */
enum es_reason host_scene_require(struct host_scene *s, bool yes, const char *words);

void assert_detail(const struct es_host *host, const char *words);

#endif
