/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ES_TOOLS_LOCK_H
#define ES_TOOLS_LOCK_H

/* Before the first plaintext or key: locks all memory of this process, or warns that it can't be. Once in a process: by
 * es_dispatch for each verb but those that the table calls free of secrets, and by `image build` where it is given one. */
void es_lock_memory(void);

#endif
