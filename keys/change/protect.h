/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What opens a host automatically, by mode. Each puts the protectors of c->info in place for the key of c->commit, in memory, and
 * prepares the commit: what becomes of the TPM's counter. Private to keys/change.
 */
#ifndef ES_CHANGE_PROTECT_H
#define ES_CHANGE_PROTECT_H

#include "keys/change/change.h"

typedef enum es_reason es_protect_fn(struct es_change *c);

/* Seals to this boot and this TPM. */
es_protect_fn es_protect_by_tpm;
/* The same, and predicts where a counter that is still missing will begin. While kdf banks are all there is, a counter would
 * make a downgrade of them, and a first sealing that is cut must not look like a configuration that is gone: so it is counted
 * only when the first bank of it is written. */
es_protect_fn es_protect_by_new_tpm;
es_protect_fn es_protect_by_kdf;
/* Each protector that there is, again: for what it was for, not for what is now. */
es_protect_fn es_protect_again;

/* ES_ARGUMENT: in kdf mode nothing is sealed, so nothing can be required of the boot. */
enum es_reason es_refuse_requirement(struct es_host *host);

#endif
