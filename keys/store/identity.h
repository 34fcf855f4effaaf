/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs and times, as they are written to files. */
#ifndef ES_STORE_IDENTITY_H
#define ES_STORE_IDENTITY_H

#include "keys/store/info.h"

/* A version 4 UUID (RFC 4122), lower case. */
ES_MUST_CHECK enum es_reason es_uuid_make(char ret[static ES_UUID_TEXT]);
/* The current time, UTC. */
void es_time_now(char ret[static ES_TIME_TEXT]);

#endif
