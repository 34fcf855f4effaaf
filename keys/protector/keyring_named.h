/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the facade: the same under a description of one's own, so that a test leaves a host's key be. */
#ifndef ES_KEYRING_NAMED_H
#define ES_KEYRING_NAMED_H

#include "keys/core/secret.h"

/* The name that es_keyring_put and its likes use. */
#define ES_KEYRING_NAME "etcseal:config-key"
enum { ES_KEYRING_NAME_MAX = 256 };

/* The second name: of the key that a rotation is about to put in force. ES_ARGUMENT: the name is too long. */
ES_MUST_CHECK enum es_reason es_keyring_next_name(const char *description, char ret[static ES_KEYRING_NAME_MAX]);

ES_MUST_CHECK enum es_reason es_keyring_put_named(const char *description, const struct es_secret *key);
ES_MUST_CHECK enum es_reason es_keyring_get_named(const char *description, struct es_secret **ret_key);
ES_MUST_CHECK enum es_reason es_keyring_drop_named(const char *description);

#endif
