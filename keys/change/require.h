/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal set --require-…`. */
#ifndef ES_CHANGE_REQUIRE_H
#define ES_CHANGE_REQUIRE_H

#include "keys/host/host.h"

/* ES_NOT_MET: Secure Boot is off now; ES_NOT_VOUCHED: it didn't vouch for the running image. In kdf mode
 * ES_ARGUMENT. */
ES_MUST_CHECK enum es_reason es_host_require_secure_boot(struct es_host *host, bool require);
ES_MUST_CHECK enum es_reason es_host_require_exec_installed_only(struct es_host *host, bool require);

#endif
