/* SPDX-License-Identifier: Apache-2.0 */
/* The config key of the running host, in the kernel's keyring. */
#ifndef ES_HOST_KEY_H
#define ES_HOST_KEY_H

#include "keys/host/host.h"

/* The config key, proven to be the key of the bank that the host uses (MAC), and that bank's encryption.info to work on: the
 * caller owns both. Reads the banks if nobody has. */
ES_MUST_CHECK enum es_reason es_host_key(struct es_host *host, struct es_secret **ret_key, struct es_info **ret_info);

/* A key that will vouch for the next bank goes into the keyring under a second name, where es_host_key finds it. */
ES_MUST_CHECK enum es_reason es_host_stage_key(struct es_host *host, const struct es_secret *key);
/* Whether a whole bank is under this key; the host then uses that bank. */
bool es_host_key_fits_bank(struct es_host *host, const struct es_secret *key);
/* This key is in force: what was staged goes, or takes its place. Under the lock only. */
void es_host_promote_key(struct es_host *host, const struct es_secret *key);

#endif
