/* SPDX-License-Identifier: Apache-2.0 */
/* A sealed host with one secret file, the attacker's copy of its banks, and the attacker's own program. */
#ifndef ES_TESTLIB_ATTACK_SCENE_H
#define ES_TESTLIB_ATTACK_SCENE_H

#include "keys/tests/lib/machine.h"

#define ATTACK_SECRET  "psk=the owner's\n"
#define ATTACK_PLANTED "the attacker's\n"

struct attack_scene {
	struct machine m;
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	char genuine[96]; /* the attacker's copy of the boot partition: bank0, bank1 */
};

void attack_scene_start(struct attack_scene *s);
/* As attack_scene_start, sealed while the host boots that way. */
void attack_scene_start_as(struct attack_scene *s, const struct machine_boot *boot);
void attack_scene_stop(struct attack_scene *s);
/* Changes the tree's file and backs it up: the next generation. */
void attack_scene_backup(struct attack_scene *s, const char *text);
/* New keys; `recovery` becomes the new recovery key. */
void attack_scene_rotate(struct attack_scene *s);
/* Puts the copy back. */
void attack_scene_restore(struct attack_scene *s);
/* A host of the attacker's with ATTACK_PLANTED as its secret, made in advance. tpm is the owner's, or NULL (mode kdf).
 * Its banks go to `folder`, relative to the folder of the owner's banks. */
void attack_scene_own_host(struct attack_scene *s, struct es_swtpm *tpm, const char *folder, char *ret_recovery);
/* Runs a shell line in the folder of the banks on the boot partition; must succeed. */
__attribute__((format(printf, 2, 3))) void attack_scene_shell(struct attack_scene *s, const char *format, ...);

/* What a program of the attacker's can do with the TPM in its current state: the helper's own commands, with the
 * genuine banks and all of keys/tpm. Whether it gets the config key; if not, the test fails unless the TPM said that
 * the policy doesn't hold. */
bool attack_scene_unseal(struct attack_scene *s, struct es_secret **ret_config_key);
bool attack_scene_has_key(struct attack_scene *s);
/* The secret from the TPM, and the config key, as the genuine boot gets them: to search for later. */
void attack_scene_secrets(struct attack_scene *s, struct es_secret **ret_sealed, struct es_secret **ret_config_key);

#endif
