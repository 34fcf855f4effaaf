/* SPDX-License-Identifier: Apache-2.0 */
/* The config key of a running host: a "user" key in root's user keyring. Only this room includes <keyutils.h>. */
#ifndef ES_KEYRING_H
#define ES_KEYRING_H

#include "keys/core/secret.h"

ES_MUST_CHECK enum es_reason es_keyring_put(const struct es_secret *config_key);

#endif
