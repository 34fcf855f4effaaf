/* SPDX-License-Identifier: Apache-2.0 */
/* The config key of the running host, in the kernel's keyring. */
#ifndef ES_HOST_KEY_H
#define ES_HOST_KEY_H

#include "keys/host/host.h"

/* The config key, proven by the MAC to be the key of the bank that the host uses, and a copy of that bank's
 * encryption.info to work on: the caller owns both. Reads the banks if that hasn't been done. */
ES_MUST_CHECK enum es_reason es_host_key(struct es_host *host, struct es_secret **ret_key, struct es_info **ret_info);

/* Puts a key that will vouch for the next bank into the keyring under a second name, where es_host_key finds it. */
ES_MUST_CHECK enum es_reason es_host_stage_key(struct es_host *host, const struct es_secret *key);
/* Whether a whole bank is under this key; the host then uses that bank. */
bool es_host_key_fits_bank(struct es_host *host, const struct es_secret *key);
/* Puts this key in force: drops the staged key, or moves it to the proper name. Only under the lock. */
void es_host_promote_key(struct es_host *host, const struct es_secret *key);

#endif
