/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_TOOLS_LOCK_H
#define ES_TOOLS_LOCK_H

/* Locks all memory of this process, or warns that it can't. Called once, before the first plaintext or key: by
 * es_dispatch for each verb without no_secrets, and by `image build` where it is given a key. */
void es_lock_memory(void);

#endif
