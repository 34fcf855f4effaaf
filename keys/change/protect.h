/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What opens a host automatically, by mode. Each function puts the protectors of c->info in place for the key of
 * c->commit, in memory, and prepares the commit: what happens to the TPM's counter. Private to keys/change.
 */
#ifndef ES_CHANGE_PROTECT_H
#define ES_CHANGE_PROTECT_H

#include "keys/change/change.h"

typedef enum es_reason es_protect_fn(struct es_change *c);

/* Seals to this boot and this TPM. */
es_protect_fn es_protect_by_tpm;
/* The same, and predicts where a counter that doesn't exist yet will begin. While there are only kdf banks, a counter
 * would make them a downgrade, and an interrupted first sealing must not look like a configuration that was lost. The
 * counter is therefore counted only when the first tpm bank is written. */
es_protect_fn es_protect_by_new_tpm;
es_protect_fn es_protect_by_kdf;
/* Makes each existing protector again, for its original purpose, not for the present state. */
es_protect_fn es_protect_again;

/* ES_ARGUMENT: in kdf mode nothing is sealed, so nothing can be required of the boot. */
enum es_reason es_refuse_requirement(struct es_host *host);

#endif
