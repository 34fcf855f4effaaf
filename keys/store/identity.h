/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs and times, as they are written to files; the machine's UUID. */
#ifndef ES_STORE_IDENTITY_H
#define ES_STORE_IDENTITY_H

#include "keys/store/info.h"

/* A version 4 UUID (RFC 4122), lower case. */
ES_MUST_CHECK enum es_reason es_uuid_make(char ret[static ES_UUID_TEXT]);
/* The machine's UUID in the kernel's file: its first word, lower case. "" if there is none, or a longer word. The kdf
 * protector is bound to it: the running host and the boot helper must read the same. */
void es_product_uuid_read(const char *path, char ret[static ES_UUID_TEXT]);
/* The current time, UTC. */
void es_time_now(char ret[static ES_TIME_TEXT]);

#endif
