/* SPDX-License-Identifier: Apache-2.0 */
/* Mode and requirements as JSON, as `get` prints them. */
#ifndef ES_TOOLS_SETTINGS_H
#define ES_TOOLS_SETTINGS_H

#include "keys/store/info.h"
#include "tools/json_out.h"

void es_settings_fill(struct es_emit *j, const struct es_info *info);

#endif
