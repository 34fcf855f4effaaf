/* SPDX-License-Identifier: Apache-2.0 */
/* A sealed host with a file "first", whose banks are put back, mixed, damaged or removed. */
#ifndef ES_TESTLIB_BANK_SCENE_H
#define ES_TESTLIB_BANK_SCENE_H

#include "keys/tests/lib/machine.h"

struct bank_scene {
	struct machine m;
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

void bank_scene_start(struct bank_scene *s, bool with_tpm);
/* Runs a shell line in the folder of the banks; must succeed. */
__attribute__((format(printf, 2, 3))) void bank_scene_shell(struct bank_scene *s, const char *format, ...);
void bank_scene_backup(struct bank_scene *s, const char *text);

enum es_reason bank_scene_boot(struct bank_scene *s);
/* With the recovery key in the boot options. consent: someone agrees to what is asked. */
enum es_reason bank_scene_recover(struct bank_scene *s, bool consent);

#endif
