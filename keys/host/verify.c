/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/host/verify.h"

#include "keys/host/state.h"

enum es_reason es_host_verify(struct es_host *host)
{
	ES_SECRET key = NULL;
	ES_INFO info = NULL;

	return es_host_key(host, &key, &info);
}
