/* SPDX-License-Identifier: Apache-2.0 */
/* The keyring functions with a name to choose, so that a test doesn't touch a host's key. */
#ifndef ES_KEYRING_NAMED_H
#define ES_KEYRING_NAMED_H

#include "keys/core/secret.h"

/* The name that es_keyring_put, _get and _drop use. */
#define ES_KEYRING_NAME "etcseal:config-key"
enum { ES_KEYRING_NAME_MAX = 256 };

/* The second name, for the key that a rotation is about to bring into use. ES_ARGUMENT: the name is too long. */
ES_MUST_CHECK enum es_reason es_keyring_next_name(const char *description, char ret[static ES_KEYRING_NAME_MAX]);

ES_MUST_CHECK enum es_reason es_keyring_put_named(const char *description, const struct es_secret *key);
ES_MUST_CHECK enum es_reason es_keyring_get_named(const char *description, struct es_secret **ret_key);
ES_MUST_CHECK enum es_reason es_keyring_drop_named(const char *description);

#endif
