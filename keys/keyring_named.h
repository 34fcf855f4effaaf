/* SPDX-License-Identifier: Apache-2.0 */
/* Private to keyring.c and its test: the same under a description of one's own, so that a test leaves a host's key be. */
#ifndef ES_KEYRING_NAMED_H
#define ES_KEYRING_NAMED_H

#include "keys/core/secret.h"

/* The name that es_keyring_put and its likes use. */
#define ES_KEYRING_NAME "etcseal:config-key"

ES_MUST_CHECK enum es_reason es_keyring_put_named(const char *description, const struct es_secret *key);
ES_MUST_CHECK enum es_reason es_keyring_get_named(const char *description, struct es_secret **ret_key);
ES_MUST_CHECK enum es_reason es_keyring_drop_named(const char *description);

#endif
