/* SPDX-License-Identifier: Apache-2.0 */
/* A sealed host with one secret file, a copy of its banks in the attacker's hands, and the attacker's own program. */
#ifndef ES_TESTLIB_ATTACK_SCENE_H
#define ES_TESTLIB_ATTACK_SCENE_H

#include "keys/tests/lib/machine.h"

#define ATTACK_SECRET  "psk=the owner's\n"
#define ATTACK_PLANTED "the attacker's\n"

struct attack_scene {
	struct machine m;
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	char genuine[96]; /* what the attacker copied from the boot partition: bank0, bank1 */
};

void attack_scene_start(struct attack_scene *s);
/* Sealed while the host boots that way. */
void attack_scene_start_as(struct attack_scene *s, const struct machine_boot *boot);
void attack_scene_stop(struct attack_scene *s);
/* The file of the tree, changed and backed up: the next generation. */
void attack_scene_backup(struct attack_scene *s, const char *text);
/* New keys; `recovery` is the new one. */
void attack_scene_rotate(struct attack_scene *s);
/* The copy goes back. */
void attack_scene_restore(struct attack_scene *s);
/* A host of the attacker's, with ATTACK_PLANTED for a secret, made in their own time; tpm is the owner's, or NULL (mode
 * kdf). Its banks go to that folder, relative to the folder of the owner's banks. */
void attack_scene_own_host(struct attack_scene *s, struct es_swtpm *tpm, const char *folder, char *ret_recovery);
/* In the boot partition's folder of the banks; must succeed. */
__attribute__((format(printf, 2, 3))) void attack_scene_shell(struct attack_scene *s, const char *format, ...);

/* What a program of the attacker's does with the TPM as it now is: the helper's own commands, with the genuine banks and the
 * whole of keys/tpm at hand. Whether it has the config key in the end; if not, the test fails unless the TPM said that the
 * policy doesn't hold. */
bool attack_scene_unseal(struct attack_scene *s, struct es_secret **ret_config_key);
bool attack_scene_has_key(struct attack_scene *s);
/* The TPM's own secret and the config key, as the genuine boot gets them: to look for later. */
void attack_scene_secrets(struct attack_scene *s, struct es_secret **ret_sealed, struct es_secret **ret_config_key);

#endif
